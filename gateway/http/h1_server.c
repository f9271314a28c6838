#include "http/h1_server.h"

#include <stdlib.h>

#include "codec/http_path.h"
#include "codec/ws_handshake.h"
#include "http/exchange_life.h"
#include "http/h1_conn.h"

enum { H1_PIPELINE = 16 * 1024 };	/* bytes of later requests that may wait for an answer */

static void h1_conn_free(struct task *t)
{
	free(LIST_OWNER(t, struct h1_conn, conn.grave));
}

/* Everything but the stream. */
static void h1_bury(struct h1_conn *c)
{
	exchange_life_finish(&c->x);
	c->state = H1_DEAD;
	http_conn_bury(&c->conn);
}

void h1_conn_close(struct h1_conn *c)
{
	stream_close(c->conn.stream, true);
	h1_bury(c);
}

void h1_conn_abort(struct h1_conn *c)
{
	stream_reset(c->conn.stream);
	h1_bury(c);
}

/* Ready for the next head; what already came of it is shown again. */
static void h1_begin_head(struct h1_conn *c)
{
	c->state = H1_HEAD;
	c->scanned = 0;
	c->ended = c->head_only = false;
	c->x.tunnel = false;
	c->x.status = 0;
	c->x.bytes_in = c->x.bytes_out = 0;
	http_conn_set_timer(&c->conn, c->conn.client.limits->keepalive);
	if (c->conn.stream->told_full)
		stream_pause(c->conn.stream, PAUSE_PEER);	/* answers that nobody takes yet */
	stream_resume(c->conn.stream, PAUSE_SELF);
	stream_show_again(c->conn.stream);
}

void h1_conn_next(struct h1_conn *c)
{
	bool more = c->keep_alive && !c->peer_eof &&
	    !gateway_worker_leaves(http_conn_gateway(&c->conn));

	if (!more) {
		h1_conn_close(c);
		return;
	}
	exchange_life_finish(&c->x);
	c->ended = true;
	if (c->state == H1_BODY)	/* the rest is drained */
		http_conn_set_timer(&c->conn, c->conn.client.limits->head_timeout);
	else
		h1_begin_head(c);
}

/* The exchange ends by no wish of its handler. */
static void h1_lose(struct h1_conn *c, enum fault f)
{
	const struct handler *handler = c->x.handler;

	if (c->ended)
		return;
	c->x.refused = f;
	if (handler)
		handler->gone(&c->x, f);
}

static bool h1_slow(struct h1_conn *c)
{
	return c->state == H1_HEAD && c->scanned == 0 && c->conn.stream->stash_n == 0;
}

static bool h1_prepare(struct h1_conn *c, enum http_protocol);

/* Whatever is answered now is the last; nothing more is read. */
static void h1_hold(struct h1_conn *c)
{
	c->keep_alive = false;
	c->state = H1_WAIT;
	stream_pause(c->conn.stream, PAUSE_SELF);
}

static void h1_refuse(struct h1_conn *c, enum fault f)
{
	h1_hold(c);
	if (c->x.request == NULL && !h1_prepare(c, HTTP_1_1)) {
		h1_conn_abort(c);
		return;
	}
	exchange_fail(&c->x, f);
}

/* An answer that makes no progress for as long as an idle connection may last is dropped. */
static void h1_check_stuck(struct h1_conn *c)
{
	if (http_conn_is_stuck(&c->progress, c->x.bytes_out, c->conn.stream->out.n)) {
		http_conn_complain(&c->conn, FAULT_SLOW_PEER);
		h1_lose(c, FAULT_SLOW_PEER);
		h1_conn_abort(c);
		return;
	}
	http_conn_set_timer(&c->conn, c->conn.client.limits->keepalive);
}

