/* Errands: threads that wait, and workers that do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "loop/errand.h"

enum { WORKERS = 2, EACH = 500 };

/* One that goes again and again, and counts without locks: whose turn it is is what is tested. */
struct trip {
	struct errand	 errand;
	struct errands	*errands;
	unsigned	 runs, backs, wanted;
	bool		 lost;
	sem_t		*gate;		/* what its thread waits for; NULL: nothing */
	_Atomic bool	 begun;
};

static _Atomic unsigned trips_left;

static void trip_run(struct errand *e)
{
	struct trip *t = LIST_OWNER(e, struct trip, errand);

	t->begun = true;
	if (t->gate)
		sem_wait(t->gate);
	t->runs++;
}

static void trip_done(struct errand *e)
{
	struct trip *t = LIST_OWNER(e, struct trip, errand);

	if (t->runs != ++t->backs)
		abort();
	if (t->runs < t->wanted) {
		if (errand_send(t->errands, e, trip_run) != FAULT_NONE)
			abort();
		return;
	}
	trips_left--;
}

static void trip_lost(struct errand *e)
{
	LIST_OWNER(e, struct trip, errand)->lost = true;
}

static void trip_begin(struct trip *t, struct errands *errands, struct worker *w, unsigned wanted,
    sem_t *gate)
{
	memset(t, 0, sizeof(*t));
	t->errands = errands;
	t->wanted = wanted;
	t->gate = gate;
	errand_init(&t->errand, w, trip_done, trip_lost);
	assert_int_equal(errand_send(errands, &t->errand, trip_run), FAULT_NONE);
}

static void wait_until_begun(struct trip *t)
{
	while (!t->begun)
		sched_yield();
}

static void stop_open(struct worker *w, struct letter *l)
{
	(void)l;
	if (trips_left == 0)
		worker_stop(w);
}

static void test_many(void **state)
{
	static struct trip trips[WORKERS][EACH];
	struct worker workers[WORKERS];
	struct errands *e = errands_new(ERRAND_THREADS);
	struct letter stop[WORKERS];

	(void)state;
	assert_non_null(e);
	trips_left = WORKERS * EACH;
	for (unsigned w = 0; w < WORKERS; w++)
		assert_int_equal(worker_init(&workers[w], w, true), FAULT_NONE);
	for (unsigned i = 0; i < EACH; i++)
		for (unsigned w = 0; w < WORKERS; w++)
			trip_begin(&trips[w][i], e, &workers[w], 5, NULL);
	for (unsigned w = 0; w < WORKERS; w++)
		assert_int_equal(worker_start(&workers[w]), FAULT_NONE);
	while (trips_left > 0)
		sched_yield();
	for (unsigned w = 0; w < WORKERS; w++) {
		stop[w] = (struct letter){.open = stop_open};
		worker_post(&workers[w], &stop[w]);
		worker_join(&workers[w]);
	}
	assert_in_range(e->n, 1, ERRAND_THREADS);
	assert_int_equal(e->back, 0);
	assert_int_equal(e->n_waiting, 0);
	errands_free(e);
	for (unsigned w = 0; w < WORKERS; w++)
		worker_fini(&workers[w]);
	for (unsigned i = 0; i < EACH; i++)
		assert_int_equal(trips[0][i].runs, 5);
}

/* What has not begun can be called back; what has comes back. */
static void test_recall(void **state)
{
	struct trip busy[ERRAND_THREADS], waiting[2];
	struct errands *e = errands_new(ERRAND_THREADS);
	struct worker w;
	sem_t gate;

	(void)state;
	trips_left = ERRAND_THREADS + 1;
	sem_init(&gate, 0, 0);
	assert_int_equal(worker_init(&w, 0, true), FAULT_NONE);
	for (unsigned i = 0; i < ERRAND_THREADS; i++) {
		trip_begin(&busy[i], e, &w, 1, &gate);
		wait_until_begun(&busy[i]);
	}
	assert_int_equal(e->n, ERRAND_THREADS);
	trip_begin(&waiting[0], e, &w, 1, NULL);
	trip_begin(&waiting[1], e, &w, 1, NULL);
	assert_true(errand_recall(&waiting[0].errand));
	assert_false(errand_recall(&waiting[0].errand));
	assert_false(errand_recall(&busy[0].errand));
	for (unsigned i = 0; i < ERRAND_THREADS; i++)
		sem_post(&gate);
	while (trips_left > 0)
		worker_turn(&w, 1000);
	assert_int_equal(waiting[0].runs, 0);
	assert_int_equal(waiting[1].backs, 1);
	errands_free(e);
	worker_fini(&w);
	assert_false(waiting[0].lost);
	sem_destroy(&gate);
}

/* A worker that takes nothing back: no more than a bounded number is done for it. */
static void test_bound(void **state)
{
	static struct trip trips[ERRAND_BACK + 10];
	const unsigned n = ERRAND_BACK + 10;
	struct errands *e = errands_new(0);
	struct worker w;
	unsigned worked = 0;

	(void)state;
	trips_left = n;
	assert_int_equal(worker_init(&w, 0, false), FAULT_NONE);
	for (unsigned i = 0; i < n; i++)
		trip_begin(&trips[i], e, &w, 1, NULL);
	while (errands_work(e))
		worked++;
	assert_int_equal(worked, ERRAND_BACK);
	worker_open_mail(&w);
	while (errands_work(e))
		worked++;
	assert_int_equal(worked, n);
	worker_open_mail(&w);
	assert_int_equal(trips_left, 0);
	errands_free(e);
	worker_fini(&w);
}

/* All ends: what waits and what nobody took is lost, once, and a thread that runs is waited for. */
static void test_end(void **state)
{
	struct trip taken, waiting[3];
	struct errands *e = errands_new(ERRAND_THREADS), *none = errands_new(0);
	struct worker w;
	sem_t gate;

	(void)state;
	sem_init(&gate, 0, 0);
	assert_int_equal(worker_init(&w, 0, true), FAULT_NONE);
	trip_begin(&taken, e, &w, 1, &gate);
	wait_until_begun(&taken);
	for (unsigned i = 0; i < 3; i++)
		trip_begin(&waiting[i], none, &w, 1, NULL);
	sem_post(&gate);
	errands_free(e);
	assert_int_equal(taken.runs, 1);
	assert_false(taken.lost);	/* it is in the mailbox */
	errands_free(none);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(waiting[i].lost);
		assert_int_equal(waiting[i].runs, 0);
	}
	worker_fini(&w);
	assert_true(taken.lost);
	assert_int_equal(taken.backs, 0);
	sem_destroy(&gate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_recall),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
