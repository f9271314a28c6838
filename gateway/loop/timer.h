/*
 * Timers of one worker: a heap of deadlines, the first of which bounds how long the loop waits.
 * Setting one costs no system call and cannot fail. Sessions check lazily: a timer that fires too
 * early is set again, so traffic never touches the heap.
 */
#ifndef TIMER_H
#define TIMER_H

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fault.h"

struct worker;

struct timer {
	uint64_t	  deadline;
	void		(*fire)(struct timer *);
	uint32_t	  place;		/* in the heap, counted from 1; 0: not set */
};

struct timers {
	struct timer	**heap;
	uint32_t	  n, size, opened;	/* size >= opened: setting never allocates */
};

/* Reserves the timer's place in the heap; NO_MEMORY, else it must be closed some day. */
enum fault	timer_open(struct worker *, struct timer *, void (*fire)(struct timer *)) MUST_USE;
void		timer_close(struct worker *, struct timer *);
/*
 * Fires once when worker.now has reached deadline, never from within this call.
 * CLOCK_NEVER: off.
 */
void		timer_set(struct worker *, struct timer *, uint64_t deadline);
/* The earliest deadline, or CLOCK_NEVER. */
static inline uint64_t timers_next(const struct timers *ts)
{
	return ts->n ? ts->heap[0]->deadline : CLOCK_NEVER;
}

/* Takes one that is due off the heap; NULL when there is none. */
struct timer	*timers_take(struct timers *, uint64_t now);
void		timers_fini(struct timers *);

#endif
