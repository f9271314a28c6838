#include "route/route.h"

#include "base/log.h"
#include "http/admission.h"
#include "http/gateway_worker.h"
#include "route/identity.h"
#include "route/router.h"
#include "route/rules.h"
#include "route/snapshot.h"
#include "serve/serve_https.h"

/* A browser shows a page nothing of a refused handshake but the code of a Close frame. */
static bool route_refuses_by_close(const struct exchange *x)
{
	return x->route->back && x->request->websocket && x->route->conf->refuse == REFUSE_CLOSE;
}

/* The connection of a proxy says nothing about how many its clients are; their requests do. */
static enum fault route_count(struct exchange *x)
{
	const struct client *client = x->client;
	char text[ADDRESS_TEXT];

	if (!x->forwarded.known || address_in(&x->forwarded, &client->listener->trust))
		return FAULT_NONE;
	enum fault f = admission_count(client->worker->gateway->admission, client->limits,
	    &x->forwarded, &x->counted);
	if (f != FAULT_NONE)
		log_fault(f, "listener %s: %s", client->listener->name,
		    address_text(&x->forwarded, text));
	return f;
}

enum fault route_exchange(struct exchange *x)
{
	enum fault refused = x->refused;	/* by what all clients may use together */

	x->refused = FAULT_NONE;
	if (x->snapshot == NULL)
		x->snapshot = held_get(x->client->worker->gateway->snapshot);
	enum fault unclear = identity_find(x);
	refused = refused ? refused : unclear ? unclear : route_count(x);
	if (x->client->listener->redirect) {
		x->handler = &serve_https_handler;
		return refused;
	}
	struct snapshot *s = LIST_OWNER(x->snapshot, struct snapshot, held);
	enum fault f = router_find(s, x, NULL, &x->route);
	if (f == FAULT_NONE && x->route == NULL)
		f = FAULT_NO_ROUTE;
	if (f != FAULT_NONE)
		return refused ? refused : f;
	x->handler = x->route->handler;
	f = refused ? refused : rules_check(x);
	if (f != FAULT_NONE && route_refuses_by_close(x)) {
		x->refused = f;
		return FAULT_NONE;
	}
	return f;
}
