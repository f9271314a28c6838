/*
 * A session's place in what its route allows: sessions at the same time, and from one address.
 */
#ifndef PERMIT_H
#define PERMIT_H

#include "http/exchange.h"

struct permit {
	const struct route	*route;		/* NULL: nothing is limited */
	struct address		 address;
	bool			 by_address;
};

/* ROUTE_SESSIONS, ROUTE_PER_IP: nothing was taken. */
enum fault	permit_take(struct permit *, const struct exchange *) MUST_USE;
void		permit_release(struct permit *);	/* harmless if nothing was taken */

#endif
