/*
 * What becomes of one worker's open sessions at a reload: those stay that nothing ends. A route may
 * say that its sessions end when it changes (`on_reload`), and the configuration that all of before
 * do, spread evenly over a time (`drain`). The worker's own thread only, but for init and fini.
 */
#ifndef TURNOVER_H
#define TURNOVER_H

#include "config/config.h"
#include "loop/worker.h"

struct turnover {
	struct worker	*worker;
	struct timer	 timer;
	uint64_t	 began, time;		/* worker.now; ms */
	size_t		 sessions, closed;	/* of before when it began, closed since */
};

enum fault	turnover_init(struct turnover *, struct worker *) MUST_USE;	/* NO_MEMORY */
void		turnover_fini(struct turnover *);
/* The worker's snapshot is that of this configuration since just now. */
void		turnover_begin(struct turnover *, const struct config *);

#endif
