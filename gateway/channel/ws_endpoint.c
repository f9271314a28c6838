#include "channel/ws_endpoint.h"

#include "base/random.h"
#include "net/stream.h"

enum { WS_ENDPOINT_CLOSE_WAIT = 5 * 1000 };	/* ms for the peer to answer our Close */

/* What the peer did, as it is called where the peer is a backend. */
static const enum fault ws_endpoint_of_backend[FAULT_COUNT] = {
	[FAULT_WS_PROTOCOL] = FAULT_BACK_WS,
	[FAULT_WS_UTF8] = FAULT_BACK_UTF8,
	[FAULT_WS_INFLATE] = FAULT_BACK_INFLATE,
	[FAULT_WS_TOO_BIG] = FAULT_BACK_TOO_BIG,
	[FAULT_WS_NO_PONG] = FAULT_BACK_NO_PONG,
	[FAULT_WS_CLOSED] = FAULT_BACK_CLOSED,
	[FAULT_WS_NO_CLOSE] = FAULT_BACK_NO_CLOSE,
	[FAULT_RESET] = FAULT_BACK_RESET,
	[FAULT_TLS_TRUNCATED] = FAULT_BACK_RESET,
	[FAULT_TLS_PROTOCOL] = FAULT_BACK_RESET,
};

/* The channel ends by what this peer did. */
static void ws_endpoint_done(struct ws_endpoint *e, enum fault fault, uint16_t code,
    struct slice reason)
{
	if (e->client && ws_endpoint_of_backend[fault])
		fault = ws_endpoint_of_backend[fault];
	channel_done(&e->leg, fault, code, reason);
}

/* We are the client: the payload is masked, in place (RFC 6455 section 5.3). */
static APART enum flow ws_endpoint_write_masked(struct ws_endpoint *e, enum ws_opcode opcode,
    const struct msg *m, uint8_t bits)
{
	uint8_t head[WS_HEAD_MAX];
	size_t size = ws_write_head(head, opcode, !m->more, m->n);

	head[0] |= bits;
	size = ws_write_mask(head, size, random_word(), m->p, m->n);
	struct iovec iov[2] = {{head, size}, {m->p, m->n}};
	return e->ops->write(e, iov, 2);
}

static inline enum flow ws_endpoint_write(struct ws_endpoint *e, enum ws_opcode opcode,
    const struct msg *m, uint8_t bits)
{
	uint8_t head[WS_HEAD_MAX];

	if (e->client)
		return ws_endpoint_write_masked(e, opcode, m, bits);
	struct iovec iov[2] = {{head, ws_write_head(head, opcode, !m->more, m->n)}, {m->p, m->n}};
	head[0] |= bits;
	return e->ops->write(e, iov, 2);
}

static APART enum flow ws_endpoint_control(struct ws_endpoint *e, enum ws_opcode opcode, uint8_t *p,
    size_t n)
{
	return ws_endpoint_write(e, opcode, &(struct msg){.p = p, .n = n}, 0);
}

static void ws_endpoint_say_close(struct ws_endpoint *e, uint16_t code, struct slice reason)
{
	uint8_t payload[WS_CONTROL_MAX];
	size_t n = 0;

	if (code != 1005)
		n = ws_write_close(payload, ws_close_code_valid(code) ? code : 1011, reason);
	ws_endpoint_control(e, WS_CLOSE, payload, n);
}

/* Fails the connection (RFC 6455 section 7.1.7): nothing more is read from this peer. */
static void ws_endpoint_fail(struct ws_endpoint *e, enum fault fault)
{
	ws_endpoint_say_close(e, (uint16_t)fault_ws(fault), slice_of(fault_text(fault)));
	ws_endpoint_done(e, fault, 0, (struct slice){NULL, 0});
	e->ops->finish(e);
}

/* When the next ping may be due, or the answer to the last one is overdue. */
static void ws_endpoint_set_ping(struct ws_endpoint *e)
{
	uint64_t ping = e->conf->ping, patience = e->conf->ping_timeout;
	uint64_t due = (e->pinged ? e->worker->now : e->heard) + ping;

	if (e->pinged && patience && due > e->pinged + patience)
		due = e->pinged + patience;
	timer_set(e->worker, &e->timer, ping ? due : CLOCK_NEVER);
}

