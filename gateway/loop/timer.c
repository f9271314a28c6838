#include "loop/timer.h"

#include <stdlib.h>

#include "loop/worker.h"

static void timers_put(struct timers *ts, uint32_t place, struct timer *t)
{
	ts->heap[place - 1] = t;
	t->place = place;
}

static void timers_up(struct timers *ts, uint32_t place, struct timer *t)
{
	while (place > 1 && ts->heap[place / 2 - 1]->deadline > t->deadline) {
		timers_put(ts, place, ts->heap[place / 2 - 1]);
		place /= 2;
	}
	timers_put(ts, place, t);
}

static void timers_down(struct timers *ts, uint32_t place, struct timer *t)
{
	for (uint32_t child; (child = place * 2) <= ts->n; place = child) {
		if (child < ts->n && ts->heap[child]->deadline < ts->heap[child - 1]->deadline)
			child++;
		if (ts->heap[child - 1]->deadline >= t->deadline)
			break;
		timers_put(ts, place, ts->heap[child - 1]);
	}
	timers_put(ts, place, t);
}

static void timers_remove(struct timers *ts, struct timer *t)
{
	uint32_t place = t->place;
	struct timer *last = ts->heap[--ts->n];

	t->place = 0;
	if (last == t)
		return;
	if (last->deadline < t->deadline)
		timers_up(ts, place, last);
	else
		timers_down(ts, place, last);
}

enum fault timer_open(struct worker *w, struct timer *t, void (*fire)(struct timer *))
{
	struct timers *ts = &w->timers;

	*t = (struct timer){CLOCK_NEVER, fire, 0};
	if (ts->opened == ts->size) {
		uint32_t size = ts->size ? ts->size * 2 : 64;
		struct timer **heap = realloc(ts->heap, size * sizeof(*heap));
		if (heap == NULL) {
			t->fire = NULL;
			return FAULT_NO_MEMORY;
		}
		ts->heap = heap;
		ts->size = size;
	}
	ts->opened++;
	return FAULT_NONE;
}

void timer_close(struct worker *w, struct timer *t)
{
	if (t->fire == NULL)
		return;
	if (t->place)
		timers_remove(&w->timers, t);
	w->timers.opened--;
	t->fire = NULL;
}

void timer_set(struct worker *w, struct timer *t, uint64_t deadline)
{
	struct timers *ts = &w->timers;

	if (t->place)
		timers_remove(ts, t);
	t->deadline = deadline;
	if (deadline != CLOCK_NEVER)
		timers_up(ts, ++ts->n, t);
}

struct timer *timers_take(struct timers *ts, uint64_t now)
{
	if (timers_next(ts) > now)
		return NULL;
	struct timer *t = ts->heap[0];
	timers_remove(ts, t);
	return t;
}

void timers_fini(struct timers *ts)
{
	free(ts->heap);
	*ts = (struct timers){0};
}
