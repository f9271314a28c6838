/* The head that a backend gets, composed from what the client asked for. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "../http/fake_exchange.h"
#include "http/proxy_request.h"

static struct fake_exchange fake;
static struct proxy_request request;
static struct config_network nets[] = {{{[10] = 0xff, 0xff, 192, 0, 2, 1}, 128}};

static int begin(void **state)
{
	(void)state;
	fake_exchange_init(&fake);
	return 0;
}

static int end(void **state)
{
	(void)state;
	fake_exchange_fini(&fake);
	return 0;
}

static void ask(const char *method, const char *host, const char *target)
{
	fake_exchange_request(&fake, method, host, target);
	proxy_request_init(&request, &fake.x);
}

static void expect(const char *text)
{
	struct slice head;

	assert_int_equal(proxy_request_write(&request, &fake.x, &head), FAULT_NONE);
	assert_int_equal(head.n, strlen(head.p));
	assert_string_equal(head.p, text);
}

#define FOR "Forwarded: for=192.0.2.1;host=h;proto=http\r\nX-Forwarded-For: 192.0.2.1\r\n"
#define PROTO "X-Forwarded-Proto: http\r\nX-Forwarded-Host: h\r\n"

/* What `rewrite` made of it, in place of what was asked; who asked stands beside it. */
static void test_rewrite(void **state)
{
	static const struct header set[] = {{{"X-Base", 6}, {"/app", 4}}};
	static const struct slice remove[] = {{"X-Debug", 7}, {"X-Forwarded-Proto", 17}};
	const struct rewrite rewrite = {.path = SLICE("/b"), .query = {NULL, 0},
	    .host = SLICE("in"), .set = set, .n_set = 1, .remove = remove, .n_remove = 2};

	(void)state;
	ask("GET", "h", "/app/b?c");
	fake_exchange_add(&fake, "x-base", "/evil");
	fake_exchange_add(&fake, "X_Base", "/evil");
	fake_exchange_add(&fake, "x-debug", "1");
	fake_exchange_add(&fake, "Accept", "x");
	proxy_request_rewrite(&request, &rewrite);
	expect("GET /b HTTP/1.1\r\nHost: in\r\nAccept: x\r\n" FOR
	    "X-Forwarded-Host: h\r\nX-Base: /app\r\n\r\n");
}

static void test_plain(void **state)
{
	(void)state;
	ask("GET", "h", "/a%20b?c=%00");
	fake_exchange_add(&fake, "Accept", "x");
	fake_exchange_add(&fake, "Cookie", "a=1");
	fake_exchange_add(&fake, "X-Forwarded-For", "10.0.0.1");
	fake_exchange_add(&fake, "X_Forwarded_For", "10.0.0.1");
	fake_exchange_add(&fake, "Forwarded", "for=10.0.0.1");
	fake_exchange_add(&fake, "Connection", "X-Forwarded-For, Accept");
	fake_exchange_add(&fake, "Cookie", "b=2");
	expect("GET /a%20b?c=%00 HTTP/1.1\r\nHost: h\r\nCookie: a=1; b=2\r\n" FOR PROTO "\r\n");
	request.close = true;
	expect("GET /a%20b?c=%00 HTTP/1.1\r\nHost: h\r\nCookie: a=1; b=2\r\n" FOR PROTO
	    "Connection: close\r\n\r\n");
}

static void test_rewritten(void **state)
{
	static const struct header set[] = {{{"X-User", 6}, {"me", 2}},
	    {{"x-forwarded-proto", 17}, {"https", 5}}};
	static const struct slice removed[] = {{"accept", 6}, {"Forwarded", 9}, {"Cookie", 6}};

	(void)state;
	ask("GET", "h", "/old?q");
	fake_exchange_add(&fake, "Accept", "x");
	fake_exchange_add(&fake, "X_User", "root");
	fake_exchange_add(&fake, "X-USER", "root");
	fake_exchange_add(&fake, "Cookie", "a");
	fake_exchange_add(&fake, "Kept", "yes");
	request.path = SLICE("/new");
	request.query = (struct slice){NULL, 0};
	request.host = SLICE("inner:8080");
	request.set = set;
	request.n_set = 2;
	request.remove = removed;
	request.n_remove = 3;
	expect("GET /new HTTP/1.1\r\nHost: inner:8080\r\nKept: yes\r\nX-Forwarded-For: 192.0.2.1\r\n"
	    "X-Forwarded-Host: h\r\nX-User: me\r\nx-forwarded-proto: https\r\n\r\n");
}