static void ws_endpoint_check_alive(struct ws_endpoint *e)
{
	uint64_t now = e->worker->now, patience = e->conf->ping_timeout;

	if (e->pinged && e->stopped)
		e->heard = now;	/* we do not listen, so silence says nothing */
	if (e->heard >= e->pinged || patience == 0)
		e->pinged = 0;
	if (e->pinged && now >= e->pinged + patience) {
		ws_endpoint_fail(e, FAULT_WS_NO_PONG);
		return;
	}
	if (!e->pinged && now >= e->heard + e->conf->ping) {
		e->pinged = now;
		ws_endpoint_control(e, WS_PING, NULL, 0);
	}
	ws_endpoint_set_ping(e);
}

static void ws_endpoint_expire(struct timer *t)
{
	struct ws_endpoint *e = LIST_OWNER(t, struct ws_endpoint, timer);

	if (e->state == WS_ENDPOINT_OPENING)
		e->ops->late(e);
	else if (e->state == WS_ENDPOINT_OPEN)
		ws_endpoint_check_alive(e);
	else
		e->ops->finish(e);
}

enum fault ws_endpoint_init(struct ws_endpoint *e, const struct ws_endpoint_ops *ops,
    const struct config_route *conf, struct worker *w, bool client)
{
	e->ops = ops;
	e->conf = conf;
	e->worker = w;
	e->client = client;
	return timer_open(w, &e->timer, ws_endpoint_expire);
}

void ws_endpoint_fini(struct ws_endpoint *e)
{
	timer_close(e->worker, &e->timer);
	compress_free(e->compress);
}

void ws_endpoint_open(struct ws_endpoint *e, uint64_t max_message)
{
	e->state = WS_ENDPOINT_OPEN;
	ws_reader_init(&e->reader, !e->client, max_message);
	e->reader.deflate = e->compress != NULL;
	e->heard = e->worker->now;
	ws_endpoint_set_ping(e);
}

static inline enum flow ws_endpoint_send_plain(struct ws_endpoint *e, const struct msg *m,
    uint8_t bits)
{
	enum ws_opcode opcode = e->sending ? WS_CONTINUATION : (enum ws_opcode)m->kind;

	e->sending = m->more;
	return ws_endpoint_write(e, opcode, m, bits);
}

static APART enum flow ws_endpoint_send_compressed(struct ws_endpoint *e, struct msg m)
{
	for (; m.n > WORKER_SCRATCH; m.p += WORKER_SCRATCH, m.n -= WORKER_SCRATCH) {
		struct msg part = {m.p, WORKER_SCRATCH, m.kind, true};
		uint8_t bits = compress_deflate(e->compress, &part, e->sending);
		ws_endpoint_send_plain(e, &part, bits);
	}
	uint8_t bits = compress_deflate(e->compress, &m, e->sending);
	return ws_endpoint_send_plain(e, &m, bits);
}

enum flow ws_endpoint_send(struct leg *leg, const struct msg *m)
{
	struct ws_endpoint *e = ws_endpoint_of(leg);

	return e->compress ? ws_endpoint_send_compressed(e, *m) : ws_endpoint_send_plain(e, m, 0);
}

void ws_endpoint_pause(struct leg *leg, bool on)
{
	struct ws_endpoint *e = ws_endpoint_of(leg);

	if (e->stopped == on)
		return;
	e->stopped = on;
	if (on) {
		e->ops->pause(e, PAUSE_PEER);
	} else {
		e->heard = e->worker->now;
		e->ops->resume(e, PAUSE_PEER);
	}
}

static void ws_endpoint_begin_closing(struct ws_endpoint *e, enum ws_endpoint_state state)
{
	e->state = (uint8_t)state;
	e->stopped = e->choked = false;
	timer_set(e->worker, &e->timer, e->worker->now + WS_ENDPOINT_CLOSE_WAIT);
	e->ops->resume(e, PAUSE_PEER | PAUSE_SELF);
}

void ws_endpoint_close(struct ws_endpoint *e, uint16_t code, struct slice reason)
{
	ws_endpoint_say_close(e, code, reason);
	ws_endpoint_begin_closing(e, WS_ENDPOINT_CLOSING);
}

