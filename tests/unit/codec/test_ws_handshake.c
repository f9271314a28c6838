/* The opening handshake, by section of RFC 6455. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "codec/ws_handshake.h"

enum { HEADERS = 16 };

static char head[2048];
static struct header headers[HEADERS];
static struct http1_request request;

#define KEY	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION	"Sec-WebSocket-Version: 13\r\n"
#define UPGRADE	"Upgrade: websocket\r\nConnection: Upgrade\r\n"

static void parse(const char *line, const char *fields)
{
	const struct http1_limits limits = {sizeof(head), HEADERS};
	size_t scanned = 0, used;
	int n = snprintf(head, sizeof(head), "%s\r\nHost: h\r\n%s\r\n", line, fields);

	request.headers = headers;
	assert_int_equal(http1_parse(&limits, (uint8_t *)head, (size_t)n, &scanned, &request, &used),
	    FAULT_NONE);
	assert_int_equal(used, n);
}

static void expect(enum fault fault, const char *line, const char *fields)
{
	const char *why;

	parse(line, fields);
	assert_int_equal(ws_handshake_check(&request, &why), fault);
	assert_int_equal(why == NULL, fault == FAULT_NONE);
}

static void test_4_2_1_wanted(void **state)
{
	static const struct {
		const char	*fields;
		bool		 wanted;
	} cases[] = {
	    {UPGRADE, true},
	    {"Upgrade: WebSocket\r\nConnection: keep-alive, upgrade\r\n", true},
	    {"Upgrade: h2c, websocket\r\nConnection: UPGRADE\r\n", true},
	    {"Upgrade: h2c\r\nUpgrade: websocket\r\nConnection: a\r\nConnection: upgrade\r\n", true},
	    {"Upgrade: websocket\r\n", false},
	    {"Connection: upgrade\r\n", false},
	    {"Upgrade: websocket\r\nConnection: close\r\n", false},
	    {"Upgrade: websockets\r\nConnection: upgrade\r\n", false},
	    {"Upgrade: web socket\r\nConnection: upgrade\r\n", false},
	    {"Upgrade: h2c\r\nConnection: upgrade\r\n", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		parse("GET / HTTP/1.1", cases[i].fields);
		assert_int_equal(ws_handshake_wanted(&request), cases[i].wanted);
	}
}

static void test_4_2_1_request(void **state)
{
	(void)state;
	expect(FAULT_NONE, "GET / HTTP/1.1", UPGRADE KEY VERSION);
	expect(FAULT_NONE, "GET / HTTP/1.1", UPGRADE "sec-websocket-KEY:AAAAAAAAAAAAAAAAAAAAAA==\r\n"
	    VERSION);
	expect(FAULT_WS_HANDSHAKE, "POST / HTTP/1.1", UPGRADE KEY VERSION);
	expect(FAULT_WS_HANDSHAKE, "get / HTTP/1.1", UPGRADE KEY VERSION);
	expect(FAULT_WS_HANDSHAKE, "GET / HTTP/1.0", UPGRADE KEY VERSION);
}

static void test_4_2_1_key(void **state)
{
	static const char *const wrong[] = {"", "x", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=",
	    "SGVsbG8sIHdvcmxkIQ==", "dGhlIHNhbXBsZSBub25jZTE=", "dGhlIHNhbXBsZSBub25jZTEx",
	    "dGhlIHNhbXBsZSBub25jZR==", "dGhlIHNhbXBsZSBub25 ZQ==", "dGhlIHNhbXBsZSBub25jZQ==x",
	    "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==",
	    "dGhlIHNhbXBsZSBub25jZQ==\r\n" KEY};

	(void)state;
	expect(FAULT_WS_HANDSHAKE, "GET / HTTP/1.1", UPGRADE VERSION);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char fields[512];
		snprintf(fields, sizeof(fields), UPGRADE VERSION "Sec-WebSocket-Key: %s%s", wrong[i],
		    strchr(wrong[i], '\r') ? "" : "\r\n");
		expect(FAULT_WS_HANDSHAKE, "GET / HTTP/1.1", fields);
	}
}

static void test_4_4_version(void **state)
{
	static const char *const wrong[] = {"8", "14", "013", "+13", "13 ,8", "1 3", "13;", "",
	    "13\r\n" "Sec-WebSocket-Version: 13", "13\r\nSec-WebSocket-Version: 8"};

	(void)state;
	expect(FAULT_WS_VERSION, "GET / HTTP/1.1", UPGRADE KEY);
	/* Another version has no key that is known here. */
	expect(FAULT_WS_VERSION, "GET / HTTP/1.1", UPGRADE "Sec-WebSocket-Version: 99\r\n");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char fields[512];
		snprintf(fields, sizeof(fields), UPGRADE KEY "Sec-WebSocket-Version: %s\r\n", wrong[i]);
		expect(FAULT_WS_VERSION, "GET / HTTP/1.1", fields);
	}
}

