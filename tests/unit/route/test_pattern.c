/* Patterns of routes: what they match, what they capture, what they may cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "route/pattern.h"

static struct arena arena;
static struct header *captures;
static unsigned n_captures;

static int arena_end(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

static bool matches(const char *text, const char *path)
{
	char words[PATTERN_WORDS];
	struct pattern *p = pattern_new(text, words);
	bool matched;

	assert_non_null(p);
	assert_int_equal(pattern_match(p, slice_of(path), &arena, &matched, &captures, &n_captures),
	    FAULT_NONE);
	pattern_free(p);
	return matched;
}

static void test_match(void **state)
{
	(void)state;
	assert_true(matches("^/a$", "/a"));
	assert_false(matches("^/a$", "/a\n"));
	assert_false(matches("^/a$", "/A"));
	assert_true(matches("(?i)^/a$", "/A"));
	assert_true(matches("b", "/abc"));
	assert_int_equal(n_captures, 0);
}

static void test_captures(void **state)
{
	static const char pattern[] = "^/(?<id>\\d+)(?:/(?<rest>.*))?$";

	(void)state;
	assert_true(matches(pattern, "/42"));
	assert_int_equal(n_captures, 1);
	assert_true(slice_eq(captures[0].value, SLICE("42")));
	assert_true(matches(pattern, "/42/x%20y"));
	assert_int_equal(n_captures, 2);
	assert_int_equal(captures[0].value.n, 2);
	assert_int_equal(captures[1].value.n, 5);
	assert_true(matches("^/(?<all>.*)$", "/"));
	assert_int_equal(n_captures, 1);
	assert_int_equal(captures[0].value.n, 0);
}

static void test_bad(void **state)
{
	char words[PATTERN_WORDS];

	(void)state;
	assert_null(pattern_new("^/(", words));
	assert_non_null(strstr(words, "parenthesis"));
	assert_null(pattern_new("\\C", words));
	assert_true(words[0] != '\0');
}

/* What needs 2^n steps ends soon, in a fault and not in "does not match". */
static void test_catastrophe(void **state)
{
	char words[PATTERN_WORDS], path[64] = "/";
	struct pattern *p = pattern_new("^/(a+)+$", words);
	bool matched = true;

	(void)state;
	assert_non_null(p);
	memset(path + 1, 'a', 40);
	path[41] = '!';
	assert_int_equal(pattern_match(p, slice_of(path), &arena, &matched, &captures, &n_captures),
	    FAULT_PATTERN_LIMIT);
	assert_false(matched);
	pattern_free(p);
}

/* An honest pattern gets through the longest path that a head can hold. */
static void test_long(void **state)
{
	static char path[16 * 1024 + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(path) - 1; i++)
		path[i] = i % 8 ? 'a' : '/';
	assert_true(matches("^(?:/[a-z]+)+$", path));
	assert_true(matches("^/(?<all>.+)$", path));
	assert_int_equal(captures[0].value.n, sizeof(path) - 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_match, arena_end),
		cmocka_unit_test_teardown(test_captures, arena_end),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_catastrophe),
		cmocka_unit_test_teardown(test_long, arena_end),
	};

	arena_init(&arena);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