/* The peer's Close, in answer to ours or answered with the same code: the server ends TCP. */
static void ws_endpoint_closed(struct ws_endpoint *e, const struct ws_event *event)
{
	struct slice reason;
	uint16_t code = ws_close_code(event, &reason);

	if (e->state == WS_ENDPOINT_OPEN) {
		ws_endpoint_say_close(e, code, (struct slice){NULL, 0});
		ws_endpoint_done(e, FAULT_WS_CLOSED, code, reason);
	}
	if (e->client)
		ws_endpoint_begin_closing(e, WS_ENDPOINT_CLOSED);
	else
		e->ops->finish(e);
}

static void ws_endpoint_pong(struct ws_endpoint *e, const struct ws_event *event)
{
	if (e->state == WS_ENDPOINT_OPEN &&
	    ws_endpoint_control(e, WS_PONG, event->p, event->n) == FLOW_FULL) {
		e->choked = true;
		e->ops->pause(e, PAUSE_SELF);
	}
}

/* False: nothing more is wanted, and e may be gone. */
static APART bool ws_endpoint_hear_control(struct ws_endpoint *e, const struct ws_event *event)
{
	if (event->opcode == WS_PING)
		ws_endpoint_pong(e, event);
	if (event->opcode != WS_CLOSE)
		return true;
	ws_endpoint_closed(e, event);
	return false;
}

static APART void ws_endpoint_broken(struct ws_endpoint *e, enum fault fault)
{
	if (e->state == WS_ENDPOINT_OPEN)
		ws_endpoint_fail(e, fault);
	else
		e->ops->finish(e);
}

/* Somebody else's to understand. False: it was not right, and e may be gone. */
static APART bool ws_endpoint_hand(struct ws_endpoint *e, const struct msg *m)
{
	enum fault fault = e->ops->hear(e, m);

	if (fault != FAULT_NONE)
		ws_endpoint_broken(e, fault);
	return fault == FAULT_NONE;
}

/* Of a compressed piece nothing may have come out yet. False: nothing more is wanted. */
static inline bool ws_endpoint_hear(struct ws_endpoint *e, const struct ws_event *event)
{
	if (e->state != WS_ENDPOINT_OPEN || (event->n == 0 && event->more))
		return true;
	struct msg m = {event->p, event->n, event->opcode, event->more};
	if (e->ops->hear)
		return ws_endpoint_hand(e, &m);
	channel_deliver(&e->leg, &m);
	if (event->compressed && event->n >= COMPRESS_STEP)
		worker_flush(e->worker);
	return true;
}

size_t ws_endpoint_bytes(struct ws_endpoint *e, uint8_t *p, size_t n)
{
	size_t at = 0, used;
	struct ws_event event;

	if (e->state == WS_ENDPOINT_CLOSED)
		return n;
	e->heard = e->worker->now;
	while (at < n && !e->stopped && !e->choked) {
		enum fault fault = ws_read(&e->reader, p + at, n - at, &event, &used);
		if (fault == FAULT_NONE && used == 0)
			break;
		if (fault == FAULT_NONE && event.compressed && e->state == WS_ENDPOINT_OPEN)
			fault = compress_inflate(e->compress, &e->reader, p + at, n - at, &event,
			    &used);
		if (fault != FAULT_NONE) {
			ws_endpoint_broken(e, fault);
			return n;
		}
		at += used;
		if (!(event.opcode < WS_CLOSE ? ws_endpoint_hear(e, &event)
		    : ws_endpoint_hear_control(e, &event)))
			return n;
	}
	return at;
}

void ws_endpoint_full(struct ws_endpoint *e)
{
	if (e->leg.channel)
		channel_full(&e->leg);
}

void ws_endpoint_room(struct ws_endpoint *e)
{
	if (e->choked) {
		e->choked = false;
		e->ops->resume(e, PAUSE_SELF);
	}
	if (e->leg.channel)
		channel_room(&e->leg);
}

void ws_endpoint_eof(struct ws_endpoint *e)
{
	ws_endpoint_done(e, FAULT_WS_NO_CLOSE, 0, (struct slice){NULL, 0});
	e->ops->finish(e);
}

void ws_endpoint_lost(struct ws_endpoint *e, enum fault fault)
{
	if (fault == FAULT_RESET && !e->client)
		fault = FAULT_WS_NO_CLOSE;
	e->stopped = true;	/* what is being read is nobody's */
	ws_endpoint_done(e, fault, 0, (struct slice){NULL, 0});
}
