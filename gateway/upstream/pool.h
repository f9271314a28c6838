/*
 * Idle connections to HTTP servers, kept for the next request: each worker has its own, so nothing
 * is locked. One that its server closes, or that says anything though nothing was asked, is dropped
 * at once. They do not count as sessions of their target, which they hold.
 */
#ifndef POOL_H
#define POOL_H

#include "net/stream.h"
#include "upstream/target.h"

struct pool;

struct pool	*pool_new(struct worker *);	/* NULL: out of memory */
void		 pool_free(struct pool *);	/* closes all; NULL is fine */
/*
 * The one that was used last, at most `age` ms ago, as connect_done gives streams away: paused
 * (PAUSE_DIAL). It is silent and open at this moment, as far as this machine knows. NULL: there is
 * none. Not while the worker's scratch is in use.
 */
struct stream	*pool_take(struct pool *, const struct target *, uint64_t age);
/*
 * Takes the stream over, for at most `idle` ms; where the target has `max` already the oldest goes.
 * A worker that is stopping keeps none.
 */
void		 pool_put(struct pool *, struct target *, struct stream *, uint64_t idle,
		    unsigned max);
void		 pool_close_all(struct pool *);	/* NULL is fine */

#endif
