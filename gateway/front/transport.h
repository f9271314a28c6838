/*
 * What clients may ask for below a message route's path, besides a WebSocket: one table, one line
 * for each thing.
 */
#ifndef TRANSPORT_H
#define TRANSPORT_H

#include "http/exchange.h"

/*
 * The handler of a request to this message route (x->route): who speaks the transport that it is
 * for. One that asks for a WebSocket, anywhere at or below the path, is front_ws_handler's, unless
 * another transport has its WebSockets there. NULL: nothing is there.
 */
const struct handler	*transport_handler(const struct exchange *);
/* The path that a route's transports are below, without a slash at its end: "" for "/". */
struct slice		 transport_base(const struct config_route *);
/* What follows it in the request's path: "" or it begins with '/'. */
struct slice		 transport_tail(const struct exchange *);

#endif
