/* W3C Trace Context, level 1: which values of traceparent are valid. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "codec/traceparent.h"

#define TRACE	"4bf92f3577b34da6a3ce929d0e0e4736"
#define PARENT	"00f067aa0ba902b7"

static const struct {
	const char	*value;
	bool		 valid;
} table[] = {
	{"00-" TRACE "-" PARENT "-01", true},
	{"00-" TRACE "-" PARENT "-00", true},
	{"00-" TRACE "-" PARENT "-ff", true},
	/* of later versions as much as is known of them (section 4.3) */
	{"01-" TRACE "-" PARENT "-01", true},
	{"cc-" TRACE "-" PARENT "-01-what-the-future-will-be-like", true},
	{"cc-" TRACE "-" PARENT "-01-", true},
	{"cc-" TRACE "-" PARENT "-01.what", false},
	{"ff-" TRACE "-" PARENT "-01", false},
	{"00-" TRACE "-" PARENT "-01-", false},
	{"00-" TRACE "-" PARENT "-01-what", false},
	/* section 3.2.2 */
	{"00-00000000000000000000000000000000-" PARENT "-01", false},
	{"00-" TRACE "-0000000000000000-01", false},
	{"00-4BF92F3577B34DA6A3CE929D0E0E4736-" PARENT "-01", false},
	{"00-" TRACE "-00F067AA0BA902B7-01", false},
	{"00-" TRACE "-" PARENT "-0A", false},
	{"00-" TRACE "-" PARENT "-0", false},
	{"00-" TRACE "-" PARENT "-", false},
	{"00-" TRACE "-" PARENT, false},
	{"0-" TRACE "-" PARENT "-01", false},
	{"000-" TRACE "-" PARENT "-01", false},
	{".0-" TRACE "-" PARENT "-01", false},
	{"00_" TRACE "-" PARENT "-01", false},
	{"00-" TRACE "_" PARENT "-01", false},
	{"00-" TRACE "-" PARENT "_01", false},
	{"00-.bf92f3577b34da6a3ce929d0e0e4736-" PARENT "-01", false},
	{" 00-" TRACE "-" PARENT "-01", false},
	{"", false},
	{"00", false},
};

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (traceparent_check(slice_of(table[i].value)) != table[i].valid)
			fail_msg("%s", table[i].value);
}

static void test_fields(void **state)
{
	const struct header headers[] = {
		{SLICE("X"), SLICE("y")},
		{SLICE("TraceParent"), slice_of(table[0].value)},
		{SLICE("traceparent"), slice_of(table[1].value)},
	};

	(void)state;
	assert_true(slice_eq(traceparent_find(headers, 2), headers[1].value));
	assert_true(slice_eq(traceparent_find(headers + 2, 1), headers[2].value));
	assert_int_equal(traceparent_find(headers, 3).n, 0);	/* which one is it? */
	assert_int_equal(traceparent_find(headers, 1).n, 0);
	assert_int_equal(traceparent_find(NULL, 0).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
