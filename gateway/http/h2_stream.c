#include <stdlib.h>
#include <string.h>

#include "http/exchange_life.h"
#include "http/h2_conn.h"
#include "net/cork.h"

enum { H2_BUFFER = 64 * 1024 };		/* until the handler says another */

static void h2_stream_go_on(struct task *);

struct h2_stream *h2_stream_new(struct h2_conn *c, int32_t id)
{
	struct h2_stream *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	arena_init(&s->x.arena);
	s->head = arena_alloc(&s->x.arena, sizeof(*s->head));
	if (s->head == NULL) {
		free(s);
		return NULL;
	}
	s->x.client = &c->conn.client;
	s->x.ops = &h2_response_ops;
	s->c = c;
	s->id = id;
	s->buffer = H2_BUFFER;
	task_init(&s->task, h2_stream_go_on);
	list_init(&s->written);
	list_append(&c->streams, &s->link);
	return s;
}

static void h2_stream_free(struct task *t)
{
	free(LIST_OWNER(t, struct h2_stream, task));
}

void h2_stream_count(struct h2_stream *s, size_t before)
{
	STATS_ADD(h2_conn_worker(s->c)->stats.queued, (int64_t)s->out.n - (int64_t)before);
}

static void h2_stream_drop_out(struct h2_stream *s)
{
	size_t before = s->out.n;

	wire_clear(&s->out);
	h2_stream_count(s, before);
	if (s->cork)
		cork_give(&h2_conn_worker(s->c)->net->corks, s->cork);
	s->cork = NULL;
}

static void h2_stream_drop_stash(struct h2_stream *s)
{
	STATS_ADD(h2_conn_worker(s->c)->stats.stashed, -(int64_t)s->stash_n);
	free(s->stash);
	s->stash = NULL;
	s->stash_n = 0;
}

void h2_stream_bury(struct h2_stream *s)
{
	struct h2_conn *c = s->c;
	struct worker *w = h2_conn_worker(c);

	if (s->dead)
		return;
	s->dead = s->ended = true;
	exchange_life_finish(&s->x);
	h2_stream_drop_out(s);
	h2_stream_drop_stash(s);
	task_cancel(&s->task);
	list_remove(&s->link);
	list_remove(&s->written);
	nghttp2_session_set_stream_user_data(c->session, s->id, NULL);
	s->task.run = h2_stream_free;
	worker_bury(w, &s->task);
	if (list_empty(&c->streams)) {
		c->idle_since = w->now;
		h2_pump_start(c);	/* it may be time to end */
	}
}

void h2_stream_lose(struct h2_stream *s, enum fault f)
{
	const struct handler *handler = s->x.handler;

	if (s->ended)
		return;
	s->ended = true;
	s->x.refused = f;
	if (handler)
		handler->gone(&s->x, f);
}

void h2_stream_reset(struct h2_stream *s, uint32_t code)
{
	struct h2_conn *c = s->c;

	s->ended = true;
	if (nghttp2_submit_rst_stream(c->session, NGHTTP2_FLAG_NONE, s->id, code) != 0)
		h2_conn_fail(c, FAULT_NO_MEMORY);
	h2_stream_bury(s);
	h2_pump_start(c);
}

void h2_stream_fail(struct h2_stream *s, enum fault f)
{
	if (s->fault == FAULT_NONE)
		s->fault = f;
	h2_stream_resume(s);
}

void h2_stream_resume(struct h2_stream *s)
{
	worker_resume(h2_conn_worker(s->c), &s->task);
}

static void h2_stream_consume(struct h2_stream *s, size_t n)
{
	if (n > 0 && nghttp2_session_consume_stream(s->c->session, s->id, n) != 0)
		h2_conn_fail(s->c, FAULT_NO_MEMORY);
	h2_pump_start(s->c);
}

/* To be shown again, behind what is kept already; its credit is still to be given. */
static void h2_stream_keep(struct h2_stream *s, const uint8_t *p, size_t n)
{
	uint8_t *stash = realloc(s->stash, s->stash_n + n);

	if (stash == NULL) {
		h2_stream_fail(s, FAULT_NO_MEMORY);
		return;
	}
	memcpy(stash + s->stash_n, p, n);
	s->stash = stash;
	s->stash_n += (uint32_t)n;
	STATS_ADD(h2_conn_worker(s->c)->stats.stashed, (int64_t)n);
}

/* Returns how much the handler took. Of a request's body that is all, or it would have paused. */
static size_t h2_stream_show(struct h2_stream *s, uint8_t *p, size_t n)
{
	struct exchange *x = &s->x;
	size_t used = n;

	if (x->handler == NULL || x->handler->body == NULL)
		return n;
	if (x->tunnel)
		used = x->handler->body(x, p, n);
	else
		x->handler->body(x, p, n);
	return s->ended ? n : used;
}

