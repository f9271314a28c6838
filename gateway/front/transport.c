#include "front/transport.h"

#include "front/front_ws.h"
#include "front/plain.h"
#include "front/sockjs.h"

struct transport {
	unsigned		 needs;		/* any of these: bits of config_route.transports */
	const char		*method;	/* NULL: any */
	bool			(*tail)(struct slice);
	bool			(*asks)(const struct exchange *);	/* NULL: it is enough */
	const struct handler	*handler;
};

/* The first line that fits takes the request. */
static const struct transport transport_table[] = {
	{CONFIG_PLAIN, "POST", plain_is_base, NULL, &plain_open_handler},
	{1u << TRANSPORT_SSE, "GET", plain_is_session, plain_wants_events, &plain_events_handler},
	{1u << TRANSPORT_LONGPOLL, "GET", plain_is_session, NULL, &plain_poll_handler},
	{1u << TRANSPORT_SSE, "GET", plain_is_session, NULL, &plain_events_handler},
	{CONFIG_PLAIN, "POST", plain_is_session, NULL, &plain_post_handler},
	{CONFIG_PLAIN, "DELETE", plain_is_session, NULL, &plain_close_handler},
	{CONFIG_PLAIN, NULL, plain_is_base, NULL, &plain_method_handler},
	{CONFIG_PLAIN, NULL, plain_is_session, NULL, &plain_method_handler},
};

struct slice transport_base(const struct config_route *r)
{
	struct slice base = slice_of(r->path_kind == PATH_PREFIX ? r->path : NULL);

	if (base.n > 0 && base.p[base.n - 1] == '/')
		base.n--;
	return base;
}

struct slice transport_tail(const struct exchange *x)
{
	struct slice path = x->request->path, base = transport_base(x->route->conf);

	return (struct slice){path.p + base.n, path.n - base.n};
}

static bool transport_fits(const struct transport *t, const struct exchange *x)
{
	return config_route_has(x->route->conf, t->needs) &&
	    (t->method == NULL || slice_eq(x->request->method, slice_of(t->method))) &&
	    t->tail(transport_tail(x)) && (t->asks == NULL || t->asks(x));
}

/* Where only WebSocket is spoken it says so itself, to whoever asks for something else. */
const struct handler *transport_handler(const struct exchange *x)
{
	const struct config_route *conf = x->route->conf;
	const unsigned websocket = 1u << TRANSPORT_WEBSOCKET;

	const struct handler *h = config_route_has(conf, 1u << TRANSPORT_SOCKJS)
	    ? sockjs_handler(x) : NULL;

	if (h)
		return h;
	if (conf->transports == websocket ||
	    (x->request->websocket && config_route_has(conf, websocket)))
		return &front_ws_handler;
	for (size_t i = 0; i < sizeof(transport_table) / sizeof(transport_table[0]); i++)
		if (transport_fits(&transport_table[i], x))
			return transport_table[i].handler;
	return NULL;
}
