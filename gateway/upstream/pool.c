#include "upstream/pool.h"

#include <stdlib.h>

#include "http/gateway_worker.h"

struct pool {
	struct worker	*worker;
	struct list	 shelves;
};

/* The idle connections to one target; there is no empty shelf. */
struct pool_shelf {
	struct list	 link;
	struct list	 idle;		/* struct pool_idle, the oldest first */
	struct target	*target;	/* counted */
	unsigned	 n;
};

struct pool_idle {
	struct list		 link;
	struct pool		*pool;
	struct pool_shelf	*shelf;
	struct stream		*stream;
	struct timer		 timer;
	uint64_t		 since;
};

struct pool *pool_new(struct worker *w)
{
	struct pool *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->worker = w;
	list_init(&p->shelves);
	return p;
}

void pool_free(struct pool *p)
{
	pool_close_all(p);
	free(p);
}

static struct pool_shelf *pool_find(const struct pool *p, const struct target *t)
{
	for (struct list *l = p->shelves.next; l != &p->shelves; l = l->next) {
		struct pool_shelf *shelf = LIST_OWNER(l, struct pool_shelf, link);
		if (shelf->target == t)
			return shelf;
	}
	return NULL;
}

static void pool_drop_shelf(struct pool_shelf *shelf)
{
	list_remove(&shelf->link);
	target_put(shelf->target);
	free(shelf);
}

/* Off the shelf; the stream is the caller's. */
static struct stream *pool_lift(struct pool_idle *idle)
{
	struct stream *s = idle->stream;

	timer_close(idle->pool->worker, &idle->timer);
	list_remove(&idle->link);
	if (--idle->shelf->n == 0)
		pool_drop_shelf(idle->shelf);
	free(idle);
	return s;
}

static void pool_close(struct pool_idle *idle)
{
	stream_close(pool_lift(idle), true);
}

static void pool_expire(struct timer *t)
{
	pool_close(LIST_OWNER(t, struct pool_idle, timer));
}

static size_t pool_bytes(struct stream *s, uint8_t *p, size_t n)
{
	(void)p;
	pool_close(s->owner);
	return n;
}

static void pool_eof(struct stream *s)
{
	pool_close(s->owner);
}

static void pool_gone(struct stream *s, enum fault f)
{
	(void)f;
	pool_close(s->owner);
}

static void pool_ignore(struct stream *s)
{
	(void)s;	/* the end of a request may still be on its way */
}

static const struct stream_events pool_events = {
	.bytes = pool_bytes,
	.eof = pool_eof,
	.full = pool_ignore,
	.room = pool_ignore,
	.gone = pool_gone,
};

void pool_close_all(struct pool *p)
{
	while (p && !list_empty(&p->shelves)) {
		struct pool_shelf *shelf = LIST_OWNER(p->shelves.next, struct pool_shelf, link);
		pool_close(LIST_OWNER(shelf->idle.next, struct pool_idle, link));
	}
}

struct stream *pool_take(struct pool *p, const struct target *t, uint64_t age)
{
	struct pool_shelf *shelf;

	while ((shelf = pool_find(p, t)) != NULL) {
		struct pool_idle *idle = LIST_OWNER(shelf->idle.prev, struct pool_idle, link);
		struct stream *s = idle->stream;
		if (p->worker->now - idle->since > age)
			return NULL;
		if (!stream_look(s)) {
			if (s->owner == idle)
				pool_close(idle);
			continue;	/* it ended just now */
		}
		pool_lift(idle);
		stream_pause(s, PAUSE_DIAL);
		return s;
	}
	return NULL;
}

static struct pool_shelf *pool_shelf_for(struct pool *p, struct target *t)
{
	struct pool_shelf *shelf = pool_find(p, t);

	if (shelf)
		return shelf;
	shelf = calloc(1, sizeof(*shelf));
	if (shelf == NULL)
		return NULL;
	held_get(&t->held);
	shelf->target = t;
	list_init(&shelf->idle);
	list_append(&p->shelves, &shelf->link);
	return shelf;
}

static struct pool_idle *pool_make(struct pool *p, struct target *t)
{
	struct pool_idle *idle = calloc(1, sizeof(*idle));
	struct pool_shelf *shelf = idle ? pool_shelf_for(p, t) : NULL;

	if (shelf && timer_open(p->worker, &idle->timer, pool_expire) == FAULT_NONE) {
		idle->pool = p;
		idle->shelf = shelf;
		list_append(&shelf->idle, &idle->link);
		shelf->n++;
		return idle;
	}
	if (shelf && shelf->n == 0)
		pool_drop_shelf(shelf);
	free(idle);
	return NULL;
}

void pool_put(struct pool *p, struct target *t, struct stream *s, uint64_t idle, unsigned max)
{
	bool wanted = max > 0 && idle > 0 && !p->worker->gateway->stopping;
	struct pool_idle *i = wanted ? pool_make(p, t) : NULL;

	if (i == NULL) {
		stream_close(s, true);
		return;
	}
	i->stream = s;
	i->since = p->worker->now;
	stream_hand(s, &pool_events, i);
	timer_set(p->worker, &i->timer, p->worker->now + idle);
	if (i->shelf->n > max)
		pool_close(LIST_OWNER(i->shelf->idle.next, struct pool_idle, link));
}
