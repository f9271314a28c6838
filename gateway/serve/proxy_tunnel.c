#include "serve/proxy_tunnel.h"

#include <stdlib.h>

#include "base/log.h"
#include "http/exchange_record.h"

struct proxy_tunnel {
	struct exchange		*x;
	struct worker		*worker;
	const struct config_route *conf;
	struct backend		*backend;
	struct proxy_tunnel_ends ends;
	struct timer		 timer;		/* idle, max_lifetime, body_timeout */
	struct access_kept	*record;	/* NULL: no access log */
	uint64_t		 opened, active;
	uint64_t		 bytes_in, bytes_out;
	bool			 half;		/* the client has ended */
};

static void proxy_tunnel_record(struct proxy_tunnel *t, const char *closed_by, enum fault f)
{
	struct access_record r;

	if (t->record == NULL)
		return;
	access_recall(t->record, &r);
	r.session = true;
	r.server = slice_of(t->ends.target->server.text);
	r.duration = t->worker->now - t->opened;
	r.bytes_in = t->bytes_in;
	r.bytes_out = t->bytes_out;
	r.closed_by = slice_of(closed_by);
	r.reason = slice_of(f == FAULT_NONE ? NULL : fault_text(f));
	access_write(&r);
}

/* Both ends are done with, each in its way. */
static void proxy_tunnel_free(struct proxy_tunnel *t, const char *closed_by, enum fault f)
{
	proxy_tunnel_record(t, closed_by, f);
	if (f != FAULT_NONE)
		log_fault(f, "route %s: WebSocket to %s", t->conf->name,
		    t->ends.target->server.text);
	permit_release(&t->ends.permit);
	timer_close(t->worker, &t->timer);
	backend_release(t->backend, t->ends.target);
	free(t->record);
	free(t);
}

static uint64_t proxy_tunnel_deadline(const struct proxy_tunnel *t)
{
	uint64_t silence = t->half ? t->backend->conf->body_timeout : t->conf->idle;
	uint64_t idle = silence ? t->active + silence : CLOCK_NEVER;
	uint64_t life = t->conf->max_lifetime ? t->opened + t->conf->max_lifetime : CLOCK_NEVER;

	return idle < life ? idle : life;
}

/* By a rule of the gateway: each side gets what is on its way, and then the end. */
static void proxy_tunnel_expire(struct timer *timer)
{
	struct proxy_tunnel *t = LIST_OWNER(timer, struct proxy_tunnel, timer);
	uint64_t deadline = proxy_tunnel_deadline(t);
	bool old = t->conf->max_lifetime && t->worker->now >= t->opened + t->conf->max_lifetime;

	if (t->worker->now < deadline) {
		timer_set(t->worker, timer, deadline);
		return;
	}
	stream_close(t->ends.stream, true);
	exchange_end(t->x);
	proxy_tunnel_free(t, "gateway", old ? FAULT_LIFETIME : FAULT_IDLE);
}

static size_t proxy_tunnel_body(struct exchange *x, uint8_t *p, size_t n)
{
	struct proxy_tunnel *t = x->state;
	struct iovec iov = {p, n};

	t->active = t->worker->now;
	t->bytes_in += n;
	if (stream_write(t->ends.stream, &iov, 1) == FLOW_FULL)
		exchange_pause(x, PAUSE_PEER);
	return n;
}

static void proxy_tunnel_body_end(struct exchange *x)
{
	struct proxy_tunnel *t = x->state;

	t->half = true;
	t->active = t->worker->now;
	stream_shut(t->ends.stream);
	timer_set(t->worker, &t->timer, proxy_tunnel_deadline(t));
}

static void proxy_tunnel_full(struct exchange *x)
{
	struct proxy_tunnel *t = x->state;

	stream_pause(t->ends.stream, PAUSE_PEER);
}

static void proxy_tunnel_room(struct exchange *x)
{
	struct proxy_tunnel *t = x->state;

	t->active = t->worker->now;
	stream_resume(t->ends.stream, PAUSE_PEER);
}

