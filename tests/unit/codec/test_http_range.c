/* Range by RFC 9110 section 14. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "codec/http_range.h"

static void expect(const char *value, uint64_t size, enum http_range expected, uint64_t from,
    uint64_t to)
{
	struct http_ranges r;

	assert_int_equal(http_range_parse(slice_of(value), size, &r), expected);
	if (expected == HTTP_RANGE_PART) {
		assert_int_equal(r.n, 1);
		assert_true(r.v[0].first == from);
		assert_true(r.v[0].first + r.v[0].n - 1 == to);
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
	    "bytes=1-0", "bytes=0-a", "bytes=0--1", "bytes=0-1-2", "bytes=+1-2", "bytes=,", "bytes= , ",
	    "bytes=0-1,a", "bytes=0-1,3-2", "bytes=0-1;2-3", "bytes =0-1", "items=0-1", "bytes=0x1-2", "bytes=1 -2", "=0-1", "0-1", "bytes=--1"};

	(void)state;
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		expect(ignored[i], 100, HTTP_RANGE_WHOLE, 0, 0);
	expect("bytes=-5", 0, HTTP_RANGE_WHOLE, 0, 0);
}

static void several(const char *value, uint64_t size, const char *expected)
{
	struct http_ranges r;
	char found[256];
	size_t n = 0;

	assert_int_equal(http_range_parse(slice_of(value), size, &r), HTTP_RANGE_PART);
	for (unsigned i = 0; i < r.n; i++)
		n += (size_t)snprintf(found + n, sizeof(found) - n, "%" PRIu64 "+%" PRIu64 " ",
		    r.v[i].first, r.v[i].n);
	assert_string_equal(found, expected);
}

/* In the order of the request, whatever is outside of the file left out. */
static void test_14_1_2_several(void **state)
{
	(void)state;
	several("bytes=0-1,2-3", 100, "0+2 2+2 ");
	several("bytes= 0-1 ,\t-1,, 5-9", 100, "0+2 99+1 5+5 ");
	several("bytes=90-,0-9", 100, "90+10 0+10 ");
	several("bytes=100-,3-3,-0,200-300", 100, "3+1 ");
	several("bytes=0-0,-1", UINT64_MAX, "0+1 18446744073709551614+1 ");
	expect("bytes=100-,200-", 100, HTTP_RANGE_NONE, 0, 0);
}

/* Section 14.2: those that would cost more than they are worth. */
static void test_14_2_too_much(void **state)
{
	char text[512] = "bytes=";
	size_t n = strlen(text);

	(void)state;
	expect("bytes=0-1,1-2", 100, HTTP_RANGE_WHOLE, 0, 0);
	expect("bytes=0-,-1", 100, HTTP_RANGE_WHOLE, 0, 0);
	expect("bytes=50-60,0-99", 100, HTTP_RANGE_WHOLE, 0, 0);
	expect("bytes=5-5,1-1,5-5", 100, HTTP_RANGE_WHOLE, 0, 0);
	for (unsigned i = 0; i < HTTP_RANGES; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%u-%u", i ? "," : "", 2 * i,
		    2 * i);
	struct http_ranges r;
	assert_int_equal(http_range_parse(slice_of(text), 100, &r), HTTP_RANGE_PART);
	assert_int_equal(r.n, HTTP_RANGES);
	strcpy(text + n, ",99-99");
	expect(text, 100, HTTP_RANGE_WHOLE, 0, 0);
	strcpy(text + n, ",100-");
	expect(text, 100, HTTP_RANGE_WHOLE, 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_14_1_2_parts),
	    cmocka_unit_test(test_14_1_2_unsatisfiable),
	    cmocka_unit_test(test_14_2_ignored),
	    cmocka_unit_test(test_14_1_2_several),
	    cmocka_unit_test(test_14_2_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