static void *accept_in_thread(void *result)
{
	char out[WS_ACCEPT_SIZE];

	for (unsigned i = 0; i < 100; i++)
		if (ws_handshake_accept(SLICE("dGhlIHNhbXBsZSBub25jZQ=="), out) != FAULT_NONE ||
		    memcmp(out, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", WS_ACCEPT_SIZE) != 0)
			*(bool *)result = false;
	return NULL;
}

static void test_4_2_2_accept(void **state)
{
	enum { THREADS = 4 };
	pthread_t thread[THREADS];
	bool ok[THREADS];

	(void)state;
	for (unsigned i = 0; i < THREADS; i++) {
		ok[i] = true;
		assert_int_equal(pthread_create(&thread[i], NULL, accept_in_thread, &ok[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		assert_true(ok[i]);
	}
}

static void expect_subprotocol(enum fault fault, const char *fields, const char *const *ours,
    size_t n, const char *chosen)
{
	struct slice s;

	parse("GET / HTTP/1.1", fields);
	assert_int_equal(ws_handshake_subprotocol(request.headers, request.n_headers, ours, n, &s),
	    fault);
	assert_true(slice_eq(s, slice_of(chosen)));
}

#define OFFER(list) "Sec-WebSocket-Protocol: " list "\r\n"

static void test_4_2_2_subprotocol(void **state)
{
	static const char *const ours[] = {"binary", "base64", ""};
	static const char *const none_first[] = {"", "binary"};

	(void)state;
	expect_subprotocol(FAULT_NONE, OFFER("x"), none_first, 2, "");
	expect_subprotocol(FAULT_NONE, OFFER("binary"), none_first, 2, "binary");
	expect_subprotocol(FAULT_NONE, OFFER("base64, binary"), ours, 2, "binary");
	expect_subprotocol(FAULT_NONE, OFFER("base64,x"), ours, 2, "base64");
	expect_subprotocol(FAULT_NONE, OFFER("x") OFFER("y , ,base64"), ours, 2, "base64");
	expect_subprotocol(FAULT_SUBPROTOCOL, OFFER("BINARY"), ours, 2, "");
	expect_subprotocol(FAULT_SUBPROTOCOL, OFFER("x"), ours, 2, "");
	expect_subprotocol(FAULT_SUBPROTOCOL, "", ours, 2, "");
	expect_subprotocol(FAULT_SUBPROTOCOL, OFFER(""), ours, 2, "");
	expect_subprotocol(FAULT_SUBPROTOCOL, OFFER("binary, a b"), ours, 3, "");
	expect_subprotocol(FAULT_SUBPROTOCOL, OFFER("binary;x"), ours, 3, "");
	expect_subprotocol(FAULT_NONE, OFFER("x"), ours, 3, "");
	expect_subprotocol(FAULT_NONE, "", ours, 3, "");
	expect_subprotocol(FAULT_NONE, OFFER("a b"), NULL, 0, "");
	expect_subprotocol(FAULT_NONE, OFFER(",,") OFFER("binary"), ours, 3, "binary");
	expect_subprotocol(FAULT_NONE, "Framegate-Protocol: x, base64\r\n", ours, 2, "base64");
}

static void test_too_many_subprotocols(void **state)
{
	static const char *const ours[] = {"z"};
	char fields[512] = "Sec-WebSocket-Protocol: a";

	(void)state;
	for (unsigned i = 0; i < 62; i++)
		strcat(fields, ",a");
	strcat(fields, ",z\r\n");
	expect_subprotocol(FAULT_NONE, fields, ours, 1, "z");
	fields[strlen(fields) - 2] = '\0';
	strcat(fields, ",a\r\n");
	expect_subprotocol(FAULT_SUBPROTOCOL, fields, ours, 1, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_4_2_1_wanted),
	    cmocka_unit_test(test_4_2_1_request),
	    cmocka_unit_test(test_4_2_1_key),
	    cmocka_unit_test(test_4_4_version),
	    cmocka_unit_test(test_4_2_2_accept),
	    cmocka_unit_test(test_4_2_2_subprotocol),
	    cmocka_unit_test(test_too_many_subprotocols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
