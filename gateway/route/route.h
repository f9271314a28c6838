/*
 * From a request to its handler: what the HTTP layer reaches up to as http_site.route.
 */
#ifndef ROUTE_H
#define ROUTE_H

#include "http/exchange.h"

/*
 * Sets x->snapshot (the worker's, held; one that is set already stays), x->route and x->handler,
 * and checks the route's rules. A fault: the HTTP layer answers for it. Where the client is to be
 * told within the WebSocket (refuse = "close"), a rule's fault is left in x->refused for the front.
 */
enum fault	route_exchange(struct exchange *) MUST_USE;

#endif
