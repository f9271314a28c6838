/* Dialling in a world of fakes: stands in for net/dial.c at link time. */
#include <stdlib.h>

#include "flow.h"
#include "net/dial.h"

int flow_new_fake(void);

struct dial {
	struct list	  link;
	struct worker	 *worker;
	struct timer	  timer;
	dial_done	 *done;
	void		 *owner;
	enum fault	  fault;
};

static void dial_end(struct dial *d)
{
	list_remove(&d->link);
	timer_close(d->worker, &d->timer);
	free(d);
}

static void dial_fire(struct timer *t)
{
	struct dial *d = LIST_OWNER(t, struct dial, timer);
	dial_done *done = d->done;
	void *owner = d->owner;
	enum fault f = d->fault;

	dial_end(d);
	done(owner, f == FAULT_NONE ? flow_new_fake() : -1, f);
}

struct dial *dial_start(struct worker *w, const struct config_server *server,
    const struct dial_options *options, dial_done *done, void *owner)
{
	static const enum fault faults[] = {FAULT_NONE, FAULT_DIAL_REFUSED, FAULT_DIAL_TIMEOUT};
	struct dial *d = calloc(1, sizeof(*d));
	enum flow_dial how = flow_world.dial_port[server->port];

	if (how == FLOW_DIAL_ACCEPT)
		how = flow_world.dial;
	if (d == NULL || timer_open(w, &d->timer, dial_fire) != FAULT_NONE) {
		free(d);
		return NULL;
	}
	d->worker = w;
	d->done = done;
	d->owner = owner;
	d->fault = faults[how];
	flow_world.dialled[server->port]++;
	flow_world.dialled_at[server->port] = w->now;
	list_append(&flow_world.dials, &d->link);
	timer_set(w, &d->timer, how == FLOW_DIAL_HANG ? options->deadline : w->now);
	return d;
}

void dial_cancel(struct dial *d)
{
	dial_end(d);
}
