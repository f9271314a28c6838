#include "front/front_ws.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "channel/channel.h"
#include "channel/compress.h"
#include "codec/ws.h"
#include "codec/ws_handshake.h"
#include "http/admission.h"
#include "http/exchange_record.h"
#include "http/gateway_worker.h"
#include "net/stream.h"

enum { FRONT_WS_CLOSE_WAIT = 5 * 1000 };	/* ms for the client to answer our Close */

enum front_ws_state {
	FRONT_WS_OPENING,	/* the backend is being connected, the client waits */
	FRONT_WS_OPEN,
	FRONT_WS_CLOSING	/* our Close is out, the client's is awaited; no channel any more */
};

struct front_ws {
	struct leg		 leg;
	struct exchange		*x;
	const struct config_route *conf;
	struct worker		*worker;
	struct slice		 subprotocol;	/* of the configuration */
	struct ws_reader	 reader;
	struct compress		*compress;	/* NULL: it was not agreed on */
	struct timer		 timer;		/* ping, pong, close */
	uint64_t		 heard;		/* worker.now of the client's last bytes */
	uint64_t		 pinged;	/* 0: no ping is under way */
	uint8_t			 state;		/* enum front_ws_state */
	bool			 sending;	/* within a fragmented message to the client */
	bool			 stopped;	/* the backend takes no more now */
	bool			 choked;	/* the client does not read our pongs */
};

static struct front_ws *front_ws_of(struct leg *leg)
{
	return LIST_OWNER(leg, struct front_ws, leg);
}

static void front_ws_free(struct front_ws *f)
{
	timer_close(f->worker, &f->timer);
	compress_free(f->compress);
	free(f);
}

static void front_ws_finish(struct front_ws *f)
{
	exchange_end(f->x);
	front_ws_free(f);
}

static enum flow front_ws_control(struct front_ws *f, enum ws_opcode opcode, const uint8_t *p,
    size_t n)
{
	uint8_t head[WS_HEAD_MAX];
	struct iovec iov[2] = {{head, ws_write_head(head, opcode, true, n)},
	    {(void *)(uintptr_t)p, n}};

	return exchange_write(f->x, iov, 2);
}

/* Code and reason as they may stand in a frame: 1005 says itself by saying nothing. */
static void front_ws_say_close(struct front_ws *f, uint16_t code, struct slice reason)
{
	uint8_t payload[WS_CONTROL_MAX];
	size_t n = 0;

	if (code != 1005)
		n = ws_write_close(payload, ws_close_code_valid(code) ? code : 1011, reason);
	front_ws_control(f, WS_CLOSE, payload, n);
}

static void front_ws_say_fault(struct front_ws *f, enum fault fault)
{
	struct slice reason = slice_of(fault == FAULT_NONE ? NULL : fault_text(fault));

	front_ws_say_close(f, (uint16_t)fault_ws(fault), reason);
}

/* Fails the connection (RFC 6455 section 7.1.7): nothing more is read from this client. */
static void front_ws_fail(struct front_ws *f, enum fault fault)
{
	front_ws_say_fault(f, fault);
	channel_done(&f->leg, fault, 0, (struct slice){NULL, 0});
	front_ws_finish(f);
}

/* When the next ping may be due, or the answer to the last one is overdue. */
static void front_ws_set_ping(struct front_ws *f)
{
	uint64_t ping = f->conf->ping, patience = f->conf->ping_timeout;
	uint64_t due = (f->pinged ? f->worker->now : f->heard) + ping;

	if (f->pinged && patience && due > f->pinged + patience)
		due = f->pinged + patience;
	timer_set(f->worker, &f->timer, ping ? due : CLOCK_NEVER);
}

static void front_ws_check_alive(struct front_ws *f)
{
	uint64_t now = f->worker->now, patience = f->conf->ping_timeout;

	if (f->pinged && f->stopped)
		f->heard = now;	/* we do not listen, so silence says nothing */
	if (f->heard >= f->pinged || patience == 0)
		f->pinged = 0;
	if (f->pinged && now >= f->pinged + patience) {
		front_ws_fail(f, FAULT_WS_NO_PONG);
		return;
	}
	if (!f->pinged && now >= f->heard + f->conf->ping) {
		f->pinged = now;
		front_ws_control(f, WS_PING, NULL, 0);
	}
	front_ws_set_ping(f);
}

