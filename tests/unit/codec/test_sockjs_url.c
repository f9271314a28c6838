/* URLs of SockJS: which are somebody's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "codec/sockjs_url.h"

/* session NULL: it is none. */
static void expect_url(const char *tail, const char *session, const char *transport)
{
	struct sockjs_url url;
	bool is = sockjs_url_read(slice_of(tail), &url);

	assert_int_equal(is, session != NULL);
	if (!is)
		return;
	assert_true(slice_eq(url.session, slice_of(session)));
	assert_true(slice_eq(url.transport, slice_of(transport)));
}

static void test_sessions(void **state)
{
	(void)state;
	expect_url("/000/abc/xhr", "/abc", "xhr");
	expect_url("/999/abc/xhr_send", "/abc", "xhr_send");
	expect_url("/_/_/x", "/_", "x");
	expect_url("/abcdefgh_i-j%20/abcdefg_i-j%20/xhr", "/abcdefg_i-j%20", "xhr");
	expect_url("/a/b/x.y", "/b", "x.y");
}

static void test_nobody(void **state)
{
	static const char *const tails[] = {
		"", "/", "//", "///", "/a", "/a/b", "/a/b/", "/a//xhr", "//b/xhr", "/a./b/xhr",
		"/a/b./xhr", "/./b/xhr", "/a/./xhr", "/a/b/c/xhr", "/a/b/xhr/", "a/b/xhr",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++)
		expect_url(tails[i], NULL, NULL);
	expect_url(NULL, NULL, NULL);
}

static void test_iframes(void **state)
{
	static const struct {
		const char	*tail;
		bool		 is;
	} cases[] = {
		{"/iframe.html", true}, {"/iframe-a.html", true}, {"/iframe-.html", true},
		{"/iframe-0.1.2abc-dirty.2144.html", true}, {"/iframe.htm", false},
		{"/iframe", false}, {"/IFRAME.HTML", false}, {"/iframe.HTML", false},
		{"/iframe.xml", false}, {"/iframe-/.html", false}, {"/xiframe.html", false},
		{"", false}, {"/iframe.html/", false}, {"/a/iframe.html", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (sockjs_url_is_iframe(slice_of(cases[i].tail)) != cases[i].is)
			fail_msg("%s", cases[i].tail);
}

static void test_callbacks(void **state)
{
	static const char *const bad[] = {
		"", " ", "*", "abc(", "a;b", "a<b", "a/b", "a\nb", "\xc3\xa9", "a[0]", "a=b",
	};
	char longest[SOCKJS_CALLBACK + 2] = {0};

	(void)state;
	assert_true(sockjs_url_is_callback(SLICE("_jp.aZ-09")));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(sockjs_url_is_callback(slice_of(bad[i])));
	memset(longest, 'a', SOCKJS_CALLBACK);
	assert_true(sockjs_url_is_callback(slice_of(longest)));
	longest[SOCKJS_CALLBACK] = 'a';
	assert_false(sockjs_url_is_callback(slice_of(longest)));
	assert_false(sockjs_url_is_callback(SLICE("a\0b")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sessions),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_iframes),
		cmocka_unit_test(test_callbacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
