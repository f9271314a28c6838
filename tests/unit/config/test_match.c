/* Hosts, origins, paths and patterns, as the configuration may write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/match.h"

/* NULL: right. */
static void expect_all(const char *(*check)(struct slice), const char *const rows[][2])
{
	for (size_t i = 0; rows[i][0]; i++) {
		const char *why = check(slice_of(rows[i][0]));
		if (rows[i][1] == NULL && why)
			fail_msg("%s: %s", rows[i][0], why);
		if (rows[i][1]) {
			assert_non_null(why);
			assert_string_equal(why, rows[i][1]);
		}
	}
}

static void test_host(void **state)
{
	static const char *const rows[][2] = {
	    {"example.com", NULL},
	    {"Example.COM", NULL},
	    {"localhost", NULL},
	    {"*.example.com", NULL},
	    {"192.0.2.1", NULL},
	    {"[2001:db8::1]", NULL},
	    {"xn--caf-dma.example", NULL},
	    {"", "it is empty"},
	    {"*", "leave the key out: any host matches then"},
	    {"https://example.com", "without the scheme"},
	    {"example.com:80", "without the port"},
	    {"[::1]:80", "without the port"},
	    {"::1", "an IPv6 address stands in brackets"},
	    {"www.*.com", "a '*' stands for the first labels only: \"*.example.com\""},
	    {"*example.com", "a '*' stands for the first labels only: \"*.example.com\""},
	    {"a b", "this is no host name"},
	    {"a..b", "this is no host name"},
	    {"192.0.2.256", "this is no host name"},
	    {"caf\xc3\xa9.example",
	    "write it as browsers send it: in ASCII, beginning with \"xn--\""},
	    {NULL, NULL},
	};

	(void)state;
	expect_all(match_host, rows);
}

static void test_origin(void **state)
{
	static const char *const rows[][2] = {
	    {"same", NULL},
	    {"null", NULL},
	    {"*", NULL},
	    {"https://example.com", NULL},
	    {"http://localhost:8080", NULL},
	    {"https://*.example.com", NULL},
	    {"https://*.example.com:8443", NULL},
	    {"https://[::1]:8443", NULL},
	    {"https://[::1]", NULL},
	    {"moz-extension://0a1b", NULL},
	    {"", "an origin begins with its scheme: \"https://\""},
	    {"example.com", "an origin begins with its scheme: \"https://\""},
	    {"://example.com", "an origin begins with its scheme: \"https://\""},
	    {"https://example.com/", "an origin has no path, and no '/' at its end"},
	    {"https://example.com:0", "its port must be a number from 1 to 65535"},
	    {"https://example.com:", "its port must be a number from 1 to 65535"},
	    {"https://", "it is empty"},
	    {"https://*", "any origin at all is \"*\""},
	    {"https://www.*.com", "a '*' stands for the first labels only: \"*.example.com\""},
	    {NULL, NULL},
	};

	(void)state;
	expect_all(match_origin, rows);
}

static void test_path(void **state)
{
	static const char encoded[] = "spaces, control characters and what is not ASCII are "
				      "percent-encoded";
	static const char dots[] = "requests are compared after dot segments were removed";
	static const char *const rows[][2] = {
	    {"/", NULL},
	    {"/x", NULL},
	    {"/x/", NULL},
	    {"/x.y/..z/...", NULL},
	    {"/caf%C3%A9", NULL},
	    {"/a%2Fb", NULL},
	    {"/a;b=c,d", NULL},
	    {"", "it begins with '/'"},
	    {"x", "it begins with '/'"},
	    {"/a b", encoded},
	    {"/a\tb", encoded},
	    {"/caf\xc3\xa9", encoded},
	    {"/a?b", "without a query; that is the key 'query'"},
	    {"/a#b", "without a query; that is the key 'query'"},
	    {"/a%2fb", "after a '%' stand two hexadecimal digits in upper case"},
	    {"/a%2", "after a '%' stand two hexadecimal digits in upper case"},
	    {"/a%", "after a '%' stand two hexadecimal digits in upper case"},
	    {"/a%41", "letters, digits, '-', '.', '_' and '~' are not percent-encoded"},
	    {"/a%00", "a path cannot hold %00"},
	    {"/a//b", "requests are compared after each \"//\" has become \"/\""},
	    {"//", "requests are compared after each \"//\" has become \"/\""},
	    {"/a/./b", dots},
	    {"/a/../b", dots},
	    {"/..", dots},
	    {"/a/.", dots},
	    {NULL, NULL},
	};

	(void)state;
	expect_all(match_path, rows);
}

static void test_token(void **state)
{
	(void)state;
	assert_true(match_is_token(SLICE("GET")));
	assert_true(match_is_token(SLICE("v1.chat!#$%&'*+-.^_`|~")));
	assert_false(match_is_token(SLICE("")));
	assert_false(match_is_token(SLICE("a b")));
	assert_false(match_is_token(SLICE("a,b")));
	assert_false(match_is_token(SLICE("a\"b")));
	assert_false(match_is_token((struct slice){"a\0b", 3}));
	assert_false(match_is_token(SLICE("\xc3\xa9")));
}

static void test_regex(void **state)
{
	char words[MATCH_WORDS];
	size_t at = 0;

	(void)state;
	assert_null(match_regex("^/x/(?<id>[0-9]+)$", words, &at));
	assert_string_equal(match_regex("^/(x", words, &at), "missing closing parenthesis");
	assert_int_equal(at, 4);
	assert_string_equal(match_regex("a{2,1}", words, &at),
	    "numbers out of order in {} quantifier");
	assert_non_null(match_regex("\\C", words, &at));
	assert_true(match_has_capture("^/(?<id>x)$", SLICE("id")));
	assert_false(match_has_capture("^/(?<id>x)$", SLICE("i")));
	assert_false(match_has_capture("^/(x)$", SLICE("id")));
	assert_false(match_has_capture("^/(", SLICE("id")));
	assert_false(match_has_capture("x", (struct slice){words, sizeof(words)}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_host),
	    cmocka_unit_test(test_origin),
	    cmocka_unit_test(test_path),
	    cmocka_unit_test(test_token),
	    cmocka_unit_test(test_regex),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