static void front_ws_expire(struct timer *t)
{
	struct front_ws *f = LIST_OWNER(t, struct front_ws, timer);

	if (f->state == FRONT_WS_CLOSING)
		front_ws_finish(f);
	else
		front_ws_check_alive(f);
}

static enum flow front_ws_upgrade(struct front_ws *f, struct slice subprotocol)
{
	struct header headers[2];
	char text[WS_EXTENSION_TEXT];
	unsigned n = 0;

	if (subprotocol.n > 0)
		headers[n++] = (struct header){SLICE("Sec-WebSocket-Protocol"), subprotocol};
	if (f->compress)
		headers[n++] = (struct header){SLICE("Sec-WebSocket-Extensions"),
		    ws_extension_answer(&f->compress->agreed, text)};
	return exchange_upgrade(f->x, headers, n);
}

/* Before a byte backend nothing has to be held, whatever a message's length. */
static uint64_t front_ws_max_message(const struct channel *ch)
{
	const struct config_route *conf = ch->route->conf;
	bool streams = conf->action == ACTION_BACKEND && ch->framing->framer->streaming;

	return streams ? 0 : conf->max_message;
}

static void front_ws_ready(struct leg *leg)
{
	struct front_ws *f = front_ws_of(leg);

	f->state = FRONT_WS_OPEN;
	f->x->ops->set_buffer(f->x, f->conf->buffer);
	ws_reader_init(&f->reader, true, front_ws_max_message(f->leg.channel));
	f->reader.deflate = f->compress != NULL;
	front_ws_upgrade(f, f->subprotocol);
	f->heard = f->worker->now;
	front_ws_set_ping(f);
}

static inline enum flow front_ws_write(struct front_ws *f, const struct msg *m, uint8_t bits)
{
	uint8_t head[WS_HEAD_MAX];
	enum ws_opcode opcode = f->sending ? WS_CONTINUATION : (enum ws_opcode)m->kind;
	struct iovec iov[2] = {{head, ws_write_head(head, opcode, !m->more, m->n)}, {m->p, m->n}};

	head[0] |= bits;
	f->sending = m->more;
	return exchange_write(f->x, iov, 2);
}

static APART enum flow front_ws_send_compressed(struct front_ws *f, struct msg m)
{
	for (; m.n > WORKER_SCRATCH; m.p += WORKER_SCRATCH, m.n -= WORKER_SCRATCH) {
		struct msg part = {m.p, WORKER_SCRATCH, m.kind, true};
		front_ws_write(f, &part, compress_deflate(f->compress, &part, f->sending));
	}
	return front_ws_write(f, &m, compress_deflate(f->compress, &m, f->sending));
}

static enum flow front_ws_send(struct leg *leg, const struct msg *m)
{
	struct front_ws *f = front_ws_of(leg);

	return f->compress ? front_ws_send_compressed(f, *m) : front_ws_write(f, m, 0);
}

static void front_ws_pause(struct leg *leg, bool on)
{
	struct front_ws *f = front_ws_of(leg);

	if (f->stopped == on)
		return;
	f->stopped = on;
	if (on) {
		exchange_pause(f->x, PAUSE_PEER);
	} else {
		f->heard = f->worker->now;
		exchange_resume(f->x, PAUSE_PEER);
	}
}

/* From here on only the client's Close is waited for. */
static void front_ws_begin_closing(struct front_ws *f)
{
	f->state = FRONT_WS_CLOSING;
	f->stopped = f->choked = false;
	timer_set(f->worker, &f->timer, f->worker->now + FRONT_WS_CLOSE_WAIT);
	exchange_resume(f->x, PAUSE_PEER | PAUSE_SELF);
}

static void front_ws_make_record(const struct front_ws *f, struct exchange_record *record)
{
	exchange_record_make(record, f->x);
	record->access.transport = SLICE("websocket");
	record->access.subprotocol = f->subprotocol;
}

static void front_ws_record_refusal(const struct front_ws *f)
{
	struct exchange_record record;

	if (!access_wanted())
		return;
	front_ws_make_record(f, &record);
	record.access.status = 101;
	record.access.close_code = (unsigned)fault_ws(f->x->refused);
	record.access.closed_by = SLICE("gateway");
	access_write(&record.access);
}

