#include "http/http_conn.h"

#include "base/log.h"
#include "report/counts.h"

enum fault http_conn_init(struct http_conn *c, struct worker *w, const struct connection_ops *ops,
    void (*expire)(struct timer *), void (*grave)(struct task *))
{
	enum fault f = timer_open(w, &c->timer, expire);

	if (f != FAULT_NONE)
		return f;
	c->client.worker = w;
	list_init(&c->connection.link);
	c->connection.ops = ops;
	task_init(&c->grave, grave);
	return FAULT_NONE;
}

void http_conn_move(struct http_conn *to, struct http_conn *from,
    const struct stream_events *events, void *owner)
{
	struct worker *w = from->client.worker;

	to->client = from->client;
	to->admitted = from->admitted;
	to->refuse = from->refuse;
	to->stream = from->stream;
	from->stream = NULL;
	stream_hand(to->stream, events, owner);
	list_append(&w->gateway->connections, &to->connection.link);
	timer_set(w, &to->timer, from->timer.deadline);
}

void http_conn_set_timer(struct http_conn *c, uint64_t after)
{
	struct worker *w = c->client.worker;

	timer_set(w, &c->timer, after ? w->now + after : CLOCK_NEVER);
}

void http_conn_complain(const struct http_conn *c, enum fault f)
{
	char peer[ADDRESS_TEXT];

	log_fault(f, "listener %s: %s", c->client.listener->name,
	    address_text(&c->client.address, peer));
}

bool http_conn_is_stuck(uint64_t *progress, uint64_t written, uint64_t waiting)
{
	uint64_t last = *progress;

	/* 0: nothing waited, for which nobody is to blame. */
	*progress = waiting ? (written - waiting) << 1 | 1 : 0;
	return waiting > 0 && *progress == last;
}

static void http_conn_leave(struct http_conn *c)
{
	struct worker *w = c->client.worker;

	c->stream = NULL;
	held_put(c->client.snapshot);
	atomic_fetch_sub_explicit(&w->load, 1, memory_order_relaxed);
	admission_leave(w->gateway->admission, &c->admitted);
	STATS_ADD(w->stats.connections, -1);
	if (c->client.counts)
		STATS_ADD(c->client.counts->connections, -1);
}

void http_conn_bury(struct http_conn *c)
{
	struct worker *w = c->client.worker;

	if (c->stream)
		http_conn_leave(c);
	list_remove(&c->connection.link);
	timer_close(w, &c->timer);
	worker_bury(w, &c->grave);
}
