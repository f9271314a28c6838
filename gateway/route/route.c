#include "route/route.h"

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

/* Behind a proxy it is not the connection but the request that is somebody's. */
static enum fault route_admit(struct exchange *x)
{
	const struct client *client = x->client;

	if (!x->forwarded.known || admission_counted(client->listener, &x->forwarded) == NULL)
		return FAULT_NONE;
	return admission_take_address(client->worker->gateway->admission, client->limits,
	    &x->forwarded, &x->by_address);
}

enum fault route_exchange(struct exchange *x)
{
	enum fault refused = x->refused;	/* by what all clients may use together */

	x->refused = FAULT_NONE;
	if (x->snapshot == NULL)
		x->snapshot = held_get(x->client->worker->gateway->snapshot);
	enum fault unclear = identity_find(x);
	if (refused == FAULT_NONE)
		refused = unclear ? unclear : route_admit(x);
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