static void h1_expire(struct timer *t)
{
	struct h1_conn *c = LIST_OWNER(t, struct h1_conn, conn.timer);

	if (c->state == H1_HEAD && c->conn.stream->paused)
		h1_check_stuck(c);
	else if (h1_slow(c) || c->ended)
		h1_conn_close(c);
	else if (c->state == H1_HEAD)
		h1_refuse(c, FAULT_HEAD_TIMEOUT);
	else
		h1_check_stuck(c);
}

static bool h1_copy_slice(struct h1_conn *c, struct slice *s)
{
	if (s->p == NULL)
		return true;
	*s = arena_copy(&c->x.arena, *s);
	return s->p != NULL;
}

/* The part of the exchange that even a request nobody could read has. */
static bool h1_prepare(struct h1_conn *c, enum http_protocol protocol)
{
	c->x.ops = &h1_response_ops;
	c->progress = 0;
	return exchange_life_begin(&c->x, protocol) == FAULT_NONE;
}

/* The head's slices point into bytes that will not stay: everything moves to the arena. */
static enum fault h1_keep_request(struct h1_conn *c, const struct http1_request *parsed)
{
	struct exchange *x = &c->x;
	struct http1_request *h = arena_alloc(&x->arena, sizeof(*h));
	struct header *headers = arena_alloc(&x->arena, (parsed->n_headers + 1) * sizeof(*headers));

	if (h == NULL || headers == NULL ||
	    !h1_prepare(c, parsed->minor ? HTTP_1_1 : HTTP_1_0))
		return FAULT_NO_MEMORY;
	*h = *parsed;
	h->headers = headers;
	bool ok = h1_copy_slice(c, &h->method) && h1_copy_slice(c, &h->target) &&
	    h1_copy_slice(c, &h->scheme) && h1_copy_slice(c, &h->host) &&
	    h1_copy_slice(c, &h->path) && h1_copy_slice(c, &h->query) &&
	    h1_copy_slice(c, &h->upgrade_to);
	for (unsigned i = 0; ok && i < h->n_headers; i++) {
		headers[i] = parsed->headers[i];
		ok = h1_copy_slice(c, &headers[i].name) && h1_copy_slice(c, &headers[i].value);
	}
	exchange_life_count(x);
	if (!ok)
		return FAULT_NO_MEMORY;
	struct request *r = x->request;
	r->method = h->method;
	r->authority = h->host;
	r->query = h->query;
	r->headers = h->headers;
	r->n_headers = h->n_headers;
	r->has_body = h->body != HTTP1_BODY_NONE;
	r->length = h->body == HTTP1_BODY_CHUNKED ? UINT64_MAX : h->length;
	r->expect_continue = h->expect_continue;
	r->websocket = ws_handshake_wanted(h);
	r->http1 = h;
	return FAULT_NONE;
}

static enum fault h1_normalise(struct h1_conn *c)
{
	struct request *r = c->x.request;
	struct slice raw = r->http1->path;

	if (slice_eq(raw, SLICE("*"))) {
		r->path = raw;
		return FAULT_NONE;
	}
	char *path = arena_alloc(&c->x.arena, raw.n + 1);
	if (path == NULL)
		return FAULT_NO_MEMORY;
	r->path.p = path;
	r->doubled = http_path_is_doubled(raw);
	return http_path_normalise(raw, path, &r->path.n);
}

static void h1_open(struct h1_conn *c)
{
	struct exchange *x = &c->x;
	enum fault f = h1_normalise(c);

	x->refused = c->conn.refuse;
	if (f == FAULT_HTTP_SYNTAX || c->conn.refuse)
		c->keep_alive = false;
	if (f == FAULT_NONE)
		f = http_conn_gateway(&c->conn)->site->route(x);
	const struct handler *handler = x->handler;
	if (f == FAULT_NONE)
		f = handler->open(x);
	if (c->state == H1_DEAD || c->ended || x->request == NULL || x->handler != handler)
		return;	/* the handler has answered already */
	if (f != FAULT_NONE) {
		x->handler = NULL;
		exchange_fail(x, f);
	} else if (x->request->expect_continue && handler->body && !handler->proceeds &&
	    x->status == 0) {
		exchange_proceed(x);
	}
}

