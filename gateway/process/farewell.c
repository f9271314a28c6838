#include "process/farewell.h"

#include "channel/channel.h"
#include "http/gateway_worker.h"
#include "net/stream.h"
#include "upstream/pool.h"

enum {
	FAREWELL_TICK = 10,	/* ms from one look to the next */
	/* One part in so many is left for the last closing handshakes, but no more than … ms. */
	FAREWELL_SPARE = 10,
	FAREWELL_ENOUGH = 1000
};

/* The first at once; a time of 0 leaves no one waiting. */
size_t farewell_due(size_t n, uint64_t passed, uint64_t time)
{
	uint64_t spare = time / FAREWELL_SPARE;

	time -= spare < FAREWELL_ENOUGH ? spare : FAREWELL_ENOUGH;
	if (passed >= time)
		return n;
	return n ? 1 + (size_t)((n - 1) * passed / time) : 0;
}

static void farewell_close_one(struct farewell *f)
{
	struct list *l = list_take(&f->worker->gateway->channels);

	channel_close(LIST_OWNER(l, struct channel, link), FAULT_SHUTDOWN);
	f->closed++;
}

static void farewell_close_due(struct farewell *f)
{
	struct gateway_worker *g = f->worker->gateway;
	uint64_t now = f->worker->now;
	size_t due = farewell_due(f->sessions, now - f->began, f->deadline - f->began);

	while (f->closed < due && !list_empty(&g->channels))
		farewell_close_one(f);
}

/* A stream without an owner still flushes what it was given. */
static bool farewell_is_empty(const struct worker *w)
{
	return list_empty(&w->gateway->channels) && list_empty(&w->gateway->connections) &&
	    list_empty(&w->net->streams);
}

static void farewell_end(struct farewell *f)
{
	if (f->over)
		return;
	f->over = true;
	timer_set(f->worker, &f->timer, CLOCK_NEVER);
	f->ended(f);
}

void farewell_hurry(struct farewell *f)
{
	struct gateway_worker *g = f->worker->gateway;

	if (f->over)
		return;
	g->stopping = true;
	while (!list_empty(&g->channels))
		farewell_close_one(f);
	for (struct list *l; (l = list_take(&g->connections)) != NULL;) {
		struct connection *c = LIST_OWNER(l, struct connection, link);
		c->ops->drop(c);
	}
	farewell_end(f);
}

static void farewell_tick(struct timer *t)
{
	struct farewell *f = LIST_OWNER(t, struct farewell, timer);
	struct worker *w = f->worker;

	if (w->now >= f->deadline) {
		farewell_hurry(f);
		return;
	}
	farewell_close_due(f);
	if (farewell_is_empty(w))
		farewell_end(f);
	else
		timer_set(w, t, w->now + FAREWELL_TICK);
}

static size_t farewell_count(const struct list *head)
{
	size_t n = 0;

	for (const struct list *l = head->next; l != head; l = l->next)
		n++;
	return n;
}

void farewell_begin(struct farewell *f, uint64_t ms)
{
	struct gateway_worker *g = f->worker->gateway;
	struct list *next;

	if (f->began || f->over)
		return;
	f->began = f->worker->now;
	f->deadline = f->began + ms;
	f->sessions = farewell_count(&g->channels);
	g->stopping = true;
	for (struct list *l = g->connections.next; l != &g->connections; l = next) {
		struct connection *c = LIST_OWNER(l, struct connection, link);
		next = l->next;
		c->ops->stop(c);
	}
	pool_close_all(g->pool);
	timer_set(f->worker, &f->timer, f->began);
}

enum fault farewell_init(struct farewell *f, struct worker *w, void (*ended)(struct farewell *))
{
	*f = (struct farewell){.worker = w, .ended = ended};
	return timer_open(w, &f->timer, farewell_tick);
}

void farewell_fini(struct farewell *f)
{
	timer_close(f->worker, &f->timer);
}
