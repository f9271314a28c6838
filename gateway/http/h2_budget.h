/*
 * What a client may do that costs us more than itself: frames that ask for an answer or for nothing
 * at all. Each costs something, time gives it back; who spends more than there is, floods.
 */
#ifndef H2_BUDGET_H
#define H2_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum h2_waste {
	H2_WASTE_PING,
	H2_WASTE_SETTINGS,
	H2_WASTE_PRIORITY,
	H2_WASTE_WINDOW,	/* WINDOW_UPDATE; for DATA that we sent some are due */
	H2_WASTE_EMPTY,		/* DATA without data or an end */
	H2_WASTE_TINY,		/* DATA too small to be of use */
	H2_WASTE_RESET,		/* RST_STREAM received: what was begun was in vain */
	H2_WASTE_INVALID,	/* a frame that must not be there */
	H2_WASTE_BROKEN,	/* what we had to reset a stream for, a frame or not */
	H2_WASTE_UNKNOWN	/* frames of types that nobody knows */
};

/* All zero at the start. */
struct h2_budget {
	uint64_t	when;	/* of the last look, ms */
	uint32_t	spent;
};

/* False: there is not enough left for it, and the connection is to be ended. */
bool		h2_budget_spend(struct h2_budget *, enum h2_waste, uint64_t now);
/* A frame of DATA was sent, for which the client may open both windows again. */
void		h2_budget_earn(struct h2_budget *);
/*
 * Is so little data in one DATA frame a waste? Of a tunnel only what is shorter than any WebSocket
 * frame of a client's.
 */
bool		h2_budget_is_tiny(size_t n, bool tunnel);

#endif
