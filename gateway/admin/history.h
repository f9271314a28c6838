/* The last minutes, for charts: a moment every HISTORY_STEP ms. One thread's. */
#ifndef HISTORY_H
#define HISTORY_H

#include "admin/numbers.h"

enum { HISTORY_STEP = 2000, HISTORY_MOMENTS = 150 };

struct history {
	struct numbers_moment	moments[HISTORY_MOMENTS];	/* a ring */
	unsigned		n, next;
};

void	history_add(struct history *, const struct numbers_moment *);
/* The ith, the oldest first; i < n. */
const struct numbers_moment *history_at(const struct history *, unsigned i);

#endif
