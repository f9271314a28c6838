#include "front/sockjs.h"

#include "front/sockjs_answer.h"
#include "front/transport.h"

#define GET	{"GET", 3}, {"OPTIONS, GET", 12}
#define POST	{"POST", 4}, {"OPTIONS, POST", 13}

static const struct sockjs_transport sockjs_transports[] = {
	{{"xhr", 3}, POST, &sockjs_receive_handler, .carrier = &sockjs_xhr},
	{{"xhr_streaming", 13}, POST, &sockjs_receive_handler, .carrier = &sockjs_xhr_streaming},
	{{"eventsource", 11}, GET, &sockjs_receive_handler, .carrier = &sockjs_eventsource},
	{{"htmlfile", 8}, GET, &sockjs_receive_handler, .carrier = &sockjs_htmlfile,
	    .callback = true},
	{{"jsonp", 5}, GET, &sockjs_receive_handler, .carrier = &sockjs_jsonp, .callback = true},
	{{"xhr_send", 8}, POST, &sockjs_send_handler, .sender = &sockjs_xhr_send},
	{{"jsonp_send", 10}, POST, &sockjs_send_handler, .sender = &sockjs_jsonp_send},
	{.name = {"websocket", 9}, .allow = {"GET", 3}, .handler = &sockjs_ws_handler},
};

const struct sockjs_transport *sockjs_find(const struct exchange *x, struct sockjs_url *url)
{
	if (!sockjs_url_read(transport_tail(x), url) || url->session.n > SESSION_ID_MAX)
		return NULL;
	for (size_t i = 0; i < sizeof(sockjs_transports) / sizeof(sockjs_transports[0]); i++)
		if (slice_eq(url->transport, sockjs_transports[i].name))
			return &sockjs_transports[i];
	return NULL;
}

void sockjs_hide(struct exchange *x)
{
	struct slice base = transport_base(x->route->conf);
	struct sockjs_url url;
	struct slice tail = transport_tail(x);

	x->request->resource = base.n > 0 ? base : SLICE("/");
	if (!sockjs_url_read(tail, &url))
		return;
	const char *path = arena_printf(&x->arena, "%.*s/*/*/%.*s", SLICE_ARG(base),
	    SLICE_ARG(url.transport));
	x->request->path = path ? slice_of(path) : base;
}

static bool sockjs_is(const struct exchange *x, const char *method)
{
	return slice_eq(x->request->method, slice_of(method));
}

static struct slice sockjs_allow(const struct exchange *x)
{
	struct sockjs_url url;
	const struct sockjs_transport *t = sockjs_find(x, &url);

	if (t)
		return t->allow;
	return slice_eq(transport_tail(x), SLICE("/info")) ? SLICE("OPTIONS, GET") : SLICE("GET");
}

static enum fault sockjs_method_open(struct exchange *x)
{
	const struct header allow = {SLICE("Allow"), sockjs_allow(x)};

	sockjs_hide(x);
	x->refused = FAULT_METHOD_NOT_ALLOWED;
	exchange_answer(x, 405, &allow, 1, NULL, SLICE(""));
	return FAULT_NONE;
}

static const struct handler sockjs_method_handler = {
	.name = "sockjs",
	.cors = true,
	.corrects = true,
	.open = sockjs_method_open,
};

/* What may be asked for, whoever asks (the Fetch standard, section 3.3.5). */
static enum fault sockjs_options_open(struct exchange *x)
{
	struct sockjs_head h;
	bool info = slice_eq(transport_tail(x), SLICE("/info"));

	sockjs_head_make(&h, x, SOCKJS_YEAR | SOCKJS_CORS | (info ? 0 : SOCKJS_COOKIE));
	sockjs_head_add(&h, SLICE("Access-Control-Allow-Methods"), sockjs_allow(x));
	sockjs_head_add(&h, SLICE("Access-Control-Max-Age"), SLICE("31536000"));
	sockjs_hide(x);
	if (h.failed)
		return FAULT_NO_MEMORY;
	exchange_answer(x, 204, h.v, h.n, NULL, SLICE(""));
	return FAULT_NONE;
}

static const struct handler sockjs_options_handler = {
	.name = "sockjs",
	.cors = true,
	.open = sockjs_options_open,
};

/* In the words of SockJS's own server. */
static enum fault sockjs_no_upgrade_open(struct exchange *x)
{
	bool asked = slice_list_has(exchange_header(x, SLICE("Upgrade")), SLICE("websocket"));

	sockjs_hide(x);
	x->refused = FAULT_WS_HANDSHAKE;
	sockjs_answer(x, SOCKJS_FRESH, 400, "text/plain; charset=UTF-8",
	    asked ? SLICE("\"Connection\" must be \"Upgrade\".")
	    : SLICE("Can \"Upgrade\" only to \"WebSocket\"."));
	return FAULT_NONE;
}

static const struct handler sockjs_no_upgrade_handler = {
	.name = "sockjs",
	.cors = true,
	.open = sockjs_no_upgrade_open,
};

/* Over HTTP/2 the method of a handshake is CONNECT. */
static const struct handler *sockjs_socket(const struct exchange *x, const struct handler *h)
{
	if (!x->route->conf->sockjs.websocket)
		return NULL;
	if (x->request->websocket && (sockjs_is(x, "GET") || sockjs_is(x, "CONNECT")))
		return h;
	return sockjs_is(x, "GET") ? &sockjs_no_upgrade_handler : &sockjs_method_handler;
}

static const struct handler *sockjs_session(const struct exchange *x)
{
	struct sockjs_url url;
	const struct sockjs_transport *t = sockjs_find(x, &url);

	if (t == NULL)
		return NULL;
	if (t->handler == &sockjs_ws_handler)
		return sockjs_socket(x, t->handler);
	if (slice_eq(x->request->method, t->method))
		return t->handler;
	return sockjs_is(x, "OPTIONS") ? &sockjs_options_handler : &sockjs_method_handler;
}

static const struct handler *sockjs_page(const struct exchange *x, const struct handler *h)
{
	return sockjs_is(x, "GET") || sockjs_is(x, "HEAD") ? h : &sockjs_method_handler;
}

const struct handler *sockjs_handler(const struct exchange *x)
{
	struct slice tail = transport_tail(x);

	if (tail.n == 0 || slice_eq(tail, SLICE("/")))
		return sockjs_is(x, "GET") && !x->request->websocket && !x->request->doubled
		    ? &sockjs_greeting_handler : NULL;
	if (slice_eq(tail, SLICE("/info")))
		return sockjs_is(x, "OPTIONS") ? &sockjs_options_handler
		    : sockjs_page(x, &sockjs_info_handler);
	if (slice_eq(tail, SLICE("/websocket")))
		return sockjs_socket(x, &sockjs_ws_handler);
	if (sockjs_url_is_iframe(tail))
		return sockjs_page(x, &sockjs_iframe_handler);
	return sockjs_session(x);
}
