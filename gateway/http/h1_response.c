#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "codec/ws_handshake.h"
#include "http/exchange_life.h"
#include "http/h1_conn.h"
#include "http/http_now.h"
#include "http/status.h"

enum { H1_LINE = 512 };	/* room for the lines that are ours */

static void h1_write_slice(struct h1_conn *c, struct slice s)
{
	struct iovec iov = {(void *)(uintptr_t)s.p, s.n};

	stream_write(c->conn.stream, &iov, 1);
}

/* Pieces of up to CORK_SMALL are copied by the stream; longer values must outlive the callback. */
static void h1_write_header(struct h1_conn *c, const struct header *h)
{
	h1_write_slice(c, h->name);
	h1_write_slice(c, SLICE(": "));
	h1_write_slice(c, h->value);
	h1_write_slice(c, SLICE("\r\n"));
}

/*
 * Is what is left of the request's body so little that reading it is better than closing? Of chunks
 * nobody knows: their reader gives up when it was too much.
 */
static bool h1_body_drains(const struct h1_conn *c)
{
	if (c->state != H1_BODY)
		return true;
	return (c->body.kind == HTTP1_BODY_CHUNKED || c->body.left <= H1_DRAIN) &&
	       !(c->x.request && c->x.request->expect_continue);
}

static enum h1_framing h1_choose_framing(const struct h1_conn *c, const struct response *r)
{
	if (r->status < 200 || r->status == 204 || r->status == 304)
		return H1_NO_BODY;
	if (r->length != RESPONSE_LENGTH_UNKNOWN)
		return H1_LENGTH;
	return c->http10 ? H1_UNTIL_CLOSE : H1_CHUNKED;
}

/* An Upgrade field, which a 426 has, is one of this connection (RFC 9110 section 7.8). */
static void h1_write_connection(struct h1_conn *c, int status)
{
	if (status == 426)
		h1_write_slice(c, SLICE("Connection: Upgrade\r\n"));
	if (!c->keep_alive)
		h1_write_slice(c, SLICE("Connection: close\r\n"));
	else if (c->http10)
		h1_write_slice(c, SLICE("Connection: keep-alive\r\n"));
}

static void h1_proceed(struct exchange *x)
{
	h1_write_slice(h1_conn_of(x), SLICE("HTTP/1.1 100 Continue\r\n\r\n"));
}

/* Who did not wait for the 101 may have sent more, which must not be read as a request. */
static bool h1_upgrade_failed(const struct exchange *x)
{
	return x->request && x->request->websocket;
}

static enum flow h1_respond(struct exchange *x, const struct response *r)
{
	struct h1_conn *c = h1_conn_of(x);
	char line[H1_LINE];

	c->framing = (uint8_t)h1_choose_framing(c, r);
	c->left = c->framing == H1_LENGTH ? (uint64_t)r->length : 0;
	if (c->framing == H1_UNTIL_CLOSE || c->peer_eof || !h1_body_drains(c) ||
	    gateway_worker_leaves(c->conn.client.worker->gateway) || h1_upgrade_failed(x))
		c->keep_alive = false;
	exchange_life_answer(x, r->status);
	int n = snprintf(line, sizeof(line), "HTTP/1.1 %d %s\r\n", r->status,
	    status_phrase(r->status));
	h1_write_slice(c, (struct slice){line, (size_t)n});
	if (http1_find(r->headers, r->n_headers, SLICE("Date")) == NULL)
		h1_write_header(c, &(struct header){SLICE("Date"), http_now()});
	for (unsigned i = 0; i < r->n_headers; i++)
		h1_write_header(c, &r->headers[i]);
	if (c->framing == H1_LENGTH) {
		n = snprintf(line, sizeof(line), "Content-Length: %" PRIu64 "\r\n", c->left);
		h1_write_slice(c, (struct slice){line, (size_t)n});
	} else if (c->framing == H1_CHUNKED) {
		h1_write_slice(c, SLICE("Transfer-Encoding: chunked\r\n"));
	}
	h1_write_connection(c, r->status);
	h1_write_slice(c, SLICE("\r\n"));
	return FLOW_OK;
}

static enum flow h1_upgrade(struct exchange *x, const struct header *headers, unsigned n)
{
	struct h1_conn *c = h1_conn_of(x);
	char accept[WS_ACCEPT_SIZE];
	struct slice key = exchange_header(x, SLICE("Sec-WebSocket-Key"));

