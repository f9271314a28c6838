#include "process/turnover.h"

#include "channel/channel.h"
#include "http/gateway_worker.h"
#include "process/farewell.h"

enum { TURNOVER_TICK = 10 };	/* ms from one look to the next */

static struct channel *turnover_channel(struct list *l)
{
	return LIST_OWNER(l, struct channel, link);
}

static bool turnover_is_old(const struct turnover *t, const struct channel *ch)
{
	return ch->snapshot != t->worker->gateway->snapshot;
}

static bool turnover_ends(const struct channel *ch)
{
	const struct route *r = ch->route;

	return r->conf->on_reload == ON_RELOAD_CLOSE &&
	    atomic_load_explicit(&r->use->version, memory_order_relaxed) != r->version;
}

/* The first of before; they are in the order in which they were opened. NULL: none is left. */
static struct channel *turnover_first(const struct turnover *t)
{
	struct list *channels = &t->worker->gateway->channels;

	for (struct list *l = channels->next; l != channels; l = l->next)
		if (turnover_is_old(t, turnover_channel(l)))
			return turnover_channel(l);
	return NULL;
}

static void turnover_tick(struct timer *timer)
{
	struct turnover *t = LIST_OWNER(timer, struct turnover, timer);
	uint64_t now = t->worker->now;
	size_t due = farewell_due(t->sessions, now - t->began, t->time);
	struct channel *ch;

	while ((ch = turnover_first(t)) != NULL && t->closed < due) {
		channel_close(ch, FAULT_RELOADED);
		t->closed++;
	}
	if (ch)
		timer_set(t->worker, timer, now + TURNOVER_TICK);
}

/* Put apart first: to close one may end others. */
static void turnover_close_changed(struct turnover *t)
{
	struct list *channels = &t->worker->gateway->channels, ending, *next;

	list_init(&ending);
	for (struct list *l = channels->next; l != channels; l = next) {
		next = l->next;
		if (!turnover_ends(turnover_channel(l)))
			continue;
		list_remove(l);
		list_append(&ending, l);
	}
	while ((next = list_take(&ending)) != NULL)
		channel_close(turnover_channel(next), FAULT_RELOADED);
}

static size_t turnover_count(const struct turnover *t)
{
	struct list *channels = &t->worker->gateway->channels;
	size_t n = 0;

	for (struct list *l = channels->next; l != channels; l = l->next)
		n += turnover_is_old(t, turnover_channel(l));
	return n;
}

void turnover_begin(struct turnover *t, const struct config *config)
{
	turnover_close_changed(t);
	t->began = t->worker->now;
	t->time = config->drain;
	t->sessions = turnover_count(t);
	t->closed = 0;
	timer_set(t->worker, &t->timer, config->drain == CONFIG_KEEP ? CLOCK_NEVER : t->began);
}

enum fault turnover_init(struct turnover *t, struct worker *w)
{
	*t = (struct turnover){.worker = w};
	return timer_open(w, &t->timer, turnover_tick);
}

void turnover_fini(struct turnover *t)
{
	timer_close(t->worker, &t->timer);
}
