/*
 * What all requests of a session to its web server have in common, for backends that only answer:
 * who the client is, kept when its own request is long gone, and the server that the session stays
 * with, in which it has one place however many connections it needs.
 */
#ifndef BACK_CALLER_H
#define BACK_CALLER_H

#include "channel/channel.h"
#include "upstream/backend.h"
#include "upstream/connect_request.h"

struct back_caller {
	struct worker			*worker;
	const struct config_route	*conf;
	struct backend			*backend;
	struct held			*snapshot;	/* which these live in */
	struct http1_limits		 limits;	/* of answers' heads */
	/* The session's place; NULL: before the first connection, and when it has to move. */
	struct target			*target;
	unsigned			 misses;	/* failed connections to it in a row */
	/* Set by its owner: what fails from now on is tried again. */
	bool				 settled;
	char				 id[RANDOM_ID + 1];	/* the channel's */
	struct connect_request		 request;
	/* As the route has them rewritten; host n 0: the server's, query p NULL: none. */
	struct slice			 host, path, query;
	struct slice			 fields;	/* lines, each with its end */
	char				*kept;		/* what all of these lead into */
};

/*
 * For the client's request. own: fields of each request that no client can say anything about; they
 * are copied. A fault as of rewrite_request and connect_request_make, or NO_MEMORY: nothing was
 * made.
 */
enum fault	back_caller_open(struct back_caller *, const struct channel *, struct exchange *,
		    const struct header *own, unsigned n_own) MUST_USE;
void		back_caller_close(struct back_caller *);
/* What came of connecting to the target; after several misses the session looks for another. */
void		back_caller_tell(struct back_caller *, struct target *, enum fault);
/* On the log: what this server did. */
void		back_caller_blame(const struct back_caller *, const struct target *, enum fault);

#endif
