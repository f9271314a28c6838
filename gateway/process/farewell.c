#include "process/farewell.h"

#include "channel/channel.h"
#include "http/gateway_worker.h"
#include "net/stream.h"
#include "upstream/pool.h"

enum {
	FAREWELL_TICK = 10,	/* ms from one look to the next */
	FAREWELL_PATIENT = 250,	/* the same, where nothing is to be closed */
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

	channel_close(LIST_OWNER(l, struct channel, link), f->fault);
	f->closed++;
}

static void farewell_close_due(struct farewell *f)
{
	struct gateway_worker *g = f->worker->gateway;
	uint64_t now = f->worker->now;

	if (f->deadline == CLOCK_NEVER)
		return;
	size_t due = farewell_due(f->sessions, now - f->began, f->deadline - f->began);

	while (f->closed < due && !list_empty(&g->channels))
		farewell_close_one(f);
}

/*
 * A stream without an owner still flushes what it was given. Who asks for the rest of a session
 * that has ended gets it, unless we stop.
 */
static bool farewell_is_empty(const struct worker *w)
{
	const struct gateway_worker *g = w->gateway;

	if (!list_empty(&g->channels) || !list_empty(&g->connections) ||
	    (!g->stopping && !list_empty(&g->sessions)))
		return false;
	pool_close_all(g->pool);
	return list_empty(&w->net->streams);
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
		timer_set(w, t, w->now + (f->deadline == CLOCK_NEVER ? FAREWELL_PATIENT
		    : FAREWELL_TICK));
}

static size_t farewell_count(const struct list *head)
{
	size_t n = 0;

	for (const struct list *l = head->next; l != head; l = l->next)
		n++;
	return n;
}

static void farewell_set(struct farewell *f, uint64_t ms, enum fault fault)
{
	f->began = f->worker->now;
	f->deadline = ms == CONFIG_KEEP ? CLOCK_NEVER : f->began + ms;
	f->sessions = farewell_count(&f->worker->gateway->channels);
	f->closed = 0;
	f->fault = fault;
	timer_set(f->worker, &f->timer, f->began);
}

void farewell_begin(struct farewell *f, uint64_t ms)
{
	struct gateway_worker *g = f->worker->gateway;
	struct list *next;

	if (g->stopping || f->over)
		return;
	farewell_set(f, ms, FAULT_SHUTDOWN);
	g->stopping = true;
	for (struct list *l = g->connections.next; l != &g->connections; l = next) {
		struct connection *c = LIST_OWNER(l, struct connection, link);
		next = l->next;
		c->ops->stop(c);
	}
	pool_close_all(g->pool);
}

void farewell_retire(struct farewell *f, uint64_t ms)
{
	struct gateway_worker *g = f->worker->gateway;
	struct list *next;

	if (f->began || f->over)
		return;
	farewell_set(f, ms, FAULT_SUCCEEDED);
	g->retiring = true;
	for (struct list *l = g->connections.next; l != &g->connections; l = next) {
		struct connection *c = LIST_OWNER(l, struct connection, link);
		next = l->next;
		if (c->ops->retire)
			c->ops->retire(c);
	}
}

enum fault farewell_init(struct farewell *f, struct worker *w, void (*ended)(struct farewell *))
{
	*f = (struct farewell){.worker = w, .fault = FAULT_SHUTDOWN, .ended = ended};
	return timer_open(w, &f->timer, farewell_tick);
}

void farewell_fini(struct farewell *f)
{
	timer_close(f->worker, &f->timer);
}
