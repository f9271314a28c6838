/* Range by RFC 9110 section 14. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "codec/http_range.h"

static void expect(const char *value, uint64_t size, enum http_range expected, uint64_t from,
    uint64_t to)
{
	uint64_t first = 0, last = 0;

	assert_int_equal(http_range_parse(slice_of(value), size, &first, &last), expected);
	if (expected == HTTP_RANGE_PART) {
		assert_true(first == from);
		assert_true(last == to);
	}
}

static void test_14_1_2_parts(void **state)
{
	(void)state;
	expect("bytes=0-499", 10000, HTTP_RANGE_PART, 0, 499);
	expect("bytes=500-999", 10000, HTTP_RANGE_PART, 500, 999);
	expect("bytes=-500", 10000, HTTP_RANGE_PART, 9500, 9999);
	expect("bytes=9500-", 10000, HTTP_RANGE_PART, 9500, 9999);
	expect("bytes=0-0", 1, HTTP_RANGE_PART, 0, 0);
	expect("bytes=9999-10000", 10000, HTTP_RANGE_PART, 9999, 9999);
	expect("bytes=-10001", 10000, HTTP_RANGE_PART, 0, 9999);
	expect("Bytes= 1-2 ", 10, HTTP_RANGE_PART, 1, 2);
	expect("bytes=0-99999999999999999999999", 10, HTTP_RANGE_PART, 0, 9);
	expect("bytes=-99999999999999999999999", 10, HTTP_RANGE_PART, 0, 9);
	expect("bytes=18446744073709551613-", UINT64_MAX, HTTP_RANGE_PART, UINT64_MAX - 2,
	    UINT64_MAX - 1);
}

static void test_14_1_2_unsatisfiable(void **state)
{
	(void)state;
	expect("bytes=10000-", 10000, HTTP_RANGE_NONE, 0, 0);
	expect("bytes=10000-10001", 10000, HTTP_RANGE_NONE, 0, 0);
	expect("bytes=99999999999999999999999-", 10000, HTTP_RANGE_NONE, 0, 0);
	expect("bytes=-0", 10000, HTTP_RANGE_NONE, 0, 0);
	expect("bytes=0-", 0, HTTP_RANGE_NONE, 0, 0);
}

static void test_14_2_ignored(void **state)
{
	static const char *const ignored[] = {"", "bytes", "bytes=", "bytes=-", "bytes=a-", "bytes=0",
	    "bytes=1-0", "bytes=0-a", "bytes=0--1", "bytes=0-1-2", "bytes=+1-2", "bytes=0-1,2-3",
	    "bytes=0-1, -1", "bytes =0-1", "items=0-1", "bytes=0x1-2", "bytes=1 -2", "=0-1", "0-1", "bytes=--1"};

	(void)state;
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		expect(ignored[i], 100, HTTP_RANGE_WHOLE, 0, 0);
	expect("bytes=-5", 0, HTTP_RANGE_WHOLE, 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_14_1_2_parts),
	    cmocka_unit_test(test_14_1_2_unsatisfiable),
	    cmocka_unit_test(test_14_2_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
