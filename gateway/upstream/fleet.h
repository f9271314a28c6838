/*
 * What a backend keeps from one configuration to the next: the lock over its servers, who waits for
 * a place in them, who watches them. Backends of the same name in successive configurations share
 * one fleet, and, by it, the targets that they have in common.
 */
#ifndef FLEET_H
#define FLEET_H

#include <pthread.h>

#include "base/held.h"
#include "loop/worker.h"

struct backend;

struct fleet {
	struct held	 held;
	pthread_mutex_t	 lock;		/* for all that follows, and the targets */
	struct list	 queue;		/* struct backend_wait, of all its backends */
	unsigned	 n_waiting;
	/* The one of the configuration in force, which lives; NULL: there is none, or not yet. */
	struct backend	*current;
	struct worker	*keeper;	/* watches servers; NULL: nobody does */
	struct list	 checks;	/* struct health; the keeper's alone */
};

struct fleet	*fleet_new(void);	/* NULL: out of memory */
struct fleet	*fleet_get(struct fleet *);
void		 fleet_put(struct fleet *);	/* NULL is fine */

#endif
