#include "admin/history.h"

void history_add(struct history *h, const struct numbers_moment *m)
{
	h->moments[h->next] = *m;
	h->next = (h->next + 1) % HISTORY_MOMENTS;
	if (h->n < HISTORY_MOMENTS)
		h->n++;
}

const struct numbers_moment *history_at(const struct history *h, unsigned i)
{
	return &h->moments[(h->next + HISTORY_MOMENTS - h->n + i) % HISTORY_MOMENTS];
}