void h2_stream_data(struct h2_stream *s, uint8_t *p, size_t n)
{
	size_t used = 0;

	if (!s->x.tunnel)
		s->x.bytes_in += n;
	if (s->ended)
		used = n;
	else if (!s->paused && s->stash_n == 0)
		used = h2_stream_show(s, p, n);
	h2_stream_consume(s, used);
	if (used == n || s->dead)
		return;
	bool behind = s->stash_n > 0;
	h2_stream_keep(s, p + used, n - used);
	if (behind && !s->paused)
		h2_stream_resume(s);
}

/* What was kept, seen through the scratch, so that it may be changed and referred to. */
static void h2_stream_show_stash(struct h2_stream *s)
{
	struct worker *w = h2_conn_worker(s->c);
	size_t n = s->stash_n < WORKER_SCRATCH / 2 ? s->stash_n : WORKER_SCRATCH / 2;

	memcpy(w->scratch, s->stash, n);
	size_t used = h2_stream_show(s, w->scratch, n);
	h2_stream_consume(s, used);
	if (s->dead || used == 0)
		return;
	if (used == s->stash_n) {
		h2_stream_drop_stash(s);
		return;
	}
	s->stash_n -= (uint32_t)used;
	STATS_ADD(w->stats.stashed, -(int64_t)used);
	memmove(s->stash, s->stash + used, s->stash_n);
}

static void h2_stream_tell_end(struct h2_stream *s)
{
	struct exchange *x = &s->x;

	if (s->ended || !s->peer_end || s->told_end || s->paused)
		return;
	s->told_end = true;
	if (x->handler && x->handler->body)
		x->handler->body_end(x);
}

void h2_stream_end(struct h2_stream *s)
{
	s->peer_end = true;
	if (s->x.request && s->x.request->websocket && !s->ended)
		h2_stream_fail(s, FAULT_PEER_EOF);	/* before it became a tunnel */
	else if (s->stash_n > 0)
		h2_stream_resume(s);
	else
		h2_stream_tell_end(s);
}

static void h2_stream_tell_room(struct h2_stream *s)
{
	const struct handler *handler = s->x.handler;

	if (!s->want_room || s->out.n > 0 || s->ended)
		return;
	s->want_room = s->told_full = false;
	if (handler && handler->room)
		handler->room(&s->x);
}

static void h2_stream_go_on(struct task *t)
{
	struct h2_stream *s = LIST_OWNER(t, struct h2_stream, task);

	if (s->fault != FAULT_NONE) {
		h2_stream_lose(s, s->fault);
		if (!s->dead)
			h2_stream_reset(s, s->fault == FAULT_NO_MEMORY ? NGHTTP2_INTERNAL_ERROR :
									 NGHTTP2_CANCEL);
		return;
	}
	h2_stream_tell_room(s);
	if (!s->ended && !s->paused && s->stash_n > 0)
		h2_stream_show_stash(s);
	h2_stream_tell_end(s);
}

static enum fault h2_stream_begin(struct h2_stream *s, bool end)
{
	struct exchange *x = &s->x;
	enum fault f = exchange_life_begin(x, HTTP_2);

	if (f == FAULT_NONE)
		f = h2_head_finish(s->head, &x->arena, end, x->request);
	exchange_life_count(x);
	s->head = NULL;
	s->peer_end = end;
	s->told_end = end;
	if (f == FAULT_NONE && x->request->websocket)
		s->paused = PAUSE_SELF;		/* until it is a tunnel */
	return f;
}

/* As requests of HTTP/1 are: what is against the connection is said by the route's handler. */
static enum fault h2_stream_route(struct h2_stream *s)
{
	struct exchange *x = &s->x;
	const struct gateway_worker *g = http_conn_gateway(&s->c->conn);

	x->refused = g->stopping ? FAULT_SHUTDOWN : s->c->conn.refuse;
	enum fault f = g->site->route(x);
	return f == FAULT_NONE ? x->handler->open(x) : f;
}

void h2_stream_open(struct h2_stream *s, bool end)
{
	struct exchange *x = &s->x;
	enum fault f = h2_stream_begin(s, end);

	if (x->request == NULL) {
		h2_stream_reset(s, NGHTTP2_INTERNAL_ERROR);
		return;
	}
	if (f == FAULT_NONE)
		f = h2_stream_route(s);
	if (s->ended || x->tunnel)
		return;		/* the handler has answered already */
	const struct handler *handler = x->handler;
	if (f != FAULT_NONE) {
		x->handler = NULL;
		exchange_fail(x, f);
	} else if (x->request->expect_continue && handler->body && !handler->proceeds &&
	    x->status == 0) {
		exchange_proceed(x);
	}
}
