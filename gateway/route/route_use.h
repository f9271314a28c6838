/*
 * The counts that the limits of a route go by. They belong to the route's name: sessions of before
 * a reload count on.
 */
#ifndef ROUTE_USE_H
#define ROUTE_USE_H

#include "http/exchange.h"

/*
 * before: those of the route of this name in the configuration in force, which are used on; or
 * NULL. NO_MEMORY.
 */
enum fault	route_use_new(const struct config_route *, struct route_use *before,
		    struct route_use **) MUST_USE;
void		route_use_put(struct route_use *);	/* NULL is fine */

#endif