/* Upgraded only so that a browser can see why it is refused. */
static void front_ws_refuse(struct front_ws *f, enum fault fault)
{
	const struct request *r = f->x->request;

	f->x->refused = fault;
	front_ws_record_refusal(f);
	compress_free(f->compress);
	f->compress = NULL;
	ws_reader_init(&f->reader, true, 0);
	front_ws_upgrade(f, f->subprotocol.n ? f->subprotocol
	    : ws_handshake_first_offer(r->headers, r->n_headers));
	front_ws_say_fault(f, fault);
	front_ws_begin_closing(f);
}

static void front_ws_close(struct leg *leg, enum fault fault, uint16_t code, struct slice reason)
{
	struct front_ws *f = front_ws_of(leg);

	if (f->state == FRONT_WS_OPENING && f->conf->refuse == REFUSE_CLOSE) {
		front_ws_refuse(f, fault);
		return;
	}
	if (f->state == FRONT_WS_OPENING) {
		exchange_fail(f->x, fault);
		front_ws_free(f);
		return;
	}
	if (code)
		front_ws_say_close(f, code, reason);
	else
		front_ws_say_fault(f, fault);
	front_ws_begin_closing(f);
}

static const struct leg_ops front_ws_leg_ops = {
	.name = "websocket",
	.ready = front_ws_ready,
	.send = front_ws_send,
	.pause = front_ws_pause,
	.close = front_ws_close,
};

/* The client's Close: answered with the same code, then the channel and we end. */
static void front_ws_closed(struct front_ws *f, const struct ws_event *e)
{
	struct slice reason;
	uint16_t code = ws_close_code(e, &reason);

	if (f->state == FRONT_WS_OPEN) {
		front_ws_say_close(f, code, (struct slice){NULL, 0});
		channel_done(&f->leg, FAULT_WS_CLOSED, code, reason);
	}
	front_ws_finish(f);
}

/* One event of the open state; false: f is gone. */
static bool front_ws_event(struct front_ws *f, const struct ws_event *e)
{
	switch (e->opcode) {
	case WS_PING:
		if (f->state == FRONT_WS_OPEN &&
		    front_ws_control(f, WS_PONG, e->p, e->n) == FLOW_FULL) {
			f->choked = true;
			exchange_pause(f->x, PAUSE_SELF);
		}
		return true;
	case WS_PONG:
		return true;
	case WS_CLOSE:
		front_ws_closed(f, e);
		return false;
	default:
		/* Of a compressed piece nothing may have come out yet. */
		if (f->state == FRONT_WS_OPEN && (e->n > 0 || !e->more)) {
			struct msg m = {e->p, e->n, e->opcode, e->more};
			channel_deliver(&f->leg, &m);
			if (e->compressed && e->n >= COMPRESS_STEP)
				worker_flush(f->worker);
		}
		return true;
	}
}

static size_t front_ws_body(struct exchange *x, uint8_t *p, size_t n)
{
	struct front_ws *f = x->state;
	size_t at = 0;

	f->heard = f->worker->now;
	while (at < n && !f->stopped && !f->choked) {
		struct ws_event e;
		size_t used;
		enum fault fault = ws_read(&f->reader, p + at, n - at, &e, &used);
		if (fault == FAULT_NONE && used > 0 && e.compressed && f->state == FRONT_WS_OPEN)
			fault = compress_inflate(f->compress, &f->reader, p + at, n - at, &e,
			    &used);
		if (fault != FAULT_NONE) {
			if (f->state == FRONT_WS_OPEN)
				front_ws_fail(f, fault);
			else
				front_ws_finish(f);
			return n;
		}
		if (used == 0)
			break;
		at += used;
		if (!front_ws_event(f, &e))
			return n;
	}
	return at;
}

static void front_ws_body_end(struct exchange *x)
{
	struct front_ws *f = x->state;

	channel_done(&f->leg, FAULT_WS_NO_CLOSE, 0, (struct slice){NULL, 0});
	front_ws_finish(f);
}

static void front_ws_full(struct exchange *x)
{
	struct front_ws *f = x->state;

	if (f->leg.channel)
		channel_full(&f->leg);
}

