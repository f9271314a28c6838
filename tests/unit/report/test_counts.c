/* What is counted: series that snapshots share, numbers that peers choose, durations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "report/counts.h"
#include "report/series.h"

static void count_series(void *arg, const struct series *s)
{
	(void)s;
	++*(unsigned *)arg;
}

static unsigned how_many(enum series_kind kind)
{
	unsigned n = 0;

	series_each(kind, count_series, &n);
	return n;
}

static void test_series_is_shared(void **state)
{
	struct series *a = series_get(SERIES_ROUTE, "chat", 2);
	struct series *b = series_get(SERIES_ROUTE, "chat", 1);
	struct series *backend = series_get(SERIES_BACKEND, "chat", 1);

	(void)state;
	assert_ptr_equal(a, b);
	assert_ptr_not_equal(a, backend);
	assert_int_equal(how_many(SERIES_ROUTE), 1);
	assert_int_equal(how_many(SERIES_LISTENER), 0);
	struct counts_route *first = series_block(a, 0), *second = series_block(a, 1);
	assert_int_equal((uintptr_t)first % 64, 0);
	assert_int_equal((uintptr_t)second % 64, 0);
	STATS_ADD(first->traffic[COUNTS_IN].bytes, 7);
	assert_int_equal(STATS_GET(second->traffic[COUNTS_IN].bytes), 0);
	series_put(a);
	assert_int_equal(how_many(SERIES_ROUTE), 1);
	first = series_block(b, 0);
	assert_int_equal(STATS_GET(first->traffic[COUNTS_IN].bytes), 7);
	series_put(b);
	series_put(backend);
	series_put(NULL);
	assert_int_equal(how_many(SERIES_ROUTE), 0);
	assert_int_equal(how_many(SERIES_BACKEND), 0);
}

static void test_fewer_workers_said(void **state)
{
	struct series *a = series_get(SERIES_LISTENER, "web", 4);
	struct series *b = series_get(SERIES_LISTENER, "other", 1);

	(void)state;
	assert_true(b->n >= 4);
	series_put(a);
	series_put(b);
}

static void test_peers_choose(void **state)
{
	static struct coded c;
	struct coded_sum sum = {.n = 0};

	(void)state;
	for (unsigned code = 4999; code > 4000; code--)
		coded_add(&c, code, false);
	coded_add(&c, 1000, true);
	coded_add(&c, 1000, false);
	coded_gather(&c, &sum);
	assert_int_equal(sum.n, CODED_PEERS + 1);
	assert_int_equal(sum.v[0].number, 1000);
	assert_int_equal(sum.v[0].count, 2);
	assert_int_equal(sum.v[1].number, 4999 - CODED_PEERS + 1);
	assert_int_equal(sum.v[CODED_PEERS].number, 4999);
	assert_int_equal(sum.other, 999 - CODED_PEERS);
	for (unsigned code = 1; code <= 100; code++)
		coded_add(&c, code, true);
	memset(&sum, 0, sizeof(sum));
	coded_gather(&c, &sum);
	assert_int_equal(sum.n, CODED_MOST);
	assert_int_equal(sum.other, 999 - CODED_PEERS + 100 - (CODED_MOST - CODED_PEERS - 1));
}

/* Two workers may have met different numbers. */
static void test_sums(void **state)
{
	static struct coded c[2];
	struct coded_sum sum = {.n = 0};

	(void)state;
	for (unsigned code = 0; code < 40; code++) {
		coded_add(&c[0], 2 * code, true);
		coded_add(&c[1], 2 * code + 1, true);
	}
	coded_gather(&c[0], &sum);
	coded_gather(&c[1], &sum);
	assert_int_equal(sum.n, CODED_SUM);
	for (unsigned i = 1; i < sum.n; i++)
		assert_true(sum.v[i - 1].number < sum.v[i].number);
	assert_int_equal(sum.other, 80 - CODED_SUM);
}

static void test_histogram(void **state)
{
	static struct histogram h;
	struct histogram_sum sum = {.sum = 0};

	(void)state;
	histogram_observe(&h, 0);
	histogram_observe(&h, 500);
	histogram_observe(&h, 501);
	histogram_observe(&h, UINT64_C(60) * 1000 * 1000);
	histogram_gather(&h, &sum);
	assert_int_equal(sum.counts[0], 2);
	assert_int_equal(sum.counts[1], 1);
	assert_int_equal(sum.counts[HISTOGRAM_BUCKETS], 1);
	assert_int_equal(sum.sum, 60001001);
	for (unsigned i = 1; i < HISTOGRAM_BUCKETS; i++)
		assert_true(histogram_bounds[i - 1] < histogram_bounds[i]);
}

static void test_transports(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNTS_TRANSPORTS; i++)
		assert_int_equal(counts_transport(counts_transports[i]), i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_series_is_shared),
	    cmocka_unit_test(test_fewer_workers_said),
	    cmocka_unit_test(test_peers_choose),
	    cmocka_unit_test(test_sums),
	    cmocka_unit_test(test_histogram),
	    cmocka_unit_test(test_transports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