static void test_trusted(void **state)
{
	(void)state;
	fake.listener.trust = (struct config_networks){nets, 1};
	ask("GET", "h:81", "/");
	fake_exchange_add(&fake, "X-Forwarded-For", "10.0.0.1");
	fake_exchange_add(&fake, "X-Forwarded-For", "10.0.0.2, 10.0.0.3");
	fake_exchange_add(&fake, "X-Forwarded-Proto", "https");
	fake_exchange_add(&fake, "X-Forwarded-Port", "443");
	fake.x.forwarded = (struct address){.known = true, .ip = {0x20, 1, [15] = 3}};
	expect("GET / HTTP/1.1\r\nHost: h:81\r\nX-Forwarded-Port: 443\r\n"
	    "Forwarded: for=\"[2001::3]\", for=192.0.2.1;host=\"h:81\";proto=http\r\n"
	    "X-Forwarded-For: 10.0.0.1, 10.0.0.2, 10.0.0.3, 192.0.2.1\r\n"
	    "X-Forwarded-Proto: https\r\nX-Forwarded-Host: h:81\r\n\r\n");
	fake_exchange_add(&fake, "Forwarded", "for=10.0.0.9;proto=https");
	expect("GET / HTTP/1.1\r\nHost: h:81\r\nX-Forwarded-Port: 443\r\n"
	    "Forwarded: for=10.0.0.9;proto=https, for=192.0.2.1;host=\"h:81\";proto=http\r\n"
	    "X-Forwarded-For: 10.0.0.1, 10.0.0.2, 10.0.0.3, 192.0.2.1\r\n"
	    "X-Forwarded-Proto: https\r\nX-Forwarded-Host: h:81\r\n\r\n");
	fake.x.forwarded.known = false;
	fake.listener.trust.n = 0;
}

static void test_body(void **state)
{
	(void)state;
	ask("POST", "h", "/");
	fake_exchange_add(&fake, "Content-Length", "+7");
	fake_exchange_add(&fake, "Expect", "x");
	fake.x.request->has_body = true;
	fake.x.request->length = 7;
	expect("POST / HTTP/1.1\r\nHost: h\r\n" FOR PROTO "Content-Length: 7\r\n\r\n");
	fake.x.request->expect_continue = true;
	fake.x.request->length = UINT64_MAX;
	expect("POST / HTTP/1.1\r\nHost: h\r\n" FOR PROTO
	    "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
}

static void test_websocket(void **state)
{
	(void)state;
	ask("CONNECT", "h", "/");
	fake.x.request->websocket = true;
	proxy_request_init(&request, &fake.x);
	request.key = SLICE("dGhlIHNhbXBsZSBub25jZQ==");
	expect("GET / HTTP/1.1\r\nHost: h\r\n" FOR PROTO "Connection: Upgrade\r\n"
	    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
}

static void test_no_host(void **state)
{
	(void)state;
	ask("GET", "", "/");
	request.fallback_host = SLICE("server:80");
	expect("GET / HTTP/1.1\r\nHost: server:80\r\nForwarded: for=192.0.2.1;proto=http\r\n"
	    "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\n\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_rewrite),
		cmocka_unit_test(test_rewritten),
		cmocka_unit_test(test_trusted),
		cmocka_unit_test(test_body),
		cmocka_unit_test(test_websocket),
		cmocka_unit_test(test_no_host),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
