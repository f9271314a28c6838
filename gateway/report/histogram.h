/*
 * How long something took, in buckets that are the same everywhere, so that series of several
 * gateways can be added. One writer, any reader, no lock.
 */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include "base/stats.h"

enum { HISTOGRAM_BUCKETS = 14 };

/* Upper bounds in microseconds, ascending; what is longer is in one more bucket. */
extern const uint32_t histogram_bounds[HISTOGRAM_BUCKETS];

struct histogram {		/* all zero: nothing was observed */
	_Atomic uint64_t	counts[HISTOGRAM_BUCKETS + 1];	/* each only of its own bucket */
	_Atomic uint64_t	sum;				/* us */
};

void	histogram_observe(struct histogram *, uint64_t us);

struct histogram_sum {
	uint64_t	counts[HISTOGRAM_BUCKETS + 1], sum;
};

void	histogram_gather(const struct histogram *, struct histogram_sum *);	/* adds */

#endif
