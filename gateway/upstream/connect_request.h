/*
 * What a backend must know of the request that it is to be connected for: filled in from the
 * exchange while that still has its request.
 */
#ifndef CONNECT_REQUEST_H
#define CONNECT_REQUEST_H

#include "http/exchange.h"

struct connect_request {
	const char	*who;	/* the route, for the log; lives in the snapshot */
	struct slice	 token;	/* what is looked up in the map */
	struct slice	 proxy;		/* the PROXY header, in front of everything */
	struct slice	 preamble;	/* what the backend is sent before the client's bytes */
	uint64_t	 hash;	/* of the key of balance = "hash:KEY" */
	/* An idle connection will do, and here it is said whether it is one; NULL: a new one. */
	bool		*reused;
};

/*
 * The strings are the exchange's, for as long as it has its arena. CONTROL_CHARACTER: what would
 * reach the backend holds one; NO_MEMORY.
 */
enum fault	connect_request_make(struct connect_request *, struct exchange *) MUST_USE;

#endif
