/* A session from its handshake to its end, and what each side sees of it. */
#include <string.h>

#include "flow.h"

#define BRIDGE "r: { backend = \"b\"; origins = [\"*\"]; };"
#define ECHO "r: { service = \"echo\"; origins = [\"*\"]; max_message = 8; };"

static void test_handshake(void **state)
{
	(void)state;
	flow_begin(BRIDGE, "");
	struct fake *c = flow_websocket();
	flow_advance(0);
	fake_expect_start(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
	flow_finish();
}

static void test_bridge(void **state)
{
	(void)state;
	flow_begin(BRIDGE, "");
	struct fake *c = flow_websocket();
	flow_advance(0);
	struct fake *b = flow_backend();
	c->out_n = 0;
	fake_frame(c, 0x82, "hello", 5);
	fake_frame(c, 0x01, "tw", 2);
	fake_frame(c, 0x89, "p", 1);
	fake_frame(c, 0x80, "o", 1);
	flow_run();
	fake_expect(b, "hellotwo", 8);
	fake_expect(c, "\x8a\x01p", 3);
	fake_say_text(b, "world");
	flow_run();
	fake_expect(c, "\x82\x05world", 7);
	flow_finish();
}

static void test_bytewise(void **state)
{
	(void)state;
	flow_begin(BRIDGE, "");
	struct fake *c = flow_client();
	c->most = 1;
	fake_say_text(c, "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
	fake_frame(c, 0x82, "early", 5);
	flow_run();
	flow_advance(0);
	struct fake *b = flow_backend();
	fake_expect(b, "early", 5);
	fake_expect_start(c, "HTTP/1.1 101 ");
	fake_frame(c, 0x88, "\x03\xe8" "bye", 5);
	flow_run();
	fake_expect(c, "\x88\x02\x03\xe8", 4);
	assert_true(c->got_shut);
	assert_true(b->got_shut);
	flow_finish();
}

static void test_backend_ends(void **state)
{
	(void)state;
	flow_begin(BRIDGE, "");
	struct fake *c = flow_websocket();
	flow_advance(0);
	c->out_n = 0;
	fake_say_text(flow_backend(), "last");
	fake_eof(flow_backend());
	flow_run();
	fake_expect(c, "\x82\x04last\x88\x02\x03\xe8", 10);
	assert_false(c->got_shut);	/* until the client has answered */
	fake_frame(c, 0x88, "\x03\xe8", 2);
	flow_run();
	assert_true(c->got_shut);
	assert_true(flow_backend()->got_close);
	flow_finish();
}

static void test_backend_resets(void **state)
{
	(void)state;
	flow_begin(BRIDGE, "");
	struct fake *c = flow_websocket();
	flow_advance(0);
	c->out_n = 0;
	fake_reset(flow_backend());
	flow_run();
	assert_int_equal(c->out[0], 0x88);
	assert_memory_equal(c->out + 2, "\x03\xf3", 2);	/* 1011 */
	flow_advance(5000);		/* a client that does not answer the Close */
	assert_true(c->got_shut);
	flow_finish();
}

static void test_echo_limits(void **state)
{
	(void)state;
	flow_begin(ECHO, "");
	struct fake *c = flow_websocket();
	c->out_n = 0;
	fake_frame(c, 0x81, "12345678", 8);
	flow_run();
	fake_expect(c, "\x81\x08" "12345678", 10);
	fake_frame(c, 0x81, "123456789", 9);
	flow_run();
	assert_int_equal(c->out[0], 0x88);
	assert_memory_equal(c->out + 2, "\x03\xf1", 2);	/* 1009 */
	assert_true(c->got_shut);
	flow_finish();
}

static void test_dial_refused(void **state)
{
	(void)state;
	flow_begin(BRIDGE, "");
	flow_world.dial = FLOW_DIAL_REFUSE;
	struct fake *c = flow_websocket();
	flow_advance(0);
	fake_expect_start(c, "HTTP/1.1 502 Bad Gateway\r\n");
	flow_finish();
}

static void test_refuse_close(void **state)
{
	(void)state;
	flow_begin("r: { backend = \"b\"; origins = [\"*\"]; refuse = \"close\"; };", "");
	flow_world.dial = FLOW_DIAL_HANG;
	struct fake *c = flow_websocket();
	flow_advance(2999);
	assert_int_equal(c->out_n, 0);
	flow_advance(1);
	fake_expect_start(c, "HTTP/1.1 101 ");
	fake_frame(c, 0x88, "\x03\xf6", 2);
	flow_run();
	assert_true(c->got_shut);
	flow_finish();
}

static void test_pipelined_requests(void **state)
{
	(void)state;
	flow_begin("r: { respond = { status = 200; type = \"text/plain\"; body = \"hi\"; }; };", "");
	struct fake *c = flow_client();
	fake_say_text(c, "GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n"
	    "POST /c HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
	    "GET /d HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
	flow_run();
	int answers = 0;
	for (const char *at = fake_text(c); (at = strstr(at, "HTTP/1.1 ")) != NULL; at++)
		answers++;
	assert_int_equal(answers, 4);
	assert_true(c->got_shut);
	flow_finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_handshake),
		cmocka_unit_test(test_bridge),
		cmocka_unit_test(test_bytewise),
		cmocka_unit_test(test_backend_ends),
		cmocka_unit_test(test_backend_resets),
		cmocka_unit_test(test_echo_limits),
		cmocka_unit_test(test_dial_refused),
		cmocka_unit_test(test_refuse_close),
		cmocka_unit_test(test_pipelined_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