	if (ws_handshake_accept(key, accept) != FAULT_NONE)
		return FLOW_GONE;
	h1_write_slice(c, SLICE("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\nSec-WebSocket-Accept: "));
	h1_write_slice(c, (struct slice){accept, sizeof(accept)});
	h1_write_slice(c, SLICE("\r\n"));
	for (unsigned i = 0; i < n; i++)
		h1_write_header(c, &headers[i]);
	h1_write_slice(c, SLICE("\r\n"));
	exchange_life_answer(x, 101);
	x->tunnel = true;
	x->ops = &h1_tunnel_ops;
	c->state = H1_TUNNEL;
	timer_close(c->conn.client.worker, &c->conn.timer);
	exchange_life_clear(x);
	stream_resume(c->conn.stream, PAUSE_SELF);	/* what came too early is the tunnel's */
	stream_show_again(c->conn.stream);
	return FLOW_OK;
}

static size_t h1_total(const struct iovec *iov, int n)
{
	size_t total = 0;

	for (int i = 0; i < n; i++)
		total += iov[i].iov_len;
	return total;
}

static enum flow h1_write(struct exchange *x, const struct iovec *iov, int n)
{
	struct h1_conn *c = h1_conn_of(x);
	size_t total = h1_total(iov, n);
	char size[24];

	if (total == 0 || c->head_only || c->framing == H1_NO_BODY)
		return FLOW_OK;
	x->bytes_out += total;
	if (c->framing == H1_CHUNKED) {
		int len = snprintf(size, sizeof(size), "%zx\r\n", total);
		h1_write_slice(c, (struct slice){size, (size_t)len});
	} else if (c->framing == H1_LENGTH) {
		if (total > c->left)
			return FLOW_GONE;	/* must not become a second answer */
		c->left -= total;
	}
	enum flow flow = stream_write(c->conn.stream, iov, n);
	if (c->framing == H1_CHUNKED) {
		struct iovec end = {(void *)(uintptr_t)"\r\n", 2};
		flow = stream_write(c->conn.stream, &end, 1);
	}
	return flow;
}

static void h1_pause(struct exchange *x, unsigned why)
{
	stream_pause(h1_conn_of(x)->conn.stream, why);
}

static void h1_resume(struct exchange *x, unsigned why)
{
	stream_resume(h1_conn_of(x)->conn.stream, why);
}

static void h1_set_buffer(struct exchange *x, uint64_t bytes)
{
	stream_set_buffer(h1_conn_of(x)->conn.stream, bytes, 0);
}

static void h1_end(struct exchange *x)
{
	struct h1_conn *c = h1_conn_of(x);

	if (!c->head_only && c->framing == H1_CHUNKED)
		h1_write_slice(c, SLICE("0\r\n\r\n"));
	if (!c->head_only && c->framing == H1_LENGTH && c->left > 0) {
		exchange_reset(x, FAULT_SYSTEM);
		return;
	}
	h1_conn_next(c);
}

static void h1_reset(struct exchange *x, enum fault f)
{
	(void)f;
	h1_conn_abort(h1_conn_of(x));
}

static uint64_t h1_queued(const struct exchange *x)
{
	return LIST_OWNER(x, struct h1_conn, x)->conn.stream->out.n;
}

const struct exchange_ops h1_response_ops = {
	.proceed = h1_proceed,
	.respond = h1_respond,
	.upgrade = h1_upgrade,
	.write = h1_write,
	.pause = h1_pause,
	.resume = h1_resume,
	.set_buffer = h1_set_buffer,
	.queued = h1_queued,
	.end = h1_end,
	.reset = h1_reset,
};

static enum flow h1_tunnel_write(struct exchange *x, const struct iovec *iov, int n)
{
	return stream_write(h1_conn_of(x)->conn.stream, iov, n);
}

static void h1_tunnel_end(struct exchange *x)
{
	h1_conn_close(h1_conn_of(x));
}

/* respond and upgrade are over for a tunnel. */
const struct exchange_ops h1_tunnel_ops = {
	.write = h1_tunnel_write,
	.pause = h1_pause,
	.resume = h1_resume,
	.set_buffer = h1_set_buffer,
	.queued = h1_queued,
	.end = h1_tunnel_end,
	.reset = h1_reset,
};
