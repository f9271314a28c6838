#include "admin/roll.h"

#include <stdlib.h>

#include "channel/channel.h"
#include "http/gateway_worker.h"

enum { ROLL_BLOCK = 64 };

struct roll_block {
	struct roll_block	*next;
	size_t			 n;
	struct roll_session	 v[ROLL_BLOCK];
};

/* What one worker has to do, and what it answers. */
struct roll_part {
	struct letter		 letter;
	struct roll		*roll;
	struct worker		*home;
	struct arena		 arena;
	struct roll_block	*first, *last;
	bool			 failed;
};

static bool roll_is(struct slice wanted, struct slice is)
{
	return wanted.n == 0 || slice_eq(wanted, is);
}

static struct slice roll_backend(const struct channel *ch)
{
	const struct config_backend *backend = ch->route->conf->backend;

	return slice_of(backend ? backend->name : NULL);
}

static void roll_recall(const struct channel *ch, struct access_record *r)
{
	*r = (struct access_record){.route = {NULL, 0}};
	if (ch->record)
		access_recall(ch->record, r);
}

static bool roll_means(const struct roll_filter *f, const struct channel *ch,
    const struct access_record *r)
{
	return roll_is(f->id, (struct slice){ch->id, RANDOM_ID}) &&
	    roll_is(f->route, slice_of(ch->route->conf->name)) &&
	    roll_is(f->backend, roll_backend(ch)) &&
	    roll_is(f->transport, slice_of(counts_transports[ch->transport])) &&
	    roll_is(f->client_ip, r->client_ip);
}

static struct roll_session *roll_room(struct roll_part *p)
{
	if (p->last == NULL || p->last->n == ROLL_BLOCK) {
		struct roll_block *b = arena_alloc(&p->arena, sizeof(*b));
		if (b == NULL)
			return NULL;
		if (p->last)
			p->last->next = b;
		else
			p->first = b;
		p->last = b;
	}
	return &p->last->v[p->last->n++];
}

static struct slice roll_copy(struct roll_part *p, struct slice s)
{
	struct slice copy = s.n > 0 ? arena_copy(&p->arena, s) : (struct slice){NULL, 0};

	p->failed |= s.n > 0 && copy.p == NULL;
	return copy;
}

static uint64_t roll_queued(const struct leg *leg)
{
	return leg->ops->queued ? leg->ops->queued(leg) : 0;
}

static void roll_write(struct roll_part *p, const struct channel *ch,
    const struct access_record *r)
{
	struct roll_session *s = roll_room(p);
	uint64_t now = ch->worker->now;

	if (s == NULL) {
		p->failed = true;
		return;
	}
	*s = (struct roll_session){
		.route = roll_copy(p, slice_of(ch->route->conf->name)),
		.backend = roll_copy(p, roll_backend(ch)),
		.server = roll_copy(p, slice_of(ch->server)),
		.client_ip = roll_copy(p, r->client_ip),
		.user = roll_copy(p, r->user),
		.protocol = roll_copy(p, r->protocol),
		.transport = slice_of(counts_transports[ch->transport]),
		.subprotocol = roll_copy(p, r->subprotocol),
		.worker = ch->worker->index,
		.ready = ch->ready,
		.age = now - ch->opened,
		.idle = now - ch->active,
		.bytes_in = ch->front->bytes,
		.bytes_out = ch->back->bytes,
		.messages_in = ch->front->messages,
		.messages_out = ch->back->messages,
		.queued = roll_queued(ch->front) + roll_queued(ch->back),
	};
	memcpy(s->id, ch->id, sizeof(s->id));
}

/* Each is put back first: to end one may end others. */
static void roll_visit(struct roll_part *p, struct list *channels)
{
	const struct roll *roll = p->roll;
	struct list seen, *l;
	struct access_record r;

	list_init(&seen);
	while ((l = list_take(channels)) != NULL) {
		struct channel *ch = LIST_OWNER(l, struct channel, link);
		list_append(&seen, l);
		roll_recall(ch, &r);
		if (!roll_means(&roll->filter, ch, &r))
			continue;
		roll_write(p, ch, &r);
		if (roll->end.on)
			channel_close_with(ch, FAULT_ADMIN_CLOSED, roll->end.code,
			    roll->end.reason);
	}
	list_splice(channels, &seen);
}

static void roll_free(struct roll *roll)
{
	--*roll->under_way;
	for (unsigned i = 0; i < roll->n; i++)
		arena_fini(&roll->parts[i].arena);
	arena_fini(&roll->arena);
	free(roll->parts);
	free(roll);
}

static void roll_answered(struct roll_part *p)
{
	struct roll *roll = p->roll;

	roll->failed |= p->failed;
	if (--roll->left > 0)
		return;
	if (roll->owner)
		roll->done(roll);
	roll_free(roll);
}

static void roll_open_answer(struct worker *home, struct letter *l)
{
	(void)home;
	roll_answered(LIST_OWNER(l, struct roll_part, letter));
}

/* A worker's, or home's, that has ended: no thread is left to hear of it. */
static void roll_drop(struct letter *l)
{
	struct roll_part *p = LIST_OWNER(l, struct roll_part, letter);

	p->roll->owner = NULL;
	roll_answered(p);
}

static void roll_open_question(struct worker *w, struct letter *l)
{
	struct roll_part *p = LIST_OWNER(l, struct roll_part, letter);

	roll_visit(p, &w->gateway->channels);
	l->open = roll_open_answer;
	worker_post(p->home, l);
}

static bool roll_keep(struct arena *arena, struct slice *s)
{
	if (s->n > 0)
		*s = arena_copy(arena, *s);
	return s->n == 0 || s->p;
}

/* What is asked outlives the request that asked. */
static bool roll_keep_all(struct roll *roll, const struct roll_filter *filter,
    const struct roll_end *end)
{
	struct roll_filter *f = &roll->filter;
	struct arena *a = &roll->arena;

	*f = *filter;
	if (end)
		roll->end = *end;
	return roll_keep(a, &f->id) && roll_keep(a, &f->route) && roll_keep(a, &f->backend) &&
	    roll_keep(a, &f->transport) && roll_keep(a, &f->client_ip) &&
	    roll_keep(a, &roll->end.reason);
}

struct roll *roll_call(struct worker *home, struct worker *const *workers, unsigned n,
    const struct roll_filter *filter, const struct roll_end *end, unsigned *under_way, void *owner,
    void (*done)(struct roll *))
{
	struct roll *roll = calloc(1, sizeof(*roll));

	if (roll == NULL)
		return NULL;
	arena_init(&roll->arena);
	roll->under_way = under_way;
	++*under_way;
	roll->parts = calloc(n, sizeof(*roll->parts));
	if (roll->parts == NULL || !roll_keep_all(roll, filter, end)) {
		roll_free(roll);
		return NULL;
	}
	roll->n = roll->left = n;
	roll->owner = owner;
	roll->done = done;
	for (unsigned i = 0; i < n; i++) {
		struct roll_part *p = &roll->parts[i];
		p->letter = (struct letter){.open = roll_open_question, .drop = roll_drop};
		p->roll = roll;
		p->home = home;
		arena_init(&p->arena);
	}
	for (unsigned i = 0; i < n; i++)
		worker_post(workers[i], &roll->parts[i].letter);
	return roll;
}

void roll_each(const struct roll *roll, void (*visit)(void *, const struct roll_session *),
    void *arg)
{
	for (unsigned i = 0; i < roll->n; i++)
		for (const struct roll_block *b = roll->parts[i].first; b; b = b->next)
			for (size_t k = 0; k < b->n; k++)
				visit(arg, &b->v[k]);
}
