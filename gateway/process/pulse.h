/*
 * Whether every worker's loop still turns. Each is sent a letter, which counts when that loop opens
 * it: a worker that is held up, by whatever, does not count, however well the others are.
 */
#ifndef PULSE_H
#define PULSE_H

#include "loop/worker.h"

struct pulse_beat {
	struct letter		 letter;
	struct worker		*worker;
	_Atomic uint64_t	 counted;	/* letters opened, by the worker */
	uint64_t		 asked;		/* letters sent, by whoever looks */
	uint64_t		 since;		/* when the last one was; ms */
};

struct pulse {
	struct pulse_beat	*beats;
	unsigned		 n;
};

/* NO_MEMORY. The workers outlive it, or never run again. */
enum fault		 pulse_init(struct pulse *, struct worker *const *, unsigned n) MUST_USE;
void			 pulse_fini(struct pulse *);
/*
 * Sends a letter to all that have opened the one before. Returns the first that has not, or NULL:
 * all loops turn.
 */
const struct pulse_beat	*pulse_check(struct pulse *, uint64_t now);

#endif
