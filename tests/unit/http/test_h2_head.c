/* The head of a request over HTTP/2 means what it would over HTTP/1.1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "http/h2_head.h"

enum { FIELDS = 8 };

static const struct config_limits limits = {.head = 300, .headers = 4};

struct head_case {
	const char	*name;
	enum fault	 fault;
	const char	*fields[FIELDS][2];
	bool		 open;		/* a body follows */
	const char	*path, *query, *authority;
};

#define GET		{":method", "GET"}, {":scheme", "https"}
#define PATH		{":path", "/"}
#define HOST		{":authority", "h"}
#define CONNECT		{":method", "CONNECT"}, {":scheme", "https"}, HOST, PATH

#define BAD(name, fault, open, ...)	{name, fault, {__VA_ARGS__}, open, NULL, NULL, NULL}

static const struct head_case cases[] = {
	{"plain", FAULT_NONE, {GET, HOST, PATH}, false, "/", NULL, "h"},
	{"path and query", FAULT_NONE, {GET, HOST, {":path", "/a/../b//c?x=%20?y"}},
	    false, "/b/c", "x=%20?y", "h"},
	{"port", FAULT_NONE, {GET, {":authority", "h:8443"}, PATH}, false, "/", NULL, "h:8443"},
	{"empty port", FAULT_NONE, {GET, {":authority", "h:"}, PATH}, false, "/", NULL, "h"},
	{"Host alone", FAULT_NONE, {GET, PATH, {"host", "x"}}, false, "/", NULL, "x"},
	{"both", FAULT_NONE, {GET, HOST, PATH, {"host", "H:"}}, false, "/", NULL, "h"},
	BAD("they differ", FAULT_HTTP_SMUGGLING, false, GET, HOST, PATH, {"host", "x"}),
	BAD("they differ in the port", FAULT_HTTP_SMUGGLING, false,
	    GET, HOST, PATH, {"host", "h:1"}),
	BAD("two Hosts", FAULT_HTTP_SMUGGLING, false, GET, PATH, {"host", "x"}, {"host", "x"}),
	BAD("none", FAULT_HTTP_SYNTAX, false, GET, PATH),
	BAD("user information", FAULT_HTTP_SYNTAX, false, GET, {":authority", "u@h"}, PATH),
	BAD("another scheme", FAULT_HTTP_SYNTAX, false,
	    {":method", "GET"}, {":scheme", "ftp"}, HOST, PATH),
	BAD("no method's name", FAULT_HTTP_SYNTAX, false, {":method", "G T"}, HOST, PATH),
	BAD("no path", FAULT_HTTP_SYNTAX, false, GET, HOST, {":path", ""}),
	BAD("a relative path", FAULT_HTTP_SYNTAX, false, GET, HOST, {":path", "x"}),
	BAD("a path in absolute form", FAULT_HTTP_SYNTAX, false, GET, HOST, {":path", "http://h/"}),
	BAD("a space in the path", FAULT_HTTP_SYNTAX, false, GET, HOST, {":path", "/a b"}),
	BAD("above the root", FAULT_HTTP_SYNTAX, false, GET, HOST, {":path", "/../a"}),
	BAD("%00", FAULT_HTTP_SYNTAX, false, GET, HOST, {":path", "/%00"}),
	BAD("*", FAULT_HTTP_SYNTAX, false, GET, HOST, {":path", "*"}),
	{"* of OPTIONS", FAULT_NONE, {{":method", "OPTIONS"}, {":scheme", "http"}, HOST, {":path", "*"}},
	    false, "*", NULL, "h"},
	{"length", FAULT_NONE, {GET, HOST, PATH, {"content-length", "5"}}, true, "/", NULL, "h"},
	{"length 0 and no body", FAULT_NONE, {GET, HOST, PATH, {"content-length", "0"}},
	    false, "/", NULL, "h"},
	BAD("length without a body", FAULT_HTTP_SMUGGLING, false,
	    GET, HOST, PATH, {"content-length", "5"}),
	BAD("a bad length", FAULT_HTTP_SMUGGLING, true, GET, HOST, PATH, {"content-length", "+5"}),
	BAD("two lengths", FAULT_HTTP_SMUGGLING, true,
	    GET, HOST, PATH, {"content-length", "5"}, {"content-length", "5"}),
	BAD("expectation", FAULT_EXPECTATION, false, GET, HOST, PATH, {"expect", "coffee"}),
	BAD("CONNECT", FAULT_HTTP_SYNTAX, true, {":method", "CONNECT"}, HOST),
	BAD("CONNECT for something", FAULT_CONNECT_PROTOCOL, true, CONNECT, {":protocol", "x"}),
	{"a tunnel", FAULT_NONE, {CONNECT, {":protocol", "websocket"}}, true, "/", NULL, "h"},
	BAD("that ends at once", FAULT_WS_HANDSHAKE, false, CONNECT, {":protocol", "websocket"}),
	BAD("that has a length", FAULT_HTTP_SMUGGLING, true,
	    CONNECT, {":protocol", "websocket"}, {"content-length", "0"}),
	BAD("too many fields", FAULT_HEADERS_TOO_MANY, false,
	    GET, HOST, {"a", "1"}, {"b", "1"}, {"c", "1"}, {"d", "1"}, {"e", "1"}),
};

