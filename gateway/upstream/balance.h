/*
 * Who is tried next: one function per way of balancing, in one table. Called with the backend's
 * lock held.
 */
#ifndef BALANCE_H
#define BALANCE_H

#include "upstream/target.h"

struct balance_choice {
	struct target	*const *targets;	/* those that may be taken; never empty */
	size_t			n;
	uint64_t		now;
	uint64_t		hash;		/* of the key of "hash:" */
};

struct balancer {
	struct target	*(*pick)(const struct balance_choice *);
};

extern const struct balancer balance_table[];	/* indexed by enum config_balance */

#endif
