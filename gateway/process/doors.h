/*
 * The listeners of a configuration, all together.
 */
#ifndef DOORS_H
#define DOORS_H

#include "net/listener.h"
#include "route/snapshot.h"

struct doors {
	size_t		 n;
	struct listener	*v[];
};

/*
 * Opens all listeners of the snapshot, with what those of before (NULL: there are none) have
 * already. A fault: what is wrong, with each of them, is on the log.
 */
enum fault	doors_open(const struct snapshot *, const struct doors *before, struct doors **)
		    MUST_USE;
/* As listener_prepare, for all of them; after a fault they are stopped. */
enum fault	doors_prepare(struct doors *, struct worker *acceptor, struct worker *const *,
		    unsigned n) MUST_USE;
/* All accept, on the acceptor's thread. before: those in whose place they come, buried; or NULL. */
void		doors_start(struct doors *, struct doors *before);
void		doors_stop(struct doors *);	/* on the acceptor's thread */
/* Its thread has ended, or they were never prepared, or are stopped. NULL is fine. */
void		doors_free(struct doors *);

#endif
