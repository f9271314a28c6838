#include "front/front_ws.h"

#include <stdlib.h>

#include "base/log.h"
#include "codec/ws_handshake.h"
#include "http/admission.h"
#include "http/exchange_record.h"
#include "http/gateway_worker.h"
#include "http/status.h"

void front_ws_free(struct front_ws *f)
{
	f->over = true;
	if (f->busy > 0)
		return;
	if (f->kind->clear)
		f->kind->clear(f);
	ws_endpoint_fini(&f->end);
	free(f);
}

enum flow front_ws_write(struct ws_endpoint *e, const struct iovec *iov, int n)
{
	return exchange_write(front_ws_of(e)->x, iov, n);
}

void front_ws_pause(struct ws_endpoint *e, unsigned why)
{
	exchange_pause(front_ws_of(e)->x, why);
}

void front_ws_resume(struct ws_endpoint *e, unsigned why)
{
	exchange_resume(front_ws_of(e)->x, why);
}

void front_ws_finish(struct ws_endpoint *e)
{
	exchange_end(front_ws_of(e)->x);
	front_ws_free(front_ws_of(e));
}

static const struct ws_endpoint_ops front_ws_endpoint_ops = {
	.write = front_ws_write,
	.pause = front_ws_pause,
	.resume = front_ws_resume,
	.finish = front_ws_finish,
};

/* A backend's head was no longer than a client's may be, and had more that concerned us only. */
static enum flow front_ws_upgrade(struct front_ws *f, struct slice subprotocol,
    const struct header *more, unsigned n_more)
{
	const struct compress *compress = f->end.compress;
	struct header headers[CONFIG_HEADERS_MAX];
	char text[WS_EXTENSION_TEXT];
	unsigned n = 0;

	if (subprotocol.n > 0)
		headers[n++] = (struct header){SLICE("Sec-WebSocket-Protocol"), subprotocol};
	if (compress)
		headers[n++] = (struct header){SLICE("Sec-WebSocket-Extensions"),
		    ws_extension_answer(&compress->agreed, text)};
	for (unsigned i = 0; i < n_more; i++)
		headers[n++] = more[i];
	return exchange_upgrade(f->x, headers, n);
}

/* Before a byte backend nothing has to be held, whatever a message's length. */
static uint64_t front_ws_max_message(const struct channel *ch)
{
	bool streams = !ch->route->back->messages && ch->framing->framer->streaming;

	return streams ? 0 : ch->route->conf->max_message;
}

void front_ws_ready(struct leg *leg)
{
	struct ws_endpoint *e = ws_endpoint_of(leg);
	struct front_ws *f = front_ws_of(e);
	const struct channel *ch = leg->channel;

	f->x->ops->set_buffer(f->x, e->conf->buffer);
	front_ws_upgrade(f, ch->subprotocol, ch->headers, ch->n_headers);
	ws_endpoint_open(e, f->kind->most(ch));
	if (f->kind->opened)
		f->kind->opened(f);
}

static void front_ws_say_close(struct front_ws *f, uint16_t code, struct slice reason)
{
	if (f->kind->closing)
		f->kind->closing(f, code, reason);
	ws_endpoint_close(&f->end, code, reason);
}

static void front_ws_make_record(const struct front_ws *f, struct exchange_record *record)
{
	exchange_record_websocket(record, f->x);
	record->access.transport = slice_of(f->kind->transport);
	record->access.subprotocol = f->subprotocol;
}

static void front_ws_record_refusal(const struct front_ws *f, uint16_t code)
{
	struct exchange_record record;

	if (!access_wanted())
		return;
	front_ws_make_record(f, &record);
	record.access.close_code = code;
	record.access.closed_by = SLICE("gateway");
	access_write(&record.access);
}

/* Upgraded only so that a browser can see why it is refused. */
static void front_ws_refuse(struct front_ws *f, enum fault fault, uint16_t code,
    struct slice reason)
{
	const struct request *r = f->x->request;
	struct ws_endpoint *e = &f->end;

