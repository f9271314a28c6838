/*
 * This process as an elder (net/elders.h): another one serves, and asks for the sessions that are
 * here. A request for one of them comes over a connection of its own to the session's worker, as if
 * it had been accepted. The main thread's.
 */
#ifndef ELDER_H
#define ELDER_H

#include "http/gateway_worker.h"
#include "loop/worker.h"

struct elder {
	struct watch		 watch;		/* of the door; fd -1: none */
	struct gateway_worker	*any;		/* whose map of sessions all have */
	struct config_listener	 conf;
	struct config_limits	 limits;
	struct http_listener	 tag;
};

/* door: its inner end, taken over. The workers outlive it. NO_MEMORY. */
enum fault	elder_begin(struct elder *, struct worker *main, int door, struct worker *any,
		    const struct config_limits *) MUST_USE;
/* Nobody asks any more, or it was never begun (all zero). */
void		elder_fini(struct elder *);

#endif
