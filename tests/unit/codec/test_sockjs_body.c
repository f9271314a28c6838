/* What SockJS clients send: messages in JSON, and in forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/slice.h"
#include "codec/sockjs_body.h"

enum { ROOM = 4096 };

static enum fault check(struct slice body, uint64_t most, size_t *n)
{
	struct sockjs_bytes b = {(uint8_t *)(uintptr_t)body.p, body.n};

	return sockjs_body_check(&b, most, n);
}

/* Good, and its strings are these, joined by "|". */
static void expect_body(struct slice body, struct slice joined)
{
	uint8_t *copy = test_malloc(body.n + 1);
	struct sockjs_bytes b = {copy, body.n};
	char got[ROOM];
	size_t n, at = 0, found = 0;
	struct sockjs_bytes m;

	memcpy(copy, body.p, body.n);
	assert_int_equal(check(body, 0, &n), FAULT_NONE);
	for (; sockjs_body_next(&b, &m); found++) {
		if (found)
			got[at++] = '|';
		memcpy(got + at, m.p, m.n);
		at += m.n;
	}
	assert_int_equal(found, n);
	assert_int_equal(at, joined.n);
	assert_memory_equal(got, joined.p, joined.n);
	test_free(copy);
}

static void test_messages(void **state)
{
	(void)state;
	expect_body(SLICE("[\"a\"]"), SLICE("a"));
	expect_body(SLICE("\"a\""), SLICE("a"));
	expect_body(SLICE(" [ \"a\" ,\r\n\t\"b\" , \"\" ] \n"), SLICE("a|b|"));
	expect_body(SLICE("[\"a,]\\\"[\",\"b\"]"), SLICE("a,]\"[|b"));
	expect_body(SLICE("[\"\xc3\xa9\xf0\x9f\x98\x80\xef\xbf\xbf\"]"),
	    SLICE("\xc3\xa9\xf0\x9f\x98\x80\xef\xbf\xbf"));
}

static void test_nothing(void **state)
{
	size_t n = 1;

	(void)state;
	expect_body(SLICE(""), SLICE(""));
	expect_body(SLICE(" \n"), SLICE(""));
	expect_body(SLICE("[]"), SLICE(""));
	expect_body(SLICE("[ ]"), SLICE(""));
	assert_int_equal(check(SLICE("[]"), 1, &n), FAULT_NONE);
	assert_int_equal(n, 0);
}

static void test_escapes(void **state)
{
	(void)state;
	expect_body(SLICE("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"), SLICE("\"\\/\b\f\n\r\t"));
	expect_body(SLICE("[\"\\u0000\\u001f\\u007F\\u00e9\\u20AC\\uffff\"]"),
	    SLICE("\0\x1f\x7f\xc3\xa9\xe2\x82\xac\xef\xbf\xbf"));
	expect_body(SLICE("[\"\\ud83d\\ude00\\ud800\\udc00\\udbff\\udfff\"]"),
	    SLICE("\xf0\x9f\x98\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"));
}

/* What JavaScript has in strings, and Unicode has not. */
static void test_lone_surrogates(void **state)
{
	(void)state;
	expect_body(SLICE("[\"\\ud800\"]"), SLICE("\xef\xbf\xbd"));
	expect_body(SLICE("[\"\\udc00x\"]"), SLICE("\xef\xbf\xbdx"));
	expect_body(SLICE("[\"\\ud800\\ud83d\\ude00\"]"),
	    SLICE("\xef\xbf\xbd\xf0\x9f\x98\x80"));
	expect_body(SLICE("[\"\\ud800\\n\"]"), SLICE("\xef\xbf\xbd\n"));
	expect_body(SLICE("[\"\\ud800\\\\udc00\"]"), SLICE("\xef\xbf\xbd\\udc00"));
}

static void test_broken(void **state)
{
	static const struct slice cases[] = {
		{"[\"a", 3}, {"[", 1}, {"]", 1}, {"[\"a\"", 4}, {"[\"a\",]", 6}, {"[,\"a\"]", 6},
		{"[\"a\"]x", 6}, {"[\"a\"][]", 7}, {"[[\"a\"]]", 7}, {"[1]", 3}, {"1", 1},
		{"{}", 2}, {"null", 4}, {"[null]", 6}, {"[\"a\" \"b\"]", 9}, {"['a']", 5},
		{"[\"\\x\"]", 6}, {"[\"\\u12\"]", 8}, {"[\"\\u12g4\"]", 10}, {"[\"\\", 3},
		{"[\"\\u\"]", 6}, {"[\"\n\"]", 5}, {"[\"\0\"]", 5}, {"[\"\x80\"]", 5},
		{"[\"\xc3\"]", 5}, {"[\"\xed\xa0\x80\"]", 7}, {"[\"a\"],", 6}, {"[]]", 3},
		{"\"a\"\"b\"", 6}, {"\xef\xbb\xbf[]", 5}, {"[\"a\"]\0", 6},
	};
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (check(cases[i], 0, &n) != FAULT_SOCKJS_JSON)
			fail_msg("taken: %.*s", SLICE_ARG(cases[i]));
}

/* Each prefix of something good is broken, unless nothing of it is left. */
static void test_cut_short(void **state)
{
	struct slice whole = SLICE("[\"a\\n\",\"\\ud83d\\ude00\",\"\xc3\xa9\"]");
	size_t n;

	(void)state;
	assert_int_equal(check(whole, 0, &n), FAULT_NONE);
	for (size_t cut = 1; cut < whole.n; cut++)
		assert_int_equal(check((struct slice){whole.p, cut}, 0, &n), FAULT_SOCKJS_JSON);
}

/* The message counts, not how it is written. */
static void test_too_long(void **state)
{
	size_t n;

	(void)state;
	assert_int_equal(check(SLICE("[\"abcd\",\"\\u0061\\u0062\\u0063\\u0064\"]"), 4, &n),
	    FAULT_NONE);
	assert_int_equal(n, 2);
	assert_int_equal(check(SLICE("[\"a\",\"abcde\"]"), 4, &n), FAULT_WS_TOO_BIG);
	assert_int_equal(check(SLICE("[\"\\u20ac\\u20ac\"]"), 5, &n), FAULT_WS_TOO_BIG);
	assert_int_equal(check(SLICE("[\"\\u20ac\\u20ac\"]"), 6, &n), FAULT_NONE);
}

/* expected.p NULL: broken. */
static void expect_form(const char *form, struct slice expected)
{
	char copy[ROOM];
	struct sockjs_bytes b = {(uint8_t *)copy, strlen(form)};

	memcpy(copy, form, b.n);
	bool good = sockjs_body_of_form(&b);
	assert_int_equal(good, expected.p != NULL);
	if (!good)
		return;
	assert_int_equal(b.n, expected.n);
	assert_memory_equal(b.p, expected.p, expected.n);
}

static void test_forms(void **state)
{
	(void)state;
	expect_form("d=%5B%22x%22%5D", SLICE("[\"x\"]"));
	expect_form("a=1&d=%5b%22a+b%2B%22%5d&d=2", SLICE("[\"a b+\"]"));
	expect_form("%64=1", SLICE("1"));
	expect_form("", SLICE(""));
	expect_form("d=", SLICE(""));
	expect_form("d", SLICE(""));
	expect_form("p=p", SLICE(""));
	expect_form("dd=1", SLICE(""));
	expect_form("d=%5", (struct slice){NULL, 0});
	expect_form("d=%00", (struct slice){NULL, 0});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_lone_surrogates),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
