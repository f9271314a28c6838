/* Paths and queries: RFC 3986 section 6.2.2, and the ways around a route that are closed here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/http_path.h"

/* expected NULL: refused. */
static void expect_bytes(const char *raw, size_t n, const char *expected)
{
	char *in = malloc(n ? n : 1), *out = malloc(n ? n : 1), again[256];
	size_t out_n, again_n;

	assert_true(in && out);
	memcpy(in, raw, n);
	enum fault f = http_path_normalise((struct slice){in, n}, out, &out_n);
	assert_int_equal(f, expected ? FAULT_NONE : FAULT_HTTP_SYNTAX);
	if (expected) {
		assert_true(slice_eq((struct slice){out, out_n}, slice_of(expected)));
		assert_true(out_n <= sizeof(again));
		f = http_path_normalise((struct slice){out, out_n}, again, &again_n);
		assert_int_equal(f, FAULT_NONE);
		assert_true(slice_eq((struct slice){again, again_n}, slice_of(expected)));
	}
	free(in);
	free(out);
}

static void expect(const char *raw, const char *expected)
{
	expect_bytes(raw, strlen(raw), expected);
}

static void test_6_2_2_1_case(void **state)
{
	(void)state;
	expect("/a%3ab%3A%c3%A9", "/a%3Ab%3A%C3%A9");
	expect("/A/b", "/A/b");
}

static void test_6_2_2_2_encodings(void **state)
{
	(void)state;
	expect("/%41%7a%30%2D%2e%5F%7E", "/Az0-._~");
	expect("/%2fa%2F", "/%2Fa%2F");
	expect("/%25%2525%20%0d%0A%5c", "/%25%2525%20%0D%0A%5C");
	for (unsigned c = 1; c < 256; c++) {
		char raw[] = "/%xx";
		raw[2] = "0123456789abcdef"[c >> 4];
		raw[3] = "0123456789abcdef"[c & 15];
		bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || strchr("-._~", (int)c);
		char plain[] = {'/', (char)c, '\0'}, upper[] = "/%XX";
		upper[2] = "0123456789ABCDEF"[c >> 4];
		upper[3] = "0123456789ABCDEF"[c & 15];
		expect(raw, c == '.' ? "/" : unreserved ? plain : upper);
	}
}

static void test_6_2_2_3_dot_segments(void **state)
{
	static const char *const cases[][2] = {
	    {"/", "/"}, {"/.", "/"}, {"/./", "/"}, {"/a/.", "/a/"}, {"/a/./b", "/a/b"},
	    {"/a/..", "/"}, {"/a/../", "/"}, {"/a/../b", "/b"}, {"/a/b/..", "/a/"},
	    {"/a/b/../c", "/a/c"}, {"/a/b/c/../../d", "/a/d"}, {"/a/b/../../", "/"},
	    {"/...", "/..."}, {"/.a/..b/c./d..", "/.a/..b/c./d.."}, {"/%2e/a/%2E%2e/b", "/b"},
	    {"/a/.%2e/b", "/b"}, {"/a;x/..", "/"}, {"/a/b;..", "/a/b;.."}, {"/a/..%3b", "/a/..%3B"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect(cases[i][0], cases[i][1]);
}

static void test_above_the_root(void **state)
{
	static const char *const wrong[] = {"/..", "/../", "/../a", "/a/../..", "/a/../../b", "/./..",
	    "/%2e%2e", "/.%2E/a", "//..", "/a//../..", "/..//", "/a/%2e%2e/%2e."};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		expect(wrong[i], NULL);
}

static void test_slashes(void **state)
{
	(void)state;
	expect("//", "/");
	expect("//a///b//", "/a/b/");
	expect("/a//..", "/");
	expect("/a/b//../c", "/a/c");
	expect("/.//a", "/a");
}

static void test_refused(void **state)
{
	static const char *const wrong[] = {"", "a", "*", "?", "%2f", "/%", "/%2", "/%zz", "/%2g", "/%g2",
	    "/a%", "/%00", "/a%00.png", "/\\", "/..\\..\\x", "/a b", "/\x7f", "/\x80", "/\xc3\xa9", "/\t",
	    "/..;/a", "/a/..;x=1/b", "/.;/a", "/a/.;", "/%2e%2E;/x"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		expect(wrong[i], NULL);
	expect_bytes("/\0", 2, NULL);
	expect_bytes("/%0", 3, NULL);
}

static void expect_decoded(const char *text, bool plus, const char *expected)
{
	char out[64];
	size_t n = strlen(text), out_n;
	char *exact = malloc(n ? n : 1);

	assert_non_null(exact);
	memcpy(exact, text, n);
	bool ok = http_path_decode((struct slice){exact, n}, plus, out, &out_n);
	assert_int_equal(ok, expected != NULL);
	if (ok)
		assert_true(slice_eq((struct slice){out, out_n}, slice_of(expected)));
	free(exact);
}

static void test_decode(void **state)
{
	(void)state;
	expect_decoded("", false, "");
	expect_decoded("a%2Fb%c3%a9%25%41", false, "a/b\xc3\xa9%A");
	expect_decoded("a+b%2b", false, "a+b+");
	expect_decoded("a+b%2b", true, "a b+");
	expect_decoded("%", false, NULL);
	expect_decoded("a%4", false, NULL);
	expect_decoded("%4x", false, NULL);
	expect_decoded("%00", false, NULL);
}

static void expect_found(const char *query, const char *name, const char *expected)
{
	struct slice value = http_query_find(slice_of(query), slice_of(name));

	assert_int_equal(value.p != NULL, expected != NULL);
	assert_true(slice_eq(value, slice_of(expected)));
}

static void test_query(void **state)
{
	(void)state;
	expect_found("a=1&b=2", "a", "1");
	expect_found("a=1&b=2", "b", "2");
	expect_found("a=1&a=2", "a", "1");
	expect_found("aa=1&a=2", "a", "2");
	expect_found("a=1&b", "b", "");
	expect_found("b&a=1", "b", "");
	expect_found("a=", "a", "");
	expect_found("a=b=c", "a", "b=c");
	expect_found("t%6Fken=x%20y", "token", "x%20y");
	expect_found("my+key=1", "my key", "1");
	expect_found("%=1&b=2", "%", NULL);
	expect_found("%4=1&b=2", "b", "2");
	expect_found("&&a=1&&", "a", "1");
	expect_found("&&a=1&&", "", NULL);
	expect_found("=x", "", "x");
	expect_found("", "a", NULL);
	expect_found(NULL, "a", NULL);
	expect_found("A=1", "a", NULL);
	expect_found("a", "ab", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_6_2_2_1_case),
	    cmocka_unit_test(test_6_2_2_2_encodings),
	    cmocka_unit_test(test_6_2_2_3_dot_segments),
	    cmocka_unit_test(test_above_the_root),
	    cmocka_unit_test(test_slashes),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_decode),
	    cmocka_unit_test(test_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
