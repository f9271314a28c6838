/* Which header fields pass a proxy. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "http/proxy_fields.h"

enum { NEVER, TRUSTED, ALWAYS };

static const struct {
	const char	*name;
	int		 to_backend;
	bool		 to_client;
} table[] = {
	{"Accept", ALWAYS, true}, {"X-Custom", ALWAYS, true}, {"Via", ALWAYS, true},
	{"X_Custom", ALWAYS, true}, {"Server", ALWAYS, true}, {"Date", ALWAYS, true},
	{"Authorization", ALWAYS, true}, {"Content-Type", ALWAYS, true},
	{"Sec-WebSocket-Protocol", ALWAYS, true}, {"Set-Cookie", ALWAYS, true},
	{"Proxying", ALWAYS, true}, {"Tea", ALWAYS, true}, {"Hosts", ALWAYS, true},
	/* of one connection */
	{"Connection", NEVER, false}, {"keep-alive", NEVER, false}, {"TE", NEVER, false},
	{"Trailer", NEVER, false}, {"Transfer-Encoding", NEVER, false}, {"Upgrade", NEVER, false},
	{"Proxy", NEVER, false}, {"Proxy-Connection", NEVER, false},
	{"Proxy-Authorization", NEVER, false}, {"HTTP2-Settings", NEVER, false},
	/* made anew */
	{"Content-Length", NEVER, false}, {"Host", NEVER, true}, {"Expect", NEVER, true},
	{"Sec-WebSocket-Key", NEVER, true}, {"Sec-WebSocket-Accept", NEVER, false},
	{"Forwarded", NEVER, true}, {"X-Forwarded-For", NEVER, true},
	{"X-Forwarded-Proto", NEVER, true}, {"x-forwarded-host", NEVER, true},
	/* a proxy's word */
	{"X-Forwarded-Port", TRUSTED, true}, {"X-Forwarded-Prefix", TRUSTED, true},
	{"X-Real-IP", TRUSTED, true},
	/* twins */
	{"X_Forwarded_For", NEVER, true}, {"X-Forwarded_For", NEVER, true},
	{"x_forwarded_port", NEVER, true}, {"X_Real_IP", NEVER, true},
	{"Content_Length", NEVER, false}, {"Transfer_Encoding", NEVER, false},
	/* a trace that is none */
	{"traceparent", NEVER, true}, {"tracestate", NEVER, true}, {"Trace_Parent", ALWAYS, true},
	{"Content_Type", NEVER, true}, {"Sec_WebSocket_Key", NEVER, true},
};

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct header h = {slice_of(table[i].name), SLICE("x")};
		struct proxy_fields f;
		proxy_fields_init(&f, &h, 1);
		for (int trusted = 0; trusted < 2; trusted++)
			if (proxy_fields_to_backend(&f, 0, trusted) !=
			    (table[i].to_backend + trusted >= ALWAYS && table[i].to_backend))
				fail_msg("%s, trusted %d, to the backend", table[i].name, trusted);
		if (proxy_fields_to_client(&f, 0, 200) != table[i].to_client)
			fail_msg("%s to the client", table[i].name);
	}
}

/* What a Connection field names goes, unless it is none of its business. */
static void test_named(void **state)
{
	static const struct header h[] = {
		{{"A", 1}, {"", 0}}, {{"Connection", 10}, {"a, close", 8}}, {{"B", 1}, {"", 0}},
		{{"connection", 10}, {" ,B ,Authorization, Content-Type,Cookie", 39}},
		{{"Authorization", 13}, {"", 0}}, {{"Content-Type", 12}, {"", 0}},
		{{"C", 1}, {"", 0}}, {{"a", 1}, {"", 0}},
	};
	static const bool passes[] = {false, false, false, false, true, true, true, false};
	struct proxy_fields f;

	(void)state;
	proxy_fields_init(&f, h, 8);
	for (unsigned i = 0; i < 8; i++) {
		assert_int_equal(proxy_fields_to_backend(&f, i, true), passes[i]);
		assert_int_equal(proxy_fields_to_client(&f, i, 200), passes[i]);
	}
}

static void test_upgrade_required(void **state)
{
	static const struct header h[] = {{{"Upgrade", 7}, {"websocket", 9}}};
	struct proxy_fields f;

	(void)state;
	proxy_fields_init(&f, h, 1);
	assert_true(proxy_fields_to_client(&f, 0, 426));
	assert_false(proxy_fields_to_client(&f, 0, 101));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_named),
		cmocka_unit_test(test_upgrade_required),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
