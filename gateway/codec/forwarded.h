/*
 * Forwarded (RFC 7239) and X-Forwarded-For: the addresses that a request came by, as the proxies on
 * its way wrote them down. Who of them is believed is the caller's to say.
 */
#ifndef FORWARDED_H
#define FORWARDED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum { FORWARDED_MAX = 32 };	/* only so many are looked at, from the right */

struct forwarded_node {
	uint8_t		ip[16];	/* IPv4 as ::ffff:a.b.c.d */
	uint16_t	port;	/* 0: none was said */
	bool		known;	/* false: "unknown", a made-up name, or no address at all */
};

/* All zero at first. The ith from the right is v[(n - 1 - i) % FORWARDED_MAX]. */
struct forwarded_chain {
	struct forwarded_node	v[FORWARDED_MAX];
	unsigned		n;	/* of all that were added */
	bool			says;	/* at least one says anything about whom it is for */
	bool			broken;	/* a quoted string has no end: it may hide what follows */
};

/* The values of Forwarded, in the order of the head; or of X-Forwarded-For. */
void	forwarded_add(struct forwarded_chain *, struct slice value);
void	forwarded_add_for(struct forwarded_chain *, struct slice value);
/* The ith from the right; NULL: there are no more, or they are not looked at. */
const struct forwarded_node *forwarded_at(const struct forwarded_chain *, unsigned i);

#endif
