/* Every timer of a connection and a session, to the millisecond. */
#include <string.h>

#include "flow.h"

#define ROUTE(keys) "r: { backend = \"b\"; origins = [\"*\"]; " keys " };"

static struct fake *time_open(const char *route)
{
	flow_begin(route, "head_timeout = \"10s\"; keepalive = \"75s\";");
	struct fake *c = flow_websocket();
	flow_advance(0);
	c->out_n = 0;
	return c;
}

static void test_head_timeout(void **state)
{
	(void)state;
	flow_begin(ROUTE(""), "head_timeout = \"10s\";");
	struct fake *c = flow_client();
	flow_advance(5000);
	fake_say_text(c, "GET / HT");
	flow_run();
	flow_advance(4000);
	fake_say_text(c, "TP");
	flow_run();
	flow_advance(5999);
	assert_int_equal(c->out_n, 0);
	flow_advance(1);
	fake_expect_start(c, "HTTP/1.1 408 Request Timeout\r\n");
	flow_finish();
}

static void test_keepalive(void **state)
{
	(void)state;
	flow_begin(ROUTE(""), "keepalive = \"75s\";");
	struct fake *c = flow_client();
	fake_say_text(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	flow_run();
	fake_expect_start(c, "HTTP/1.1 426 Upgrade Required\r\n");
	flow_advance(74999);
	assert_false(c->got_shut);
	flow_advance(1);
	assert_true(c->got_shut);
	assert_int_equal(c->out_n, 0);
	flow_finish();
}

static void test_ping_and_no_pong(void **state)
{
	struct fake *c = time_open(ROUTE("ping = \"25s\"; ping_timeout = \"20s\";"));

	(void)state;
	flow_advance(24999);
	assert_int_equal(c->out_n, 0);
	flow_advance(1);
	fake_expect(c, "\x89\x00", 2);
	fake_frame(c, 0x8a, "", 0);
	flow_run();
	flow_advance(25000);
	fake_expect(c, "\x89\x00", 2);
	flow_advance(19999);
	assert_int_equal(c->out_n, 0);
	flow_advance(1);
	fake_expect_close(c, 1011);
	flow_finish();
}

/* Patience with an answer does not slow the pings down; one that is late counts as well. */
static void test_ping_often(void **state)
{
	struct fake *c = time_open(ROUTE("ping = \"5s\"; ping_timeout = \"20s\";"));

	(void)state;
	flow_advance(5000);
	for (int i = 0; i < 3; i++) {
		fake_expect(c, "\x89\x00", 2);
		fake_frame(c, 0x8a, "", 0);
		flow_run();
		flow_advance(4999);
		assert_int_equal(c->out_n, 0);
		flow_advance(1);
	}
	fake_expect(c, "\x89\x00", 2);
	flow_advance(7000);
	fake_frame(c, 0x8a, "", 0);
	flow_run();
	flow_advance(4999);
	assert_int_equal(c->out_n, 0);
	flow_advance(1);
	fake_expect(c, "\x89\x00", 2);
	flow_advance(19999);
	assert_int_equal(c->out_n, 0);
	flow_advance(1);
	fake_expect_close(c, 1011);
	flow_finish();
}

static void test_ping_without_timeout(void **state)
{
	struct fake *c = time_open(ROUTE("ping = \"5s\"; ping_timeout = \"0\";"));

	(void)state;
	for (int i = 0; i < 10; i++) {
		flow_advance(5000);
		fake_expect(c, "\x89\x00", 2);
	}
	flow_finish();
}

static void test_idle(void **state)
{
	struct fake *c = time_open(ROUTE("ping = \"0\"; idle = \"60s\";"));

	(void)state;
	flow_advance(50000);
	fake_frame(c, 0x82, "x", 1);
	flow_run();
	flow_advance(59999);
	assert_int_equal(c->out_n, 0);
	flow_advance(1);
	fake_expect_close(c, 1001);
	flow_finish();
}

static void test_max_lifetime(void **state)
{
	struct fake *c = time_open(ROUTE("ping = \"0\"; max_lifetime = \"2m\";"));

	(void)state;
	flow_advance(119999);
	assert_int_equal(c->out_n, 0);
	flow_advance(1);
	fake_expect_close(c, 1012);
	flow_finish();
}

/* A client that is not listened to cannot be blamed for its silence. */
static void test_no_pong_while_stopped(void **state)
{
	struct fake *c = time_open(ROUTE("ping = \"25s\"; ping_timeout = \"20s\";"));
	static uint8_t block[60000];

	(void)state;
	flow_backend()->window = 0;
	for (int i = 0; i < 3; i++)
		fake_frame(c, 0x82, block, sizeof(block));
	flow_run();
	flow_advance(300 * 1000);
	for (size_t i = 0; i < c->out_n; i++)
		assert_int_equal(c->out[i], i % 2 ? 0x00 : 0x89);
	flow_backend()->window = SIZE_MAX;
	flow_run();
	assert_int_equal(flow_backend()->out_n, 3 * sizeof(block));
	flow_finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head_timeout),
		cmocka_unit_test(test_keepalive),
		cmocka_unit_test(test_ping_and_no_pong),
		cmocka_unit_test(test_ping_often),
		cmocka_unit_test(test_ping_without_timeout),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_max_lifetime),
		cmocka_unit_test(test_no_pong_while_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
