/*
 * POST P: opens a session, once its backend is connected. With `ack` the client promises to say
 * what has arrived: nothing else is let go of, from the first message on.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/log.h"
#include "codec/json_text.h"
#include "front/plain.h"
#include "front/plain_request.h"
#include "front/transport.h"

enum { PLAIN_ID_BYTES = 16 };

struct plain_opener {
	struct visit	 visit;
	char		 id[BASE64_SIZE(PLAIN_ID_BYTES)];	/* the first PLAIN_ID of it */
};

static const struct slice plain_transports[] = {
	[TRANSPORT_WEBSOCKET] = {"websocket", 9},
	[TRANSPORT_SOCKJS] = {"sockjs", 6},
	[TRANSPORT_SSE] = {"sse", 3},
	[TRANSPORT_LONGPOLL] = {"longpoll", 8},
};

/* Base64url (RFC 4648 section 5) of bytes that nobody can guess. */
static void plain_open_make_id(struct plain_opener *o)
{
	uint8_t bytes[PLAIN_ID_BYTES];

	random_bytes(bytes, sizeof(bytes));
	base64_encode(o->id, bytes, sizeof(bytes));
	for (size_t i = 0; i < PLAIN_ID; i++)
		o->id[i] = o->id[i] == '+' ? '-' : o->id[i] == '/' ? '_' : o->id[i];
}

static void plain_open_body(struct buffer *b, const struct plain_opener *o,
    const struct config_route *conf)
{
	const char *separator = "";

	buffer_printf(b, "{\"session\": \"%.*s\", \"transports\": [", PLAIN_ID, o->id);
	for (unsigned i = 0; i < sizeof(plain_transports) / sizeof(plain_transports[0]); i++) {
		if (!config_route_has(conf, 1u << i))
			continue;
		buffer_printf(b, "%s\"%.*s\"", separator, SLICE_ARG(plain_transports[i]));
		separator = ", ";
	}
	buffer_printf(b, "], \"replay\": %" PRIu64, conf->session.replay);
	if (o->visit.subprotocol.n > 0) {
		buffer_add(b, SLICE(", \"protocol\": "));
		json_text_add(b, o->visit.subprotocol, NULL);
	}
	buffer_add(b, SLICE("}\n"));
}

static void plain_open_created(const struct plain_opener *o)
{
	struct exchange *x = o->visit.x;
	struct slice base = transport_base(x->route->conf);
	struct header headers[PLAIN_HEADERS];
	struct buffer place = {0}, body = {0};
	unsigned n = plain_request_n_headers;

	memcpy(headers, plain_request_headers, n * sizeof(headers[0]));
	buffer_printf(&place, "%.*s/%.*s", SLICE_ARG(base), PLAIN_ID, o->id);
	plain_open_body(&body, o, x->route->conf);
	if (place.failed || body.failed) {
		exchange_fail(x, FAULT_NO_MEMORY);
	} else {
		headers[n++] = (struct header){SLICE("Location"), buffer_slice(&place)};
		exchange_answer(x, 201, headers, n, "application/json", buffer_slice(&body));
	}
	buffer_clear(&place);
	buffer_clear(&body);
}

static void plain_open_answered(struct visit *v)
{
	struct plain_opener *o = LIST_OWNER(v, struct plain_opener, visit);

	v->x->session = arena_copy(&v->x->arena, (struct slice){v->session, RANDOM_ID + 1}).p;
	if (v->answer == VISIT_DONE)
		plain_open_created(o);
	else
		plain_request_refuse(v);
	visit_end(v);
}

static void plain_open_refused(struct visit *v, const struct refusal *r)
{
	v->x->refused = FAULT_BACK_REFUSED;
	exchange_relay(v->x, &r->response, r->body);
	v->x = NULL;
}

static void plain_open_free(struct visit *v)
{
	free(LIST_OWNER(v, struct plain_opener, visit));
}

static const struct visit_ops plain_open_ops = {
	.answered = plain_open_answered,
	.refused = plain_open_refused,
	.free = plain_open_free,
};

/* For the access log the session is of the transport that its client will most likely use. */
static const char *plain_open_transport(const struct config_route *conf)
{
	return config_route_has(conf, 1u << TRANSPORT_SSE) ? "sse" : "longpoll";
}

static enum fault plain_open(struct exchange *x)
{
	struct plain_opener *o = calloc(1, sizeof(*o));
	char client[ADDRESS_TEXT];

	if (o == NULL)
		return FAULT_NO_MEMORY;
	visit_init(&o->visit, x, &plain_open_ops);
	o->visit.wish = VISIT_OPEN;
	plain_open_make_id(o);
	x->state = o;
	enum fault f = plain_request_number(x, SLICE("ack"), &o->visit.after, &o->visit.resumes);
	if (f == FAULT_NONE)
		f = session_open(&o->visit, &plain_kind, (struct slice){o->id, PLAIN_ID},
		    plain_open_transport(x->route->conf));
	if (f != FAULT_NONE) {
		log_fault(f, "route %s: %s", x->route->conf->name,
		    address_text(exchange_client(x), client));
		x->state = NULL;
		visit_end(&o->visit);
	}
	return f;
}

static void plain_open_gone(struct exchange *x, enum fault f)
{
	struct plain_opener *o = x->state;

	(void)f;
	visit_end(&o->visit);
}

const struct handler plain_open_handler = {
	.name = "plain",
	.attended = true,
	.json = true,
	.open = plain_open,
	.gone = plain_open_gone,
};
