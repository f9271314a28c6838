#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "http/exchange_life.h"
#include "http/h2_conn.h"
#include "http/http_now.h"
#include "net/cork.h"

enum { H2_OURS = 3, H2_NUMBER = 24 };	/* :status, date, content-length */

/* RFC 9113 section 8.2.2: what is about a connection of HTTP/1.1 */
static const struct slice h2_not_sent[] = {
	{"connection", 10}, {"keep-alive", 10}, {"proxy-connection", 16},
	{"transfer-encoding", 17}, {"upgrade", 7},
};

static bool h2_is_sent(struct slice name)
{
	for (size_t i = 0; i < sizeof(h2_not_sent) / sizeof(h2_not_sent[0]); i++)
		if (slice_ieq(name, h2_not_sent[i]))
			return false;
	return true;
}

/* nghttp2 makes a copy, in lower case. */
static nghttp2_nv h2_field(struct slice name, struct slice value)
{
	return (nghttp2_nv){.name = (uint8_t *)(uintptr_t)name.p, .namelen = name.n,
	    .value = (uint8_t *)(uintptr_t)value.p, .valuelen = value.n};
}

static void h2_say(struct h2_stream *s, const nghttp2_nv *fields, size_t n)
{
	nghttp2_data_provider body = {.source = {.ptr = NULL}, .read_callback = h2_pump_read};

	if (nghttp2_submit_response(s->c->session, s->id, fields, n, &body) != 0)
		h2_stream_fail(s, FAULT_NO_MEMORY);
	h2_pump_start(s->c);
}

static void h2_say_head(struct h2_stream *s, int status, const struct header *headers, unsigned n,
    const char *length)
{
	char number[H2_NUMBER];
	nghttp2_nv *fields = arena_alloc(&s->x.arena, (n + H2_OURS) * sizeof(*fields));
	size_t used = 0;

	exchange_life_answer(&s->x, status);
	if (fields == NULL) {
		h2_stream_fail(s, FAULT_NO_MEMORY);
		return;
	}
	snprintf(number, sizeof(number), "%d", status);
	fields[used++] = h2_field(SLICE(":status"), slice_of(number));
	if (http1_find(headers, n, SLICE("Date")) == NULL)
		fields[used++] = h2_field(SLICE("date"), http_now());
	for (unsigned i = 0; i < n; i++)
		if (h2_is_sent(headers[i].name))
			fields[used++] = h2_field(headers[i].name, headers[i].value);
	if (length)
		fields[used++] = h2_field(SLICE("content-length"), slice_of(length));
	h2_say(s, fields, used);
}

static void h2_proceed(struct exchange *x)
{
	struct h2_stream *s = h2_stream_of(x);
	nghttp2_nv status = h2_field(SLICE(":status"), SLICE("100"));

	if (nghttp2_submit_headers(s->c->session, NGHTTP2_FLAG_NONE, s->id, NULL, &status, 1,
	    NULL) != 0)
		h2_stream_fail(s, FAULT_NO_MEMORY);
	h2_pump_start(s->c);
}

/* RFC 8441 section 5: any 2xx opens the WebSocket, be it meant for a page that is there. */
static int h2_status(const struct exchange *x, int status)
{
	return x->request->websocket && status < 300 ? 501 : status;
}

static enum flow h2_respond(struct exchange *x, const struct response *r)
{
	struct h2_stream *s = h2_stream_of(x);
	bool none = r->status < 200 || r->status == 204 || r->status == 304;
	char length[H2_NUMBER];

	s->bare = none || slice_eq(x->request->method, SLICE("HEAD"));
	s->has_length = !none && r->length != RESPONSE_LENGTH_UNKNOWN;
	s->left = s->has_length ? (uint64_t)r->length : 0;
	snprintf(length, sizeof(length), "%" PRIu64, s->left);
	h2_say_head(s, h2_status(x, r->status), r->headers, r->n_headers,
	    s->has_length ? length : NULL);
	return FLOW_OK;
}

/* RFC 8441 section 5: 200, and what follows is the tunnel's. */
static enum flow h2_upgrade(struct exchange *x, const struct header *headers, unsigned n)
{
	struct h2_stream *s = h2_stream_of(x);

	h2_say_head(s, 200, headers, n, NULL);
	x->tunnel = true;
	exchange_life_clear(x);
	s->paused &= (uint8_t)~PAUSE_SELF;
	h2_stream_resume(s);	/* what came too early is the tunnel's */
	return FLOW_OK;
}

