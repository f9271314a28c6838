/*
 * A rate and a burst, as a bucket that fills with time (the generic cell rate algorithm). What
 * costs more than is in it is allowed and owed: the caller waits before it goes on.
 */
#ifndef BUCKET_H
#define BUCKET_H

#include <stdbool.h>
#include <stdint.h>

/* n for each per milliseconds; so many at once. n 0: no limit. */
struct bucket_rate {
	uint64_t	n, per, burst;
};

struct bucket {
	uint64_t	full_at;	/* when it will be full again, in 2^-20 ms; 0 at first */
};

/*
 * Takes cost. Returns for how many ms (from now, in ms) nothing more is to be taken, 0: go on.
 */
uint64_t bucket_take(struct bucket *, const struct bucket_rate *, uint64_t now, uint64_t cost);
/* Is more owed than another burst? Then nobody asked before taking. */
bool	 bucket_is_overdrawn(const struct bucket *, const struct bucket_rate *, uint64_t now);

#endif
