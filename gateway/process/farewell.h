/*
 * How one worker ends: its sessions are closed one by one, spread evenly over a time, so that
 * clients do not all come back at the same moment; requests that run are finished; then the rest.
 * Or, where another process has taken over, by itself: with its last session.
 * The worker's own thread only, but for init and fini.
 */
#ifndef FAREWELL_H
#define FAREWELL_H

#include "loop/worker.h"

struct farewell {
	struct worker	 *worker;
	struct timer	  timer;
	uint64_t	  began, deadline;	/* worker.now; began 0: not yet */
	enum fault	  fault;		/* why sessions are closed */
	size_t		  sessions, closed;	/* open when it began, closed since */
	void		(*ended)(struct farewell *);
	bool		  over;			/* ended was called */
};

/* ended is called once, when nobody is left. NO_MEMORY. */
enum fault	farewell_init(struct farewell *, struct worker *,
		    void (*ended)(struct farewell *)) MUST_USE;
void		farewell_fini(struct farewell *);
/* Begins; who is still there after ms is dropped. */
void		farewell_begin(struct farewell *, uint64_t ms);
/* Another process serves what is new. ms: as above, or CONFIG_KEEP: sessions stay. */
void		farewell_retire(struct farewell *, uint64_t ms);
/* Everybody is dropped at once. */
void		farewell_hurry(struct farewell *);
/* How many of n sessions are to be closed when so many ms of the time have passed. */
size_t		farewell_due(size_t n, uint64_t passed, uint64_t time);

#endif