static void h1_keep_way(struct h1_conn *c, const struct http1_request *parsed)
{
	c->keep_alive = parsed->keep_alive;
	c->http10 = parsed->minor == 0;
	c->head_only = slice_eq(parsed->method, SLICE("HEAD"));
}

/*
 * An upgrade with a body is refused, and nothing behind it is read. Where a handler knows of a
 * mistake that explains it, that is the answer.
 */
static void h1_refuse_misused(struct h1_conn *c, const struct http1_request *parsed)
{
	struct exchange *x = &c->x;

	h1_keep_way(c, parsed);
	enum fault f = h1_keep_request(c, parsed);
	if (f == FAULT_NONE)
		f = h1_normalise(c);
	if (f == FAULT_NONE) {
		x->request->websocket = x->request->has_body = false;
		x->refused = FAULT_HTTP_SMUGGLING;
		f = http_conn_gateway(&c->conn)->site->route(x);
	}
	const struct handler *handler = x->handler;
	x->handler = NULL;
	if (f == FAULT_HTTP_SMUGGLING && handler && handler->corrects) {
		h1_hold(c);
		handler->open(x);
	} else {
		h1_refuse(c, f);
	}
}

/* Reads one head; returns how many bytes it took, 0 when it is not complete or was refused. */
static size_t h1_head(struct h1_conn *c, const uint8_t *p, size_t n)
{
	const struct config_limits *most = c->conn.client.limits;
	struct http1_limits limits = {most->head, most->headers};
	struct header headers[CONFIG_HEADERS_MAX];
	struct http1_request parsed = {.headers = headers};
	size_t used = 0;
	bool fresh = c->scanned == 0;
	enum fault f = http1_parse(&limits, p, n, &c->scanned, &parsed, &used);

	if (f == FAULT_NONE && used == 0) {
		if (fresh)
			http_conn_set_timer(&c->conn, most->head_timeout);
		return 0;
	}
	if (f == FAULT_NONE) {
		h1_keep_way(c, &parsed);
		http1_body_begin(&c->body, parsed.body, parsed.length);
		f = h1_keep_request(c, &parsed);
	}
	if (parsed.misused) {
		h1_refuse_misused(c, &parsed);
		return 0;
	}
	if (f != FAULT_NONE) {
		h1_refuse(c, f);
		return 0;
	}
	c->state = c->body.end ? H1_WAIT : H1_BODY;
	http_conn_set_timer(&c->conn, most->keepalive);
	h1_open(c);
	return used;
}

static void h1_body_complete(struct h1_conn *c)
{
	c->state = H1_WAIT;
	if (c->ended)
		h1_begin_head(c);
	else if (c->x.handler && c->x.handler->body)
		c->x.handler->body_end(&c->x);
}

static size_t h1_body(struct h1_conn *c, uint8_t *p, size_t n)
{
	const uint8_t *data;
	size_t used = 0, data_n = 0;
	enum fault f = http1_body_feed(&c->body, p, n, &used, &data, &data_n);

	if (f != FAULT_NONE) {
		c->keep_alive = false;
		h1_lose(c, f);
		if (c->ended)
			h1_conn_close(c);	/* the answer stands */
		else if (c->state != H1_DEAD && c->x.status == 0)
			h1_refuse(c, f);
		else if (c->state != H1_DEAD)
			h1_conn_abort(c);
		return used;
	}
	c->x.bytes_in += data_n;
	if (c->ended && c->body.kind == HTTP1_BODY_CHUNKED && c->x.bytes_in > H1_DRAIN) {
		h1_conn_close(c);
		return used;
	}
	if (data_n && !c->ended && c->x.handler && c->x.handler->body)
		c->x.handler->body(&c->x, p + (data - p), data_n);
	if (c->state == H1_BODY && c->body.end)
		h1_body_complete(c);
	return used;
}

