#include "back/back_outbox.h"

#include <stdlib.h>
#include <string.h>

void back_outbox_init(struct back_outbox *o, struct worker *w, uint64_t buffer)
{
	*o = (struct back_outbox){.worker = w, .buffer = buffer};
	list_init(&o->messages);
}

void back_outbox_clear(struct back_outbox *o)
{
	struct back_message *m;

	while ((m = back_outbox_first(o)) != NULL)
		back_outbox_drop(o, m);
	assembly_clear(&o->partial, o->worker);
}

static void back_outbox_count(struct back_outbox *o, int64_t change)
{
	o->held += (uint64_t)change;
	STATS_ADD(o->worker->stats.unposted, change);
}

static enum fault back_outbox_append(struct back_outbox *o, const struct msg *whole)
{
	struct back_message *m = malloc(sizeof(*m) + whole->n);

	if (m == NULL)
		return FAULT_NO_MEMORY;
	m->kind = (enum ws_opcode)whole->kind;
	m->n = whole->n;
	m->taken = 0;
	if (whole->n > 0)
		memcpy(m->p, whole->p, whole->n);
	list_append(&o->messages, &m->link);
	o->count++;
	o->content += m->n;
	back_outbox_count(o, (int64_t)(sizeof(*m) + m->n));
	return FAULT_NONE;
}

enum fault back_outbox_put(struct back_outbox *o, const struct msg *piece)
{
	struct msg m = *piece;
	enum fault f = assembly_join(&o->partial, o->worker, &m);

	if (f != FAULT_NONE || m.more)
		return f;
	f = back_outbox_append(o, &m);
	assembly_clear(&o->partial, o->worker);
	return f;
}

struct back_message *back_outbox_first(const struct back_outbox *o)
{
	return list_empty(&o->messages) ? NULL
	    : LIST_OWNER(o->messages.next, struct back_message, link);
}

struct back_message *back_outbox_after(const struct back_outbox *o, const struct back_message *m)
{
	return m->link.next == &o->messages ? NULL
	    : LIST_OWNER(m->link.next, struct back_message, link);
}

void back_outbox_drop(struct back_outbox *o, struct back_message *m)
{
	list_remove(&m->link);
	o->count--;
	o->content -= m->n - m->taken;
	back_outbox_count(o, -(int64_t)(sizeof(*m) + m->n));
	free(m);
}

void back_outbox_drop_content(struct back_outbox *o, size_t n, size_t most)
{
	struct back_message *m;

	for (; most > 0 && (m = back_outbox_first(o)) != NULL; most--) {
		size_t left = m->n - m->taken;
		if (n < left) {
			m->taken += n;
			o->content -= n;
			return;
		}
		n -= left;
		back_outbox_drop(o, m);
	}
}

bool back_outbox_is_full(struct back_outbox *o)
{
	o->told_full |= o->held > o->buffer;
	return o->told_full;
}

bool back_outbox_has_room(struct back_outbox *o)
{
	if (!o->told_full || o->held > o->buffer)
		return false;
	o->told_full = false;
	return true;
}
