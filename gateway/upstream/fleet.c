#include "upstream/fleet.h"

#include <stdlib.h>

static void fleet_free(struct held *h)
{
	struct fleet *f = LIST_OWNER(h, struct fleet, held);

	pthread_mutex_destroy(&f->lock);
	free(f);
}

struct fleet *fleet_new(void)
{
	struct fleet *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	held_init(&f->held, fleet_free);
	pthread_mutex_init(&f->lock, NULL);
	list_init(&f->queue);
	list_init(&f->checks);
	return f;
}

struct fleet *fleet_get(struct fleet *f)
{
	held_get(&f->held);
	return f;
}

void fleet_put(struct fleet *f)
{
	if (f)
		held_put(&f->held);
}
