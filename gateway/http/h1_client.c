#include "http/h1_client.h"

#include <stdio.h>

#include "config/config.h"

enum h1_client_state {
	H1_CLIENT_HEAD,		/* the answer's is awaited */
	H1_CLIENT_BODY,
	H1_CLIENT_DONE		/* or it is no HTTP any more */
};

static void h1_client_fail(struct h1_client *c, enum fault f)
{
	c->unsent = c->stream && !stream_has_sent(c->stream);
	h1_client_close(c);
	c->events->gone(c, f);
}

static enum fault h1_client_fault(enum fault f)
{
	return f == FAULT_HEAD_TOO_LARGE || f == FAULT_HEADERS_TOO_MANY ? FAULT_BACK_HEAD
	    : FAULT_BACK_HTTP;
}

/* What follows a complete answer was never asked for: nobody can tell what it answers. */
static void h1_client_complete(struct h1_client *c, size_t extra)
{
	c->state = H1_CLIENT_DONE;
	if (extra > 0)
		c->keep_alive = false;
	c->events->end(c, H1_CLIENT_COMPLETE);
}

/* A final answer, or a switch of protocols. */
static void h1_client_answer(struct h1_client *c, const struct http1_response *r)
{
	bool switches = r->status == 101;

	if ((switches && !c->upgrade) || r->length > INT64_MAX) {
		h1_client_fail(c, FAULT_BACK_HTTP);
		return;
	}
	http1_body_begin(&c->body, r->body, r->length);
	c->state = switches ? H1_CLIENT_DONE : H1_CLIENT_BODY;
	c->keep_alive = r->keep_alive && !switches;
	c->events->head(c, r);
}

/* Reads one head; how many bytes it took, 0 when it is not complete or not proper. */
static size_t h1_client_head(struct h1_client *c, const uint8_t *p, size_t n)
{
	struct header headers[CONFIG_HEADERS_MAX];
	struct http1_response r = {.headers = headers, .head_only = c->head_only};
	size_t used = 0;
	enum fault f = http1_response_parse(&c->limits, p, n, &c->scanned, &r, &used);

	if (f != FAULT_NONE) {
		h1_client_fail(c, h1_client_fault(f));
		return 0;
	}
	if (used == 0)
		return 0;
	if (r.status >= 200 || r.status == 101)
		h1_client_answer(c, &r);
	else if (r.status == 100)
		c->events->proceed(c);
	return used;
}

/* How many bytes of p are the body's, or stand around it. */
static size_t h1_client_body(struct h1_client *c, uint8_t *p, size_t n)
{
	const uint8_t *data;
	size_t at = 0, used, data_n;

	while (at < n && c->stream && !c->body.end) {
		enum fault f = http1_body_feed(&c->body, p + at, n - at, &used, &data, &data_n);
		if (f != FAULT_NONE) {
			h1_client_fail(c, FAULT_BACK_HTTP);
			break;
		}
		if (data_n > 0)
			c->events->body(c, p + (data - p), data_n);
		at += used;
	}
	return at;
}

static size_t h1_client_bytes(struct stream *s, uint8_t *p, size_t n)
{
	struct h1_client *c = s->owner;
	size_t at = 0, used;

	c->heard = true;
	while (c->stream && c->state == H1_CLIENT_HEAD) {
		used = h1_client_head(c, p + at, n - at);
		if (used == 0)
			return at;
		at += used;
	}
	if (c->stream && c->state == H1_CLIENT_BODY) {
		at += h1_client_body(c, p + at, n - at);
		if (c->stream && c->body.end) {
			h1_client_complete(c, n - at);
			return n;
		}
	}
	return at;
}

static void h1_client_eof(struct stream *s)
{
	struct h1_client *c = s->owner;

	if (c->state == H1_CLIENT_BODY && c->body.kind == HTTP1_BODY_CLOSE) {
		c->state = H1_CLIENT_DONE;
		c->events->end(c, H1_CLIENT_UNTIL_CLOSE);
		return;
	}
	h1_client_fail(c, c->heard ? FAULT_BACK_TRUNCATED : FAULT_BACK_NO_ANSWER);
}

static void h1_client_gone(struct stream *s, enum fault f)
{
	struct h1_client *c = s->owner;

	if (f == FAULT_RESET || f == FAULT_TLS_TRUNCATED || f == FAULT_TLS_PROTOCOL)
		f = c->heard ? FAULT_BACK_TRUNCATED : FAULT_BACK_RESET;
	h1_client_fail(c, f);
}

static void h1_client_full(struct stream *s)
{
	struct h1_client *c = s->owner;

	c->events->full(c);
}

static void h1_client_room(struct stream *s)
{
	struct h1_client *c = s->owner;

	c->events->room(c);
}

static const struct stream_events h1_client_stream_events = {
	.bytes = h1_client_bytes,
	.eof = h1_client_eof,
	.full = h1_client_full,
	.room = h1_client_room,
	.gone = h1_client_gone,
};

void h1_client_open(struct h1_client *c, struct stream *s, const struct http1_limits *limits,
    const struct h1_client_events *events, const struct h1_client_request *r)
{
	struct iovec iov = {(void *)(uintptr_t)r->head.p, r->head.n};

	*c = (struct h1_client){.stream = s, .events = events, .limits = *limits,
	    .left = r->length, .head_only = r->head_only, .upgrade = r->upgrade,
	    .sent = r->length == 0};
	stream_hand(s, &h1_client_stream_events, c);
	stream_write(s, &iov, 1);
	stream_resume(s, PAUSE_DIAL);
}

static enum flow h1_client_write_chunk(struct h1_client *c, const uint8_t *p, size_t n)
{
	char size[24];
	int len = snprintf(size, sizeof(size), "%zx\r\n", n);
	struct iovec iov[3] = {{size, (size_t)len}, {(void *)(uintptr_t)p, n},
	    {(void *)(uintptr_t)"\r\n", 2}};

	return stream_write(c->stream, iov, 3);
}

enum flow h1_client_write(struct h1_client *c, const uint8_t *p, size_t n)
{
	struct iovec iov = {(void *)(uintptr_t)p, n};

	if (n == 0)
		return FLOW_OK;
	if (c->stream == NULL)
		return FLOW_GONE;
	if (c->left == H1_CLIENT_CHUNKED)
		return h1_client_write_chunk(c, p, n);
	if (n > c->left)
		return FLOW_GONE;
	c->left -= n;
	return stream_write(c->stream, &iov, 1);
}

void h1_client_finish(struct h1_client *c)
{
	struct iovec last = {(void *)(uintptr_t)"0\r\n\r\n", 5};

	if (c->stream == NULL || c->sent)
		return;
	if (c->left == H1_CLIENT_CHUNKED)
		stream_write(c->stream, &last, 1);
	c->sent = c->left == H1_CLIENT_CHUNKED || c->left == 0;
}

void h1_client_pause(struct h1_client *c)
{
	if (c->stream)
		stream_pause(c->stream, PAUSE_PEER);
}

void h1_client_resume(struct h1_client *c)
{
	if (c->stream)
		stream_resume(c->stream, PAUSE_PEER);
}

bool h1_client_is_reusable(const struct h1_client *c)
{
	return c->stream && c->state == H1_CLIENT_DONE && c->keep_alive && c->sent;
}

struct stream *h1_client_release(struct h1_client *c)
{
	struct stream *s = c->stream;

	c->stream = NULL;
	stream_resume(s, PAUSE_PEER);
	return s;
}

void h1_client_close(struct h1_client *c)
{
	if (c->stream)
		stream_close(c->stream, false);
	c->stream = NULL;
}