	f->x->refused = fault;
	exchange_count_refusal(f->x, fault);
	front_ws_record_refusal(f, code);
	compress_free(e->compress);
	e->compress = NULL;
	front_ws_upgrade(f, f->subprotocol.n ? f->subprotocol
	    : ws_handshake_first_offer(r->headers, r->n_headers), NULL, 0);
	ws_endpoint_open(e, 0);
	front_ws_say_close(f, code, reason);
}

static void front_ws_refuse_fault(struct front_ws *f, enum fault fault)
{
	front_ws_refuse(f, fault, (uint16_t)fault_ws(fault), slice_of(fault_text(fault)));
}

void front_ws_close(struct leg *leg, enum fault fault, uint16_t code, struct slice reason)
{
	struct ws_endpoint *e = ws_endpoint_of(leg);
	struct front_ws *f = front_ws_of(e);

	if (e->state == WS_ENDPOINT_OPENING && e->conf->refuse == REFUSE_CLOSE) {
		front_ws_refuse_fault(f, fault);
	} else if (e->state == WS_ENDPOINT_OPENING) {
		exchange_fail(f->x, fault);
		front_ws_free(f);
	} else if (code) {
		front_ws_say_close(f, code, reason);
	} else {
		front_ws_say_close(f, (uint16_t)fault_ws(fault),
		    slice_of(fault == FAULT_NONE ? NULL : fault_text(fault)));
	}
}

uint16_t front_ws_refusal_code(int status)
{
	switch (status) {
	case 401:
	case 403:
	case 404:
	case 429:
		return (uint16_t)(4000 + status);
	case 503:
		return 1013;
	default:
		return status >= 500 ? 1014 : 4400;
	}
}

void front_ws_relay(struct leg *leg, const struct refusal *r)
{
	struct front_ws *f = front_ws_of(ws_endpoint_of(leg));

	if (f->end.conf->refuse == REFUSE_CLOSE) {
		front_ws_refuse(f, FAULT_BACK_REFUSED, front_ws_refusal_code(r->response.status),
		    slice_of(status_phrase(r->response.status)));
		return;
	}
	f->x->refused = FAULT_BACK_REFUSED;
	exchange_count_refusal(f->x, FAULT_BACK_REFUSED);
	exchange_relay(f->x, &r->response, r->body);
	front_ws_free(f);
}

uint64_t front_ws_queued(const struct leg *leg)
{
	const struct exchange *x = LIST_OWNER(leg, struct front_ws, end.leg)->x;

	return x->ops->queued(x);
}

static const struct leg_ops front_ws_leg_ops = {
	.name = "websocket",
	.queued = front_ws_queued,
	.ready = front_ws_ready,
	.send = ws_endpoint_send,
	.pause = ws_endpoint_pause,
	.refuse = front_ws_relay,
	.close = front_ws_close,
};

static APART size_t front_ws_body_held(struct front_ws *f, uint8_t *p, size_t n)
{
	front_ws_enter(f);
	n = ws_endpoint_bytes(&f->end, p, n);
	front_ws_leave(f);
	return n;
}

/* Only what is inflated, or another protocol's, may flush before it is read to the end. */
size_t front_ws_body(struct exchange *x, uint8_t *p, size_t n)
{
	struct front_ws *f = x->state;

	if (f->end.compress || f->end.ops->hear)
		return front_ws_body_held(f, p, n);
	return ws_endpoint_bytes(&f->end, p, n);
}

void front_ws_body_end(struct exchange *x)
{
	struct front_ws *f = x->state;

	ws_endpoint_eof(&f->end);
}

void front_ws_full(struct exchange *x)
{
	struct front_ws *f = x->state;

	ws_endpoint_full(&f->end);
}

void front_ws_room(struct exchange *x)
{
	struct front_ws *f = x->state;

	ws_endpoint_room(&f->end);
}

void front_ws_gone(struct exchange *x, enum fault fault)
{
	struct front_ws *f = x->state;

	ws_endpoint_lost(&f->end, fault);
	front_ws_free(f);
}

