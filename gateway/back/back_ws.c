#include "back/back_ws.h"

#include <stdlib.h>

#include "back/back_code.h"
#include "back/back_ws_opening.h"
#include "base/log.h"
#include "channel/ws_endpoint.h"
#include "http/gateway_worker.h"
#include "net/stream.h"
#include "upstream/connect.h"

struct back_ws {
	struct ws_endpoint	 end;
	struct connection	 connection;	/* it outlives its channel: for who stops us */
	struct held		*snapshot;	/* which conf and backend live in */
	struct backend		*backend;
	struct connect		*connect;	/* while it is being connected */
	struct target		*target;	/* a place in it, afterwards */
	struct stream		*stream;	/* afterwards */
	struct back_ws_opening	*opening;	/* until it is open */
};

static struct back_ws *back_ws_of(struct ws_endpoint *e)
{
	return LIST_OWNER(e, struct back_ws, end);
}

static void back_ws_free(struct back_ws *b)
{
	ws_endpoint_fini(&b->end);
	back_ws_opening_free(b->opening);
	list_remove(&b->connection.link);
	if (b->target)
		backend_release(b->backend, b->target);
	held_put(b->snapshot);
	free(b);
}

static enum flow back_ws_write(struct ws_endpoint *e, const struct iovec *iov, int n)
{
	return stream_write(back_ws_of(e)->stream, iov, n);
}

static void back_ws_pause(struct ws_endpoint *e, unsigned why)
{
	stream_pause(back_ws_of(e)->stream, why);
}

static void back_ws_resume(struct ws_endpoint *e, unsigned why)
{
	stream_resume(back_ws_of(e)->stream, why);
}

static void back_ws_finish(struct ws_endpoint *e)
{
	stream_close(back_ws_of(e)->stream, true);
	back_ws_free(back_ws_of(e));
}

/* The session cannot be opened: said here, where the server is known. */
static void back_ws_fail(struct back_ws *b, enum fault f, const char *why)
{
	const struct channel *ch = b->end.leg.channel;

	log_fault_words(f, "route %s: backend %s: %s: %s%s%s", ch->route->conf->name,
	    b->backend->conf->name, ch->server, fault_text(f), why ? ": " : "",
	    why ? why : "");
	channel_done(&b->end.leg, f, 0, (struct slice){NULL, 0});
	back_ws_finish(&b->end);
}

static void back_ws_refuse(struct back_ws *b)
{
	const struct channel *ch = b->end.leg.channel;
	struct refusal refusal;
	enum fault f = back_ws_opening_refusal(b->opening, &refusal);

	if (f != FAULT_NONE) {
		back_ws_fail(b, f, NULL);
		return;
	}
	log_fault_words(FAULT_BACK_REFUSED, "route %s: backend %s: %s: %s with status %d",
	    ch->route->conf->name, b->backend->conf->name, ch->server,
	    fault_text(FAULT_BACK_REFUSED), refusal.response.status);
	channel_refuse(&b->end.leg, &refusal);
	back_ws_finish(&b->end);
}

/* Neither silence nor a reset takes back what the backend has decided. */
static void back_ws_give_up(struct back_ws *b, enum fault f)
{
	if (back_ws_opening_refuses(b->opening))
		back_ws_refuse(b);
	else
		back_ws_fail(b, f, NULL);
}

static void back_ws_late(struct ws_endpoint *e)
{
	back_ws_give_up(back_ws_of(e), FAULT_BACK_SILENT);
}

static const struct ws_endpoint_ops back_ws_endpoint_ops = {
	.write = back_ws_write,
	.pause = back_ws_pause,
	.resume = back_ws_resume,
	.late = back_ws_late,
	.finish = back_ws_finish,
};

static enum fault back_ws_accept(struct back_ws *b, const struct back_ws_agreed *agreed)
{
	struct ws_endpoint *e = &b->end;
	enum fault f = channel_speak(&e->leg, agreed->subprotocol);

	if (f == FAULT_NONE && agreed->deflate.on) {
		e->compress = compress_new(e->worker, &e->conf->deflate, &agreed->deflate);
		f = e->compress ? FAULT_NONE : FAULT_NO_MEMORY;
	}
	if (f != FAULT_NONE)
		return f;
	e->leg.channel->headers = agreed->headers;
	e->leg.channel->n_headers = agreed->n_headers;
	back_ws_opening_free(b->opening);
	b->opening = NULL;
	ws_endpoint_open(e, e->conf->max_message);
	channel_ready(&e->leg);
	return FAULT_NONE;
}

/* What stands behind a 101 are the first frames. */
static APART size_t back_ws_answer(struct back_ws *b, uint8_t *p, size_t n)
{
	enum back_ws_verdict verdict;
	struct back_ws_agreed agreed;
	const char *why;
	size_t used;
	enum fault f = back_ws_opening_feed(b->opening, p, n, &used, &verdict, &agreed, &why);

	if (f == FAULT_NONE && verdict == BACK_WS_ACCEPTED)
		f = back_ws_accept(b, &agreed);
	if (f != FAULT_NONE) {
		back_ws_fail(b, f, why);
		return n;
	}
	if (verdict == BACK_WS_ACCEPTED)
		return used + ws_endpoint_bytes(&b->end, p + used, n - used);
	if (verdict == BACK_WS_REFUSED)
		back_ws_refuse(b);
	return used;
}

static size_t back_ws_bytes(struct stream *s, uint8_t *p, size_t n)
{
	struct back_ws *b = s->owner;

	return b->opening ? back_ws_answer(b, p, n) : ws_endpoint_bytes(&b->end, p, n);
}

