/*
 * All workers of the process, each with what the rooms keep on it. The main thread's, but for what
 * says otherwise.
 */
#ifndef CREW_H
#define CREW_H

#include "base/held.h"
#include "http/exchange.h"
#include "loop/worker.h"

struct crew;

/*
 * n workers whose threads do not run yet; they hold the snapshot. ended: called from a worker's
 * thread, the last one's that ends. A fault is on the log.
 */
enum fault	 crew_new(unsigned n, const struct http_site *, struct held *snapshot,
		    void (*ended)(void), struct crew **) MUST_USE;
/* The threads have ended, or never began. */
void		 crew_free(struct crew *);
/* The threads. After a fault those that did start are to be ended: crew_hurry and crew_join. */
enum fault	 crew_start(struct crew *) MUST_USE;
struct worker *const *crew_workers(const struct crew *, unsigned *n);

/*
 * On the first worker's thread: what is new goes by this snapshot from now on, there at once, and
 * on each other worker from a letter on, behind all connections that were accepted before.
 * renewed: called from the thread of the worker that comes last; until then there is no second
 * time. Not called if the crew ends before.
 */
void		 crew_renew(struct crew *, struct held *snapshot, void (*renewed)(void *), void *);

/* From any thread: sessions are closed within ms, then the workers end. Once. */
void		 crew_stop(struct crew *, uint64_t ms);
/*
 * From any thread: another process serves what is new. The workers end with their last session, or
 * within ms; CONFIG_KEEP: whenever that is. crew_stop may follow.
 */
void		 crew_retire(struct crew *, uint64_t ms);
/* From any thread: at once. Once; after crew_stop or without it. */
void		 crew_hurry(struct crew *);
bool		 crew_has_ended(const struct crew *);	/* no worker has anything left to do */
void		 crew_join(struct crew *);		/* waits for all threads */

#endif