static APART size_t h1_requests(struct h1_conn *c, struct stream *s, uint8_t *p, size_t n)
{
	size_t at = 0, used = 1;

	while (at < n && used > 0 && c->state != H1_DEAD && !s->paused) {
		if (c->state == H1_HEAD)
			used = h1_head(c, p + at, n - at);
		else if (c->state == H1_BODY)
			used = h1_body(c, p + at, n - at);
		else
			break;
		at += used;
	}
	if (c->state == H1_WAIT && n - at > H1_PIPELINE)
		stream_pause(s, PAUSE_SELF);
	return at;
}

static size_t h1_bytes(struct stream *s, uint8_t *p, size_t n)
{
	struct h1_conn *c = s->owner;

	if (c->state == H1_TUNNEL)
		return c->x.handler->body(&c->x, p, n);
	return h1_requests(c, s, p, n);
}

static void h1_eof(struct stream *s)
{
	struct h1_conn *c = s->owner;

	c->peer_eof = true;
	if (c->state == H1_TUNNEL) {
		c->x.handler->body_end(&c->x);
		return;
	}
	/* Half a connection is enough to be answered, but not to become a tunnel. */
	if (c->state == H1_WAIT && c->x.request && !c->x.request->websocket &&
	    !(c->x.handler && c->x.handler->attended))
		return;
	if (c->state != H1_HEAD)
		h1_lose(c, FAULT_PEER_EOF);
	if (c->state != H1_DEAD)
		h1_conn_close(c);
}

static void h1_full(struct stream *s)
{
	struct h1_conn *c = s->owner;

	if (c->state == H1_HEAD)
		stream_pause(s, PAUSE_PEER);
	else if (c->x.handler && c->x.handler->full && !c->ended)
		c->x.handler->full(&c->x);
}

static void h1_room(struct stream *s)
{
	struct h1_conn *c = s->owner;

	if (c->state == H1_HEAD)
		stream_resume(s, PAUSE_PEER);
	else if (c->x.handler && c->x.handler->room && !c->ended)
		c->x.handler->room(&c->x);
}

static void h1_gone(struct stream *s, enum fault f)
{
	struct h1_conn *c = s->owner;

	h1_lose(c, f);
	if (c->state != H1_DEAD)
		h1_conn_abort(c);
}

static const struct stream_events h1_stream_events = {
	.bytes = h1_bytes,
	.eof = h1_eof,
	.full = h1_full,
	.room = h1_room,
	.gone = h1_gone,
};

static struct h1_conn *h1_of_connection(struct connection *connection)
{
	return LIST_OWNER(connection, struct h1_conn, conn.connection);
}

static void h1_stop(struct connection *connection)
{
	struct h1_conn *c = h1_of_connection(connection);

	c->keep_alive = false;
	if (c->state == H1_HEAD)
		h1_conn_close(c);
}

/* Who has not asked for anything yet is answered once. */
static void h1_retire(struct connection *connection)
{
	struct h1_conn *c = h1_of_connection(connection);

	if (c->keep_alive && h1_slow(c))
		h1_conn_close(c);
}

static void h1_drop(struct connection *connection)
{
	struct h1_conn *c = h1_of_connection(connection);

	h1_lose(c, FAULT_SHUTDOWN);
	if (c->state != H1_DEAD)
		h1_conn_abort(c);
}

static const struct connection_ops h1_connection_ops = {
	.stop = h1_stop,
	.retire = h1_retire,
	.drop = h1_drop,
};

bool h1_server_begin(struct http_conn *door)
{
	struct h1_conn *c = calloc(1, sizeof(*c));

	if (c == NULL || http_conn_init(&c->conn, door->client.worker, &h1_connection_ops,
	    h1_expire, h1_conn_free) != FAULT_NONE) {
		free(c);
		return false;
	}
	c->x.client = &c->conn.client;
	arena_init(&c->x.arena);
	http_conn_move(&c->conn, door, &h1_stream_events, c);
	return true;
}