static void front_ws_room(struct exchange *x)
{
	struct front_ws *f = x->state;

	if (f->choked) {
		f->choked = false;
		exchange_resume(x, PAUSE_SELF);
	}
	if (f->leg.channel)
		channel_room(&f->leg);
}

static void front_ws_gone(struct exchange *x, enum fault fault)
{
	struct front_ws *f = x->state;

	channel_done(&f->leg, fault == FAULT_RESET ? FAULT_WS_NO_CLOSE : fault, 0,
	    (struct slice){NULL, 0});
	front_ws_free(f);
}

static struct front_ws *front_ws_new(struct exchange *x)
{
	struct front_ws *f = calloc(1, sizeof(*f));

	if (f == NULL || timer_open(x->client->worker, &f->timer, front_ws_expire) != FAULT_NONE) {
		free(f);
		return NULL;
	}
	f->leg.ops = &front_ws_leg_ops;
	f->x = x;
	f->conf = x->route->conf;
	f->worker = x->client->worker;
	return f;
}

static enum fault front_ws_agree(struct front_ws *f, const struct request *r)
{
	const struct config_deflate *conf = &f->conf->deflate;
	struct ws_extension agreed;

	if (!conf->enable)
		return FAULT_NONE;
	enum fault fault = ws_extension_choose(r->headers, r->n_headers, conf->context_takeover,
	    &agreed);
	if (fault != FAULT_NONE || !agreed.on)
		return fault;
	f->compress = compress_new(f->worker, conf, &agreed);
	return f->compress ? FAULT_NONE : FAULT_NO_MEMORY;
}

/* The configuration's rules, once the handshake itself is right. */
static enum fault front_ws_admit(struct front_ws *f)
{
	struct exchange *x = f->x;
	const struct request *r = x->request;

	enum fault fault = admission_handshake(f->worker->gateway->admission, x->client->limits,
	    f->worker->now);
	if (fault != FAULT_NONE)
		return fault;
	fault = ws_handshake_subprotocol(r->headers, r->n_headers,
	    f->conf->subprotocols.v, f->conf->subprotocols.n, &f->subprotocol);
	if (fault == FAULT_NONE)
		fault = front_ws_agree(f, r);
	if (fault != FAULT_NONE)
		return fault;
	if (!access_wanted())
		return channel_open(x, &f->leg, f->subprotocol, NULL);
	struct exchange_record record;
	front_ws_make_record(f, &record);
	if (f->conf->action == ACTION_BACKEND)
		record.access.framing =
		    slice_of(exchange_framing(x, f->subprotocol)->framer->name);
	return channel_open(x, &f->leg, f->subprotocol, &record.access);
}

static enum fault front_ws_open(struct exchange *x)
{
	const char *why;
	char client[ADDRESS_TEXT];

	if (!x->request->websocket)
		return x->refused ? x->refused : FAULT_UPGRADE_REQUIRED;
	enum fault fault = ws_handshake_check(x->request->http1, &why);
	if (fault != FAULT_NONE && x->refused)
		return x->refused;
	if (fault != FAULT_NONE) {
		log_line(LOG_LEVEL_INFO, "route %s: %s: %s", x->route->conf->name,
		    fault_text(fault), why);
		return fault;
	}
	struct front_ws *f = front_ws_new(x);
	if (f == NULL)
		return FAULT_NO_MEMORY;
	x->state = f;
	fault = x->refused;	/* which is logged by who refused it */
	if (fault == FAULT_NONE) {
		fault = front_ws_admit(f);
		if (fault == FAULT_NONE)
			return FAULT_NONE;
		log_fault(fault, "route %s: %s", x->route->conf->name,
		    address_text(exchange_client(x), client));
	}
	if (f->conf->refuse == REFUSE_CLOSE) {
		front_ws_refuse(f, fault);
		return FAULT_NONE;
	}
	x->state = NULL;
	front_ws_free(f);
	return fault;
}

const struct handler front_ws_handler = {
	.name = "websocket",
	.open = front_ws_open,
	.body = front_ws_body,
	.body_end = front_ws_body_end,
	.full = front_ws_full,
	.room = front_ws_room,
	.gone = front_ws_gone,
};
