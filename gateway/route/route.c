#include "route/route.h"

#include "base/log.h"
#include "front/inherited.h"
#include "front/transport.h"
#include "http/admission.h"
#include "http/cors.h"
#include "http/gateway_worker.h"
#include "route/identity.h"
#include "route/router.h"
#include "route/rules.h"
#include "route/snapshot.h"
#include "serve/serve_https.h"
#include "serve/serve_preflight.h"

/* A browser shows a page nothing of a refused handshake but the code of a Close frame. */
static bool route_refuses_by_close(const struct exchange *x)
{
	return x->handler && x->handler->closes && x->request->websocket &&
	    x->route->conf->refuse == REFUSE_CLOSE;
}

/* Behind a proxy it is not the connection but the request that is somebody's. */
static enum fault route_admit(struct exchange *x)
{
	const struct client *client = x->client;

	if (!x->forwarded.known || admission_counted(client->listener, &x->forwarded) == NULL)
		return FAULT_NONE;
	return admission_take_address(client->worker->gateway->admission, client->limits,
	    &x->forwarded, &x->by_address);
}

static bool route_is_asked_about(const struct exchange *x)
{
	return x->route->amend && x->route->amend->cors && cors_is_preflight(x);
}

/* NULL: nothing is there. */
static const struct handler *route_handler(const struct exchange *x)
{
	const struct handler *h = x->route->back ? transport_handler(x) : x->route->handler;

	return route_is_asked_about(x) && !(h && h->cors) ? &serve_preflight_handler : h;
}

static enum fault route_find(struct exchange *x)
{
	struct snapshot *s = LIST_OWNER(x->snapshot, struct snapshot, held);
	enum fault f = router_find(s, x, NULL, &x->route);

	if (f == FAULT_NONE && x->route == NULL)
		f = FAULT_NO_ROUTE;
	if (f != FAULT_NONE)
		x->route = &s->unrouted;
	x->handler = route_handler(x);
	x->json = x->handler && x->handler->json;
	return f == FAULT_NONE && x->handler == NULL ? FAULT_TRANSPORT : f;
}

/* By what all clients may use together, before anything is known of the route. */
static enum fault route_refused(struct exchange *x)
{
	enum fault f = x->refused == FAULT_NONE ? route_admit(x) : x->refused;
	char text[ADDRESS_TEXT];

	x->refused = FAULT_NONE;
	if (f != FAULT_NONE && f != FAULT_SHUTDOWN)
		log_fault(f, "listener %s: %s", x->client->listener->name,
		    address_text(exchange_client(x), text));
	return f;
}

enum fault route_exchange(struct exchange *x)
{
	if (x->snapshot == NULL)
		x->snapshot = held_get(x->client->worker->gateway->snapshot);
	enum fault unclear = identity_find(x);	/* said on the log */
	enum fault refused = route_refused(x);
	if (refused == FAULT_NONE)
		refused = unclear;
	if (x->client->listener->redirect) {
		x->handler = &serve_https_handler;
		return refused;
	}
	enum fault f = route_find(x);
	if (refused != FAULT_NONE)
		f = refused;
	else if (f == FAULT_NONE)
		f = rules_check(x);
	if (f == FAULT_NONE && x->route->back)
		x->handler = inherited_handler(x, x->handler);
	if (f != FAULT_NONE && route_refuses_by_close(x)) {
		x->refused = f;
		return FAULT_NONE;
	}
	return f;
}
