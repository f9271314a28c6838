#include "back/back_events_body.h"

#include <stdlib.h>
#include <string.h>

/* What stands around a message is not more than that. */
enum { BACK_EVENTS_BODY_AROUND = WEBSOCKET_EVENTS_HEAD + 2 };

static void back_events_body_add(struct back_events_body *b, const void *p, size_t n)
{
	if (n > 0)
		memcpy(b->p + b->n, p, n);
	b->n += n;
}

static void back_events_body_event(struct back_events_body *b, enum websocket_event_kind kind,
    const uint8_t *p, size_t n)
{
	char head[WEBSOCKET_EVENTS_HEAD];

	back_events_body_add(b, head, websocket_events_head(head, kind, n));
	back_events_body_add(b, p, n);
	back_events_body_add(b, "\r\n", 2);
	b->offered += n;
}

static void back_events_body_extra(struct back_events_body *b, const struct back_events_extra *e)
{
	char head[WEBSOCKET_EVENTS_HEAD];

	if (e->n > 0)
		back_events_body_event(b, e->kind, e->p, e->n);
	else
		back_events_body_add(b, head, websocket_events_bare(head, e->kind));
}

enum fault back_events_body_make(struct back_events_body *b, const struct back_outbox *o,
    const struct back_events_extra *extra, size_t n)
{
	size_t room = o->content + o->count * BACK_EVENTS_BODY_AROUND +
	    n * (WS_CONTROL_MAX + BACK_EVENTS_BODY_AROUND);

	*b = (struct back_events_body){.p = malloc(room + 1)};
	if (b->p == NULL)
		return FAULT_NO_MEMORY;
	b->room = room;
	STATS_ADD(o->worker->stats.unposted, (int64_t)room);
	for (struct back_message *m = back_outbox_first(o); m; m = back_outbox_after(o, m)) {
		back_events_body_event(b, m->kind == WS_TEXT ? EVENT_TEXT : EVENT_BINARY,
		    m->p + m->taken, m->n - m->taken);
		b->count++;
	}
	b->content = b->offered;
	for (size_t i = 0; i < n; i++)
		if (extra[i].wanted)
			back_events_body_extra(b, &extra[i]);
	return FAULT_NONE;
}

void back_events_body_clear(struct back_events_body *b, struct worker *w)
{
	STATS_ADD(w->stats.unposted, -(int64_t)b->room);
	free(b->p);
	*b = (struct back_events_body){.p = NULL};
}