static void back_ws_eof(struct stream *s)
{
	struct back_ws *b = s->owner;

	if (b->opening == NULL) {
		ws_endpoint_eof(&b->end);
		return;
	}
	enum fault f = back_ws_opening_end(b->opening, s->stash_n > 0);
	back_ws_give_up(b, f);
}

static void back_ws_full(struct stream *s)
{
	struct back_ws *b = s->owner;

	ws_endpoint_full(&b->end);
}

static void back_ws_room(struct stream *s)
{
	struct back_ws *b = s->owner;

	ws_endpoint_room(&b->end);
}

static void back_ws_gone(struct stream *s, enum fault f)
{
	struct back_ws *b = s->owner;

	if (b->opening) {
		back_ws_give_up(b, f == FAULT_NO_MEMORY ? f : FAULT_BACK_RESET);
		return;
	}
	ws_endpoint_lost(&b->end, f);
	back_ws_finish(&b->end);
}

static const struct stream_events back_ws_events = {
	.bytes = back_ws_bytes,
	.eof = back_ws_eof,
	.full = back_ws_full,
	.room = back_ws_room,
	.gone = back_ws_gone,
};

/* The server's deadline for its answer is as long as that for its connection was. */
static void back_ws_ask(struct back_ws *b)
{
	struct worker *w = b->end.worker;
	struct slice head;
	enum fault f = back_ws_opening_request(b->opening, &b->target->server, &head);

	if (f != FAULT_NONE) {
		back_ws_fail(b, f, NULL);
		return;
	}
	struct iovec iov = {(void *)(uintptr_t)head.p, head.n};
	stream_set_buffer(b->stream, b->end.conf->buffer, head.n);
	stream_write(b->stream, &iov, 1);
	timer_set(w, &b->end.timer, w->now + b->backend->conf->connect_timeout);
	stream_resume(b->stream, PAUSE_DIAL);
}

static void back_ws_connected(void *owner, struct stream *s, struct target *target, enum fault f)
{
	struct back_ws *b = owner;

	b->connect = NULL;
	if (s == NULL) {
		channel_done(&b->end.leg, f, 0, (struct slice){NULL, 0});
		back_ws_free(b);
		return;
	}
	b->stream = s;
	b->target = target;
	stream_hand(s, &back_ws_events, b);
	b->end.leg.channel->server = target->server.text;
	list_append(&b->end.worker->gateway->connections, &b->connection.link);
	back_ws_ask(b);
}

static void back_ws_close(struct leg *leg, enum fault f, uint16_t code, struct slice reason)
{
	struct ws_endpoint *e = ws_endpoint_of(leg);
	struct back_ws *b = back_ws_of(e);

	if (b->connect) {
		connect_cancel(b->connect);
		back_ws_free(b);
		return;
	}
	if (code == 0) {
		code = back_code_of(f);
		reason = slice_of(fault_text(f));
	}
	if (b->opening || code == 1006)
		back_ws_finish(e);
	else
		ws_endpoint_close(e, code, reason);
}

static uint64_t back_ws_queued(const struct leg *leg)
{
	const struct back_ws *b = LIST_OWNER(leg, struct back_ws, end.leg);

	return b->stream ? b->stream->out.n : 0;
}

static const struct leg_ops back_ws_ops = {
	.name = "websocket",
	.queued = back_ws_queued,
	.send = ws_endpoint_send,
	.pause = ws_endpoint_pause,
	.close = back_ws_close,
};

/* It says its Close by itself, soon. */
static void back_ws_stop(struct connection *connection)
{
	(void)connection;
}

static void back_ws_drop(struct connection *connection)
{
	struct back_ws *b = LIST_OWNER(connection, struct back_ws, connection);

	stream_reset(b->stream);
	back_ws_free(b);
}

static const struct connection_ops back_ws_connection_ops = {
	.stop = back_ws_stop,
	.drop = back_ws_drop,
};

static struct back_ws *back_ws_new(struct channel *ch, struct exchange *x)
{
	struct back_ws *b = calloc(1, sizeof(*b));

	if (b == NULL || ws_endpoint_init(&b->end, &back_ws_endpoint_ops, ch->route->conf,
	    ch->worker, true) != FAULT_NONE) {
		free(b);
		return NULL;
	}
	b->end.leg = (struct leg){.ops = &back_ws_ops, .channel = ch};
	b->connection.ops = &back_ws_connection_ops;
	list_init(&b->connection.link);
	b->snapshot = held_get(x->snapshot);
	b->backend = ch->route->backend;
	return b;
}

static enum fault back_ws_open(struct channel *ch, struct exchange *x)
{
	struct connect_request request;
	struct back_ws *b = back_ws_new(ch, x);

	if (b == NULL)
		return FAULT_NO_MEMORY;
	enum fault f = back_ws_opening_new(x, &b->opening);
	if (f == FAULT_NONE)
		f = connect_request_make(&request, x);
	if (f == FAULT_NONE)
		b->connect = connect_start(ch->worker, b->backend, &request, back_ws_connected, b);
	if (b->connect == NULL) {
		back_ws_free(b);
		return f == FAULT_NONE ? FAULT_NO_MEMORY : f;
	}
	ch->back = &b->end.leg;
	return FAULT_NONE;
}

const struct back_kind back_ws_kind = {
	.name = "websocket",
	.messages = true,
	.speaks = true,
	.open = back_ws_open,
};
