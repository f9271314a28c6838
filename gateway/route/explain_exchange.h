/*
 * An exchange for `explain`: what the HTTP layer would have made of a request, without a
 * connection. Its ops are NULL: it can be asked, not answered.
 */
#ifndef EXPLAIN_EXCHANGE_H
#define EXPLAIN_EXCHANGE_H

#include "route/explain.h"
#include "route/snapshot.h"

struct explain_exchange {
	struct exchange		 x;		/* first */
	struct client		 client;
	struct request		 request;
	struct http1_request	 http1;
	bool			 tls;
	unsigned		 port;		/* 0: the URL says nothing about a listener */
};

/*
 * The snapshot must outlive it. On a fault there is nothing to free, and words say what is wrong.
 * The listener is the one whose port and kind the URL has, or NULL when there is none.
 */
enum fault	explain_exchange_init(struct explain_exchange *, const struct snapshot *,
		    const struct explain_query *, char words[EXPLAIN_WORDS]) MUST_USE;
void		explain_exchange_fini(struct explain_exchange *);

#endif
