/*
 * Counters for what is known by a number: a status, a close code, a fault. As many as have room,
 * the rest together, since peers choose some of these numbers. One writer, any reader, no lock.
 */
#ifndef CODED_H
#define CODED_H

#include "base/stats.h"

enum {
	CODED_MOST = 48,	/* numbers with a counter of their own … */
	CODED_PEERS = 36,	/* … of which those that peers choose get only so many */
	CODED_SUM = 64
};

struct coded_count {
	_Atomic uint32_t	key;	/* number + 1; 0: free, and so are those behind it */
	_Atomic uint64_t	count;
};

struct coded {			/* all zero: nothing was counted */
	struct coded_count	counts[CODED_MOST];
	_Atomic uint64_t	other;
};

/* own: the number is one of the gateway's. */
void	coded_add(struct coded *, unsigned number, bool own);

/* What several writers counted, in ascending order of the numbers. */
struct coded_sum {
	struct {
		unsigned	number;
		uint64_t	count;
	}		v[CODED_SUM];
	unsigned	n;
	uint64_t	other;
};

void	coded_gather(const struct coded *, struct coded_sum *);

#endif
