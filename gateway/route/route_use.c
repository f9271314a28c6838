#include "route/route_use.h"

#include <assert.h>
#include <stdlib.h>

#include "base/list.h"
#include "base/tally.h"

static void route_use_free(struct held *h)
{
	struct route_use *use = LIST_OWNER(h, struct route_use, held);

	assert(use->sessions == 0);
	tally_free(use->by_address);
	tally_free(use->kept_by_address);
	free(use);
}

/* Routes of before, which need none, do not look at it. */
static bool route_use_tally(struct tally **tally, unsigned most)
{
	if (most > 0 && *tally == NULL)
		*tally = tally_new();
	return most == 0 || *tally;
}

enum fault route_use_new(const struct config_route *conf, struct route_use *before,
    struct route_use **made)
{
	struct route_use *use = before;

	if (use == NULL) {
		use = calloc(1, sizeof(*use));
		if (use == NULL)
			return FAULT_NO_MEMORY;
		held_init(&use->held, route_use_free);
	} else {
		held_get(&use->held);
	}
	*made = use;
	return route_use_tally(&use->by_address, conf->limits.per_ip) &&
	    route_use_tally(&use->kept_by_address, conf->session.max_per_ip)
	    ? FAULT_NONE : FAULT_NO_MEMORY;
}

void route_use_put(struct route_use *use)
{
	if (use)
		held_put(&use->held);
}