static struct front_ws *front_ws_new(struct exchange *x, const struct front_ws_kind *kind)
{
	struct front_ws *f = calloc(1, kind->size);

	if (f == NULL || ws_endpoint_init(&f->end, kind->end, x->route->conf, x->client->worker,
	    false) != FAULT_NONE) {
		free(f);
		return NULL;
	}
	f->end.leg.ops = kind->leg;
	f->kind = kind;
	f->x = x;
	if (kind->init && kind->init(f) != FAULT_NONE) {
		front_ws_free(f);
		return NULL;
	}
	return f;
}

static enum fault front_ws_agree(struct front_ws *f, const struct request *r)
{
	const struct config_deflate *conf = &f->end.conf->deflate;
	struct ws_extension agreed;

	if (!conf->enable)
		return FAULT_NONE;
	enum fault fault = ws_extension_choose(r->headers, r->n_headers, conf->context_takeover,
	    &agreed);
	if (fault != FAULT_NONE || !agreed.on)
		return fault;
	f->end.compress = compress_new(f->end.worker, conf, &agreed);
	return f->end.compress ? FAULT_NONE : FAULT_NO_MEMORY;
}

/* The configuration's rules, once the handshake itself is right. */
static enum fault front_ws_admit(struct front_ws *f)
{
	struct exchange *x = f->x;
	const struct request *r = x->request;
	const struct config_route *conf = f->end.conf;
	struct worker *w = f->end.worker;
	enum fault fault = admission_handshake(w->gateway->admission, x->client->limits, w->now);
	if (fault != FAULT_NONE)
		return fault;
	fault = ws_handshake_subprotocol(r->headers, r->n_headers,
	    conf->subprotocols.v, conf->subprotocols.n, &f->subprotocol);
	if (fault == FAULT_NONE)
		fault = front_ws_agree(f, r);
	if (fault != FAULT_NONE)
		return fault;
	if (!access_kept_is_wanted())
		return channel_open(x, &f->end.leg, f->subprotocol, f->kind->transport, NULL);
	struct exchange_record record;
	front_ws_make_record(f, &record);
	if (!x->route->back->messages)
		record.access.framing =
		    slice_of(exchange_framing(x, f->subprotocol)->framer->name);
	return channel_open(x, &f->end.leg, f->subprotocol, f->kind->transport, &record.access);
}

enum fault front_ws_open_kind(struct exchange *x, const struct front_ws_kind *kind)
{
	const char *why;
	char client[ADDRESS_TEXT];

	if (!x->request->websocket)
		return x->refused ? x->refused : FAULT_UPGRADE_REQUIRED;
	enum fault fault = exchange_check_handshake(x, &why);
	if (fault != FAULT_NONE && x->refused)
		return x->refused;
	if (fault != FAULT_NONE) {
		log_line(LOG_LEVEL_INFO, "route %s: %s: %s", x->route->conf->name,
		    fault_text(fault), why);
		return fault;
	}
	struct front_ws *f = front_ws_new(x, kind);
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
	if (f->end.conf->refuse == REFUSE_CLOSE) {
		front_ws_refuse_fault(f, fault);
		return FAULT_NONE;
	}
	x->state = NULL;
	front_ws_free(f);
	return fault;
}

const struct front_ws_kind front_ws_plain = {
	.transport = "websocket",
	.size = sizeof(struct front_ws),
	.leg = &front_ws_leg_ops,
	.end = &front_ws_endpoint_ops,
	.most = front_ws_max_message,
};

static enum fault front_ws_open(struct exchange *x)
{
	return front_ws_open_kind(x, &front_ws_plain);
}

const struct handler front_ws_handler = {
	.name = "websocket",
	.closes = true,
	.open = front_ws_open,
	.body = front_ws_body,
	.body_end = front_ws_body_end,
	.full = front_ws_full,
	.room = front_ws_room,
	.gone = front_ws_gone,
};
