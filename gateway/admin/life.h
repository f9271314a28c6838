/*
 * What the process as a whole goes through. The main thread writes, the admin's thread reads.
 */
#ifndef LIFE_H
#define LIFE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

struct life {
	uint64_t		 started;	/* clock_wall_ms() */
	_Atomic bool		 ready;		/* clients can connect */
	_Atomic bool		 leaving;	/* they cannot any more: it is stopping */
	_Atomic bool		 held_up;	/* a worker's loop does not turn */
	/* The last configuration that was loaded, or was to be. */
	_Atomic bool		 reload_failed;
	_Atomic uint64_t	 reload_time;	/* clock_wall_ms() */
	_Atomic uint64_t	 reloads, reload_failures;	/* since the start */
};

/* By its first configuration. */
static inline void life_begin(struct life *life)
{
	life->started = clock_wall_ms();
	life->reload_time = life->started;
}

static inline void life_reloaded(struct life *life, bool succeeded)
{
	life->reload_failed = !succeeded;
	life->reload_time = clock_wall_ms();
	if (succeeded)
		life->reloads++;
	else
		life->reload_failures++;
}

/* Is it good to send new clients here? */
static inline bool life_is_ready(const struct life *life)
{
	return life->ready && !life->leaving;
}

#endif
