/*
 * Looks after the certificates in force: every few seconds a thread that may wait for disks sees
 * whether their files have changed. Of the first worker, whose thread alone calls it.
 */
#ifndef FRESHNESS_H
#define FRESHNESS_H

#include "base/held.h"
#include "loop/errand.h"

struct freshness {
	struct worker	*worker;
	struct errands	*errands;
	struct timer	 timer;
	struct errand	 errand;
	struct held	*snapshot;	/* that is looked at; counted */
};

/* Begins. NO_MEMORY. */
enum fault	freshness_init(struct freshness *, struct worker *, struct errands *) MUST_USE;
/* The errands have ended. Harmless if it was never begun. */
void		freshness_fini(struct freshness *);

#endif