static enum fault head_read(const struct head_case *c, struct arena *arena, struct request *r)
{
	struct h2_head head = {.bytes = 0};

	memset(r, 0, sizeof(*r));
	for (unsigned i = 0; i < FIELDS && c->fields[i][0]; i++)
		assert_true(h2_head_add(&head, arena, &limits, slice_of(c->fields[i][0]),
		    slice_of(c->fields[i][1])));
	return h2_head_finish(&head, arena, !c->open, r);
}

static void check(struct slice got, const char *wanted)
{
	if (wanted == NULL) {
		assert_null(got.p);
		return;
	}
	assert_int_equal(got.n, strlen(wanted));
	assert_memory_equal(got.p, wanted, got.n);
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena arena;
		struct request r;
		arena_init(&arena);
		enum fault f = head_read(&cases[i], &arena, &r);
		if (f != cases[i].fault)
			print_error("%s: %s\n", cases[i].name, fault_name(f));
		assert_int_equal(f, cases[i].fault);
		if (f == FAULT_NONE) {
			check(r.path, cases[i].path);
			check(r.query, cases[i].query);
			check(r.authority, cases[i].authority);
			assert_non_null(http1_find(r.headers, r.n_headers, SLICE("Host")));
		}
		arena_fini(&arena);
	}
}

static void test_body(void **state)
{
	static const struct head_case post = {"", FAULT_NONE, {GET, HOST, PATH,
	    {"content-length", "5"}, {"expect", "100-Continue"}}, true, NULL, NULL, NULL};
	static const struct head_case tunnel = {"", FAULT_NONE, {CONNECT,
	    {":protocol", "WebSocket"}}, true, NULL, NULL, NULL};
	static const struct head_case open = {"", FAULT_NONE, {GET, HOST, PATH}, true, NULL, NULL,
	    NULL};
	struct arena arena;
	struct request r;

	(void)state;
	arena_init(&arena);
	assert_int_equal(head_read(&post, &arena, &r), FAULT_NONE);
	assert_true(r.has_body && r.expect_continue && !r.websocket);
	assert_int_equal(r.length, 5);
	assert_int_equal(head_read(&tunnel, &arena, &r), FAULT_NONE);
	assert_true(!r.has_body && r.websocket);
	assert_int_equal(head_read(&open, &arena, &r), FAULT_NONE);
	assert_true(r.has_body && r.length == UINT64_MAX);
	arena_fini(&arena);
}

static void test_cookies(void **state)
{
	static const struct head_case crumbs = {"", FAULT_NONE, {GET, HOST, {"cookie", "a=1"}, PATH,
	    {"cookie", ""}, {"cookie", "b=2"}}, false, NULL, NULL, NULL};
	struct arena arena;
	struct request r;

	(void)state;
	arena_init(&arena);
	assert_int_equal(head_read(&crumbs, &arena, &r), FAULT_NONE);
	const struct header *cookie = http1_find(r.headers, r.n_headers, SLICE("Cookie"));
	assert_non_null(cookie);
	check(cookie->value, "a=1; ; b=2");
	assert_int_equal(r.n_headers, 2);	/* and Host */
	arena_fini(&arena);
}

/* What is too large is read on for a while, so that it can be answered; but it is not kept. */
static void test_too_large(void **state)
{
	char long_value[200];
	struct h2_head head = {.bytes = 0};
	struct arena arena;
	struct request r = {0};
	unsigned n = 0;

	(void)state;
	arena_init(&arena);
	memset(long_value, 'x', sizeof(long_value) - 1);
	long_value[sizeof(long_value) - 1] = '\0';
	assert_true(h2_head_add(&head, &arena, &limits, SLICE(":method"), SLICE("GET")));
	while (h2_head_add(&head, &arena, &limits, SLICE("x"), slice_of(long_value)))
		n++;
	assert_in_range(n, 3, 6);
	assert_true(arena.used < 2000);
	assert_int_equal(h2_head_finish(&head, &arena, true, &r), FAULT_HEAD_TOO_LARGE);
	check(r.method, "GET");
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_body),
		cmocka_unit_test(test_cookies),
		cmocka_unit_test(test_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
