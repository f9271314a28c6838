/*
 * How many of something there are for each address, counted by all threads. An address is in here
 * only while its count is above zero, so memory is bounded by what is counted.
 */
#ifndef TALLY_H
#define TALLY_H

#include <stdint.h>

#include "base/fault.h"

struct tally;

enum { TALLY_KEY = 16 };

struct tally	*tally_new(void);	/* NULL: out of memory */
void		 tally_free(struct tally *);	/* all that was taken is released */
/*
 * IPv4 as ::ffff:a.b.c.d counts by address, IPv6 by the /64 that one customer has. most: at least
 * 1; full: what is returned when there are so many already. NO_MEMORY.
 */
enum fault	 tally_take(struct tally *, const uint8_t ip[TALLY_KEY], unsigned most,
		    enum fault full) MUST_USE;
void		 tally_release(struct tally *, const uint8_t ip[TALLY_KEY]);

#endif
