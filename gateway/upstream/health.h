/*
 * Whether servers are up. With `health` they are checked all the time; without, a server that
 * failed several sessions in a row is left alone and asked with growing pauses until it answers, so
 * that no client has to find that out. All of it runs on the keeper's thread.
 */
#ifndef HEALTH_H
#define HEALTH_H

#include "upstream/backend.h"

/*
 * From now on this worker looks after the backend's servers, before or within its thread; without
 * a keeper no server is ever down.
 */
enum fault	health_begin(struct backend *, struct worker *keeper) MUST_USE;
void		health_end(struct backend *);	/* by the keeper, which ends */
/*
 * The target went down by what sessions met: watches until it is back. The backend's lock is held.
 * False: out of memory.
 */
bool		health_watch(struct backend *, struct target *) MUST_USE;
/* On the log: it went down because of this fault, or is back. */
void		health_say(const struct backend *, const struct target *, enum fault);

#endif
