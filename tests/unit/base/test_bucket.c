/* Rates and bursts, at their edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bucket.h"

static void test_rate(void **state)
{
	const struct bucket_rate rate = {10, 1000, 3};
	struct bucket b = {0};

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(bucket_take(&b, &rate, 5000, 1), 0);
	assert_in_range(bucket_take(&b, &rate, 5000, 1), 100, 102);
	assert_in_range(bucket_take(&b, &rate, 5102, 1), 99, 101);
	assert_int_equal(bucket_take(&b, &rate, 5602, 1), 0);
	/* However long nothing came, the burst is all there is. */
	for (int i = 0; i < 3; i++)
		assert_int_equal(bucket_take(&b, &rate, 1000000, 1), 0);
	assert_true(bucket_take(&b, &rate, 1000000, 1) > 0);
}

/* A thousand seconds of a client that waits as it is told: the rate, and one burst. */
static void test_sum(void **state)
{
	const struct bucket_rate rate = {1 << 20, 1000, 1 << 20};
	struct bucket b = {0};
	uint64_t now = 1, sent = 0;

	(void)state;
	while (now < 1000000) {
		uint64_t wait = bucket_take(&b, &rate, now, 65536);
		sent += 65536;
		now += wait;
		assert_false(bucket_is_overdrawn(&b, &rate, now));
		if (wait == 0)
			now += sent % 3 == 0;
	}
	uint64_t fair = (uint64_t)1000 << 20;
	assert_in_range(sent, fair - fair / 50, fair + (2 << 20));
}

static void test_overdrawn(void **state)
{
	const struct bucket_rate rate = {1024, 1000, 1024};
	struct bucket b = {0};

	(void)state;
	bucket_take(&b, &rate, 7, 2048);
	assert_false(bucket_is_overdrawn(&b, &rate, 7));
	bucket_take(&b, &rate, 7, 64);
	assert_true(bucket_is_overdrawn(&b, &rate, 7));
	assert_false(bucket_is_overdrawn(&b, &rate, 1007));
}

/* The widest that a configuration can say: what takes ages to fill is never overdrawn. */
static void test_bounds(void **state)
{
	const uint64_t most = UINT64_C(1) << 40;
	const struct bucket_rate rates[] = {
	    {1, 3600000, most}, {1, 1000, most}, {most, 1000, most},
	};
	const uint64_t now = UINT64_C(1) << 41;

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct bucket b = {0};
		for (int k = 0; k < 1000; k++) {
			assert_int_equal(bucket_take(&b, &rates[i], now, 1), 0);
			assert_false(bucket_is_overdrawn(&b, &rates[i], now));
		}
	}
	struct bucket b = {0};
	assert_in_range(bucket_take(&b, &(struct bucket_rate){1, 3600000, 1}, now, 131072),
	    131071 * UINT64_C(3600000), 131071 * UINT64_C(3600000) + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rate),
	    cmocka_unit_test(test_sum),
	    cmocka_unit_test(test_overdrawn),
	    cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
