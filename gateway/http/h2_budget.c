#include "http/h2_budget.h"

/*
 * In points: how many may be spent at once, and how many come back in a millisecond. A client that
 * pings is fine with 10 pings a second and 100 at once; one that drops a page with 200 pictures on
 * its way, too.
 */
enum { BUDGET_FULL = 10000, BUDGET_REFILL = 1, BUDGET_DATA = 4 };

static const uint16_t h2_budget_costs[] = {
	[H2_WASTE_PING] = 100,
	[H2_WASTE_SETTINGS] = 200,
	[H2_WASTE_PRIORITY] = 20,
	[H2_WASTE_WINDOW] = 2,
	[H2_WASTE_EMPTY] = 50,
	[H2_WASTE_TINY] = 1,
	[H2_WASTE_RESET] = 50,
	[H2_WASTE_INVALID] = 100,
	[H2_WASTE_BROKEN] = 50,
	[H2_WASTE_UNKNOWN] = 10,
};

enum { BUDGET_TINY = 16, BUDGET_TINY_FRAME = 6 };	/* a client's frame: a head of 6 bytes */

bool h2_budget_spend(struct h2_budget *b, enum h2_waste what, uint64_t now)
{
	uint64_t back = (now - b->when) * BUDGET_REFILL;

	b->when = now;
	b->spent = back < b->spent ? b->spent - (uint32_t)back : 0;
	b->spent += h2_budget_costs[what];
	return b->spent <= BUDGET_FULL;
}

void h2_budget_earn(struct h2_budget *b)
{
	b->spent = b->spent > BUDGET_DATA ? b->spent - BUDGET_DATA : 0;
}

bool h2_budget_is_tiny(size_t n, bool tunnel)
{
	return n < (tunnel ? BUDGET_TINY_FRAME : BUDGET_TINY);
}