/* Into the wire what the cork has no place for: rare, so it may be a copy. */
static bool h2_write_piece(struct h2_stream *s, const struct iovec *piece)
{
	if (cork_add(s->cork, piece))
		return true;
	size_t before = s->out.n;
	bool ok = wire_append(&s->out, s->cork->iov + s->cork_at, s->cork->n - s->cork_at, 0);
	h2_stream_count(s, before);
	cork_reset(s->cork);
	s->cork_at = 0;
	return ok && cork_add(s->cork, piece);
}

static bool h2_write_all(struct h2_stream *s, const struct iovec *iov, int n)
{
	if (s->cork == NULL) {
		s->cork = cork_take(&h2_conn_worker(s->c)->net->corks);
		s->cork_at = 0;
	}
	for (int i = 0; s->cork && i < n; i++)
		if (iov[i].iov_len > 0 && !h2_write_piece(s, &iov[i]))
			return false;
	return s->cork != NULL;
}

/* nghttp2 asks for it at the end of this wake-up. */
static void h2_wake(struct h2_stream *s)
{
	struct h2_conn *c = s->c;

	if (s->deferred && nghttp2_session_resume_data(c->session, s->id) != 0)
		h2_stream_fail(s, FAULT_NO_MEMORY);
	s->deferred = false;
	h2_pump_start(c);
}

static size_t h2_total(const struct iovec *iov, int n)
{
	size_t total = 0;

	for (int i = 0; i < n; i++)
		total += iov[i].iov_len;
	return total;
}

static enum flow h2_write(struct exchange *x, const struct iovec *iov, int n)
{
	struct h2_stream *s = h2_stream_of(x);
	size_t total = h2_total(iov, n);

	if (s->fault != FAULT_NONE)
		return FLOW_GONE;
	if (total == 0 || s->bare)
		return FLOW_OK;
	if (!x->tunnel)
		x->bytes_out += total;
	if (s->has_length && total > s->left)
		return FLOW_GONE;	/* it would be malformed (section 8.1.1) */
	s->left -= s->has_length ? total : 0;
	if (!h2_write_all(s, iov, n)) {
		h2_stream_fail(s, FAULT_NO_MEMORY);
		return FLOW_GONE;
	}
	if (list_empty(&s->written))
		list_append(&s->c->written, &s->written);
	h2_wake(s);
	s->told_full |= s->out.n > 0;
	return s->told_full ? FLOW_FULL : FLOW_OK;
}

static void h2_pause(struct exchange *x, unsigned why)
{
	h2_stream_of(x)->paused |= (uint8_t)why;
}

static void h2_resume(struct exchange *x, unsigned why)
{
	struct h2_stream *s = h2_stream_of(x);

	if ((s->paused & why) == 0)
		return;
	s->paused &= (uint8_t)~why;
	if (!s->paused && (s->stash_n > 0 || (s->peer_end && !s->told_end)))
		h2_stream_resume(s);
}

/* What a client may send before the handler has taken it waits here: it is shown at once. */
static void h2_set_buffer(struct exchange *x, uint64_t bytes)
{
	struct h2_stream *s = h2_stream_of(x);
	int32_t window = bytes < WORKER_SCRATCH / 2 ? (int32_t)bytes : WORKER_SCRATCH / 2;

	s->buffer = bytes;
	if (nghttp2_session_set_local_window_size(s->c->session, NGHTTP2_FLAG_NONE, s->id,
	    window) != 0)
		h2_stream_fail(s, FAULT_NO_MEMORY);
	h2_pump_start(s->c);
}

static void h2_end(struct exchange *x)
{
	struct h2_stream *s = h2_stream_of(x);

	if (s->has_length && !s->bare && s->left > 0) {
		exchange_reset(x, FAULT_SYSTEM);
		return;
	}
	s->ended = true;
	s->c->closing |= s->c->conn.refuse != FAULT_NONE;
	exchange_life_finish(x);
	h2_wake(s);
}

static void h2_reset(struct exchange *x, enum fault f)
{
	(void)f;
	h2_stream_reset(h2_stream_of(x), x->tunnel ? NGHTTP2_CANCEL : NGHTTP2_INTERNAL_ERROR);
}

static uint64_t h2_queued(const struct exchange *x)
{
	return LIST_OWNER(x, struct h2_stream, x)->out.n;
}

const struct exchange_ops h2_response_ops = {
	.proceed = h2_proceed,
	.respond = h2_respond,
	.upgrade = h2_upgrade,
	.write = h2_write,
	.pause = h2_pause,
	.resume = h2_resume,
	.set_buffer = h2_set_buffer,
	.queued = h2_queued,
	.end = h2_end,
	.reset = h2_reset,
};