/* What the client said before it left still goes to the server. */
static void proxy_tunnel_gone(struct exchange *x, enum fault f)
{
	struct proxy_tunnel *t = x->state;
	bool left = f == FAULT_RESET || f == FAULT_TLS_TRUNCATED;

	stream_close(t->ends.stream, true);
	proxy_tunnel_free(t, left ? "client" : "gateway", f);
}

static const struct handler proxy_tunnel_handler = {
	.name = "tunnel",
	.body = proxy_tunnel_body,
	.body_end = proxy_tunnel_body_end,
	.full = proxy_tunnel_full,
	.room = proxy_tunnel_room,
	.gone = proxy_tunnel_gone,
};

static size_t proxy_tunnel_back_bytes(struct stream *s, uint8_t *p, size_t n)
{
	struct proxy_tunnel *t = s->owner;
	struct iovec iov = {p, n};

	t->active = t->worker->now;
	t->bytes_out += n;
	if (exchange_write(t->x, &iov, 1) == FLOW_FULL)
		stream_pause(s, PAUSE_PEER);
	return n;
}

static void proxy_tunnel_back_eof(struct stream *s)
{
	struct proxy_tunnel *t = s->owner;

	stream_close(s, true);
	exchange_end(t->x);
	proxy_tunnel_free(t, t->half ? "client" : "backend", FAULT_NONE);
}

static void proxy_tunnel_back_full(struct stream *s)
{
	struct proxy_tunnel *t = s->owner;

	exchange_pause(t->x, PAUSE_PEER);
}

static void proxy_tunnel_back_room(struct stream *s)
{
	struct proxy_tunnel *t = s->owner;

	t->active = t->worker->now;
	exchange_resume(t->x, PAUSE_PEER);
}

static void proxy_tunnel_back_gone(struct stream *s, enum fault f)
{
	struct proxy_tunnel *t = s->owner;
	bool lost = f == FAULT_RESET || f == FAULT_TLS_TRUNCATED || f == FAULT_TLS_PROTOCOL;

	stream_close(s, false);
	exchange_reset(t->x, f);
	proxy_tunnel_free(t, lost ? "backend" : "gateway", lost ? FAULT_BACK_RESET : f);
}

static const struct stream_events proxy_tunnel_events = {
	.bytes = proxy_tunnel_back_bytes,
	.eof = proxy_tunnel_back_eof,
	.full = proxy_tunnel_back_full,
	.room = proxy_tunnel_back_room,
	.gone = proxy_tunnel_back_gone,
};

static enum fault proxy_tunnel_keep_record(struct proxy_tunnel *t)
{
	struct exchange_record record;

	if (!access_wanted())
		return FAULT_NONE;
	exchange_record_websocket(&record, t->x);
	t->record = access_keep(&record.access);
	return t->record ? FAULT_NONE : FAULT_NO_MEMORY;
}

static struct proxy_tunnel *proxy_tunnel_new(struct exchange *x,
    const struct proxy_tunnel_ends *ends)
{
	struct proxy_tunnel *t = calloc(1, sizeof(*t));

	if (t == NULL || timer_open(x->client->worker, &t->timer, proxy_tunnel_expire)) {
		free(t);
		return NULL;
	}
	t->x = x;
	t->worker = x->client->worker;
	t->conf = x->route->conf;
	t->backend = x->route->backend;
	t->ends = *ends;
	t->opened = x->started;
	t->active = t->worker->now;
	if (proxy_tunnel_keep_record(t) == FAULT_NONE)
		return t;
	timer_close(t->worker, &t->timer);
	free(t);
	return NULL;
}

enum fault proxy_tunnel_open(struct exchange *x, const struct proxy_tunnel_ends *ends,
    const struct header *headers, unsigned n)
{
	struct proxy_tunnel *t = proxy_tunnel_new(x, ends);

	if (t == NULL)
		return FAULT_NO_MEMORY;
	if (exchange_upgrade(x, headers, n) == FLOW_GONE) {
		timer_close(t->worker, &t->timer);
		free(t->record);
		free(t);
		return FAULT_NO_MEMORY;
	}
	x->handler = &proxy_tunnel_handler;
	x->state = t;
	stream_hand(ends->stream, &proxy_tunnel_events, t);
	stream_show_again(ends->stream);
	timer_set(t->worker, &t->timer, proxy_tunnel_deadline(t));
	return FAULT_NONE;
}
