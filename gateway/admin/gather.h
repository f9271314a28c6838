/*
 * Where numbers come from: counters of the workers, which are read as they stand, and the snapshot
 * in force, for what backends and certificates are there. Any thread; no worker waits for it, but
 * for the lock of a backend, which is held while its servers are copied.
 */
#ifndef GATHER_H
#define GATHER_H

#include <pthread.h>

#include "admin/life.h"
#include "admin/numbers.h"
#include "base/held.h"
#include "loop/worker.h"

struct gather {
	struct worker *const	*workers;	/* not joined yet */
	unsigned		 n_workers;
	const struct life	*life;
	pthread_mutex_t		 lock;
	struct held		*snapshot;	/* the one in force; counted */
};

void		gather_init(struct gather *, struct worker *const *workers, unsigned n,
		    const struct life *, struct held *snapshot);
void		gather_fini(struct gather *);
/* Another snapshot is in force. From any thread. */
void		gather_renew(struct gather *, struct held *snapshot);
/* The one in force, counted: held_put. Any thread. */
struct held	*gather_snapshot(struct gather *);
/* NO_MEMORY: nothing may be looked at. The arena's owner frees all. */
enum fault	gather_numbers(struct gather *, struct arena *, struct numbers *) MUST_USE;

/* The same, in short. */
void		gather_moment(const struct gather *, struct numbers_moment *);

#endif
