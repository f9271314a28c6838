/* How sessions are spread over the time that they have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "process/farewell.h"

static void test_ends(void **state)
{
	(void)state;
	assert_int_equal(farewell_due(0, 0, 30000), 0);
	assert_int_equal(farewell_due(0, 40000, 30000), 0);
	assert_int_equal(farewell_due(1, 0, 30000), 1);
	assert_int_equal(farewell_due(100, 0, 30000), 1);
	assert_int_equal(farewell_due(100, 30000, 30000), 100);
	assert_int_equal(farewell_due(100, 0, 0), 100);
	assert_int_equal(farewell_due(100, UINT32_MAX, 1), 100);
}

/* The last one still has time for its closing handshake. */
static void test_spare(void **state)
{
	(void)state;
	assert_int_equal(farewell_due(10, 1800, 2000), 10);
	assert_int_equal(farewell_due(10, 1799, 2000), 9);
	assert_int_equal(farewell_due(10, 3599000, 3600000), 10);
	assert_int_equal(farewell_due(10, 3598999, 3600000), 9);
}

static void test_even(void **state)
{
	const size_t n = 1000;
	size_t before = 0;

	(void)state;
	for (uint64_t ms = 0; ms <= 30000; ms += 10) {
		size_t due = farewell_due(n, ms, 30000);
		assert_true(due >= before && due - before <= 1);
		before = due;
	}
	assert_int_equal(before, n);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ends),
	    cmocka_unit_test(test_spare),
	    cmocka_unit_test(test_even),
	};

	return cmocka_run_group_tests_name("farewell", tests, NULL, NULL);
}
