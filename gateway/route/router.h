/*
 * The router: the first route, in file order, of which everything holds that it asks for.
 */
#ifndef ROUTER_H
#define ROUTER_H

#include "http/exchange.h"

struct snapshot;

/* What a route can ask for, in the order in which it is looked at. */
enum router_criterion {
	ROUTER_HOST, ROUTER_PATH, ROUTER_METHOD, ROUTER_HEADER, ROUTER_QUERY, ROUTER_SOURCE,
	ROUTER_CRITERIA
};

/* For `explain`: told of each route that was tried, and which criterion failed first, if any. */
struct router_trace {
	void	(*tried)(struct router_trace *, const struct route *, enum router_criterion failed);
};

/*
 * Finds the route of x->request and sets its captures; *found is NULL when no route takes it.
 * trace may be NULL. PATTERN_LIMIT (on the log), NO_MEMORY: nobody knows, and no later route is
 * tried, which might let in what this one would not have.
 */
enum fault	 router_find(const struct snapshot *, struct exchange *, struct router_trace *,
		    const struct route **found) MUST_USE;

#endif
