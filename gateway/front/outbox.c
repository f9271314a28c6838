#include "front/outbox.h"

#include <stdlib.h>
#include <string.h>

static size_t outbox_cost(const struct outbox_message *m)
{
	return OUTBOX_MESSAGE + m->n;
}

enum fault outbox_put(struct outbox *o, struct worker *w, const struct msg *msg)
{
	struct outbox_message *m = malloc(sizeof(*m) + msg->n);

	if (m == NULL)
		return FAULT_NO_MEMORY;
	*m = (struct outbox_message){.id = ++o->last, .n = (uint32_t)msg->n, .kind = msg->kind};
	if (msg->n > 0)
		memcpy(m->p, msg->p, msg->n);
	if (o->first == NULL)
		o->end = &o->first;
	*o->end = m;
	o->end = &m->next;
	o->bytes += outbox_cost(m);
	STATS_ADD(w->stats.kept, (int64_t)outbox_cost(m));
	return FAULT_NONE;
}

const struct outbox_message *outbox_after(struct outbox *o, uint64_t after)
{
	struct outbox_message *m = o->found && o->found->id <= after ? o->found : o->first;

	while (m && m->id <= after)
		m = m->next;
	if (m)
		o->found = m;
	return m;
}

static void outbox_drop_first(struct outbox *o, struct worker *w)
{
	struct outbox_message *m = o->first;

	o->first = m->next;
	if (o->found == m)
		o->found = NULL;
	o->gone = m->id;
	o->bytes -= outbox_cost(m);
	STATS_ADD(w->stats.kept, -(int64_t)outbox_cost(m));
	free(m);
}

void outbox_drop(struct outbox *o, struct worker *w, uint64_t upto)
{
	while (o->first && o->first->id <= upto)
		outbox_drop_first(o, w);
}

void outbox_shrink(struct outbox *o, struct worker *w, uint64_t upto, size_t most)
{
	while (o->first && o->first->id <= upto && o->bytes > most)
		outbox_drop_first(o, w);
}
