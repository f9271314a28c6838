/* Entity tags by RFC 9110. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "codec/http_etag.h"

/* The table of section 8.8.3.2, and what is no tag at all. */
static void test_8_8_3_2_comparison(void **state)
{
	static const struct {
		const char	*a, *b;
		bool		 strong, weak;
	} cases[] = {
	    {"W/\"1\"", "W/\"1\"", false, true}, {"W/\"1\"", "W/\"2\"", false, false},
	    {"W/\"1\"", "\"1\"", false, true}, {"\"1\"", "\"1\"", true, true},
	    {"\"\"", "\"\"", true, true}, {"\"1\"", "\"1 \"", false, false},
	    {"1", "1", false, false}, {"", "", false, false}, {"W/", "W/", false, false},
	    {"w/\"1\"", "w/\"1\"", false, false}, {"\"1", "\"1", false, false},
	    {"\"a b\"", "\"a b\"", false, false}, {"\"", "\"", false, false},
	    {"\"a\"b", "\"a\"b", false, false}, {"\"\xe9\"", "\"\xe9\"", true, true},
	    {"\"a\x7f\"", "\"a\x7f\"", false, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice a = slice_of(cases[i].a), b = slice_of(cases[i].b);
		assert_int_equal(http_etag_equal(a, b, HTTP_ETAG_STRONG), cases[i].strong);
		assert_int_equal(http_etag_equal(b, a, HTTP_ETAG_STRONG), cases[i].strong);
		assert_int_equal(http_etag_equal(a, b, HTTP_ETAG_WEAK), cases[i].weak);
		assert_int_equal(http_etag_equal(b, a, HTTP_ETAG_WEAK), cases[i].weak);
	}
}

static void expect_listed(const char *list, bool weak, bool strong)
{
	struct slice etag = SLICE("\"x,y\"");

	assert_int_equal(http_etag_listed(slice_of(list), etag, HTTP_ETAG_WEAK), weak);
	assert_int_equal(http_etag_listed(slice_of(list), etag, HTTP_ETAG_STRONG), strong);
}

static void test_13_1_lists(void **state)
{
	(void)state;
	expect_listed("*", true, true);
	expect_listed("\"x,y\"", true, true);
	expect_listed("W/\"x,y\"", true, false);
	expect_listed("\"a\", W/\"b\" ,\t\"x,y\"", true, true);
	expect_listed("\"a\",\"x\",\"y\"", false, false);
	expect_listed(",, \"x,y\",", true, true);
	expect_listed("W/\"x,y\", \"x,y\"", true, true);
	expect_listed("", false, false);
	expect_listed(" ", false, false);
	expect_listed("x, \"x,y\"", false, false);
	expect_listed("\"a, \"x,y\"", false, false);
	expect_listed("*, \"x,y\"", false, false);
	expect_listed("\"x,y", false, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_8_8_3_2_comparison),
	    cmocka_unit_test(test_13_1_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
