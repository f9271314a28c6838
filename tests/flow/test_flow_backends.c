/* Servers that die, hang, fill up and come back, to the millisecond: who waits, and how long. */
#include <stdio.h>
#include <string.h>

#include "flow.h"

#define ROUTE "r: { backend = \"b\"; origins = [\"*\"]; };"
#define TWO "servers = [\"tcp://127.0.0.1:1\", \"tcp://127.0.0.1:2\"]; "
#define ONE "servers = [\"tcp://127.0.0.1:1\"]; "

static void begin(const char *backend)
{
	flow_begin_backend(ROUTE, "", backend);
	flow_run();
}

static void set(enum flow_dial one, enum flow_dial two)
{
	flow_world.dial_port[1] = one;
	flow_world.dial_port[2] = two;
}

/* However many never answer, and however many may be tried. */
static void test_silent(void **state)
{
	static const char *const backends[] = {
	    ONE "connect_timeout = \"3s\"; tries = 1;", TWO "connect_timeout = \"3s\";",
	    TWO "connect_timeout = \"3s\"; tries = 1;", TWO "connect_timeout = \"3s\"; tries = 100;"};

	(void)state;
	for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++) {
		begin(backends[i]);
		set(FLOW_DIAL_HANG, FLOW_DIAL_HANG);
		struct fake *c = flow_websocket();
		flow_advance(2999);
		assert_int_equal(c->out_n, 0);
		flow_advance(1);
		fake_expect_start(c, "HTTP/1.1 504 ");
		flow_finish();
	}
}

/* Each gets as much time as there are servers, not tries. */
static void test_race(void **state)
{
	(void)state;
	begin(TWO "connect_timeout = \"3s\"; tries = 100;");
	set(FLOW_DIAL_HANG, FLOW_DIAL_ACCEPT);
	struct fake *c = flow_websocket();
	flow_advance(1499);
	assert_int_equal(c->out_n, 0);
	assert_int_equal(flow_world.dialled[2], 0);
	flow_advance(1);
	fake_expect_start(c, "HTTP/1.1 101 ");
	assert_true(list_empty(&flow_world.dials));	/* the other one was given up */
	flow_finish();
}

/* A server that was cut short by another one's silence is not to blame for it. */
static void test_hurried(void **state)
{
	(void)state;
	begin(TWO);
	set(FLOW_DIAL_HANG, FLOW_DIAL_HANG);
	for (int i = 0; i < 3; i++) {
		flow_websocket();	/* 1 is first, then 2, then 1 */
		flow_advance(3000);
	}
	assert_int_equal(flow_world.dialled[1], 3);
	assert_int_equal(flow_world.dialled[2], 3);
	set(FLOW_DIAL_ACCEPT, FLOW_DIAL_ACCEPT);
	struct fake *c = flow_websocket();
	flow_advance(0);
	fake_expect_start(c, "HTTP/1.1 101 ");
	flow_finish();
}

/* Those who wait for a place in a server do not wait for it to be dead, one after the other. */
static void test_queue_of_a_dead_server(void **state)
{
	struct fake *c[6];

	(void)state;
	begin(ONE "max_sessions = 1; queue: { timeout = \"1h\"; }; connect_timeout = \"3s\";");
	set(FLOW_DIAL_HANG, FLOW_DIAL_HANG);
	for (int i = 0; i < 6; i++)
		c[i] = flow_websocket();
	flow_advance(8999);
	assert_int_equal(flow_world.dialled[1], 3);
	assert_int_equal(c[3]->out_n, 0);
	flow_advance(1);
	for (int i = 0; i < 6; i++)
		fake_expect_start(c[i], i < 3 ? "HTTP/1.1 504 " : "HTTP/1.1 503 ");
	flow_finish();
}

/* Who met a dead server waits for a place in the other one, like everybody else. */
static void test_queue_after_a_failure(void **state)
{
	(void)state;
	begin(TWO "balance = \"leastconn\"; max_sessions = 1; queue: { timeout = \"10s\"; };");
	set(FLOW_DIAL_REFUSE, FLOW_DIAL_ACCEPT);
	struct fake *holder = flow_websocket();
	flow_advance(0);
	fake_expect_start(holder, "HTTP/1.1 101 ");
	struct fake *second = flow_websocket(), *third = flow_websocket();
	flow_advance(9000);
	assert_int_equal(second->out_n + third->out_n, 0);
	fake_eof(holder);
	flow_run();
	flow_advance(0);
	fake_expect_start(second, "HTTP/1.1 101 ");
	assert_int_equal(third->out_n, 0);
	flow_advance(1000);
	fake_expect_start(third, "HTTP/1.1 504 ");
	flow_finish();
}

/* Without health: left alone with growing pauses, a tenth more or less, and taken back. */
static void test_backoff(void **state)
{
	static const uint64_t pauses[] = {250, 500, 1000, 2000, 4000, 8000, 8000, 8000};

	(void)state;
	begin(ONE);
	set(FLOW_DIAL_REFUSE, FLOW_DIAL_REFUSE);
	for (int i = 0; i < 5; i++) {
		struct fake *c = flow_websocket();
		flow_advance(0);
		fake_expect_start(c, i < 3 ? "HTTP/1.1 502 " : "HTTP/1.1 503 ");
	}
	assert_int_equal(flow_world.dialled[1], 3);
	for (unsigned i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
		uint64_t before = flow_world.dialled_at[1];
		while (flow_world.dialled[1] == 3 + i)
			flow_advance(1);
		assert_in_range(flow_world.dialled_at[1] - before, pauses[i] - pauses[i] / 10,
		    pauses[i] + pauses[i] / 10);
	}
	set(FLOW_DIAL_ACCEPT, FLOW_DIAL_ACCEPT);
	flow_advance(8800);
	struct fake *c = flow_websocket();
	flow_advance(0);
	fake_expect_start(c, "HTTP/1.1 101 ");
	unsigned dialled = flow_world.dialled[1];
	flow_advance(3600 * 1000);
	assert_int_equal(flow_world.dialled[1], dialled);	/* it is up: nobody asks any more */
	flow_finish();
}

/* The next check begins; the request that it sends. */
static struct fake *next_check(const char *request)
{
	int before = flow_world.n_fakes;

	while (flow_world.n_fakes == before)
		flow_advance(1);
	flow_run();
	struct fake *server = flow_backend();
	fake_expect(server, request, strlen(request));
	return server;
}

/* The status of a session now: no session and no check of it may take time. */
static void expect_status(const char *status)
{
	struct fake *c = flow_websocket();

	flow_advance(0);
	fake_expect_start(c, status);
	fake_eof(c);
	flow_run();
}

#define HTTP_REQUEST "GET /a?b HTTP/1.1\r\nHost: [::1]:1\r\nUser-Agent: framegate\r\n" \
    "Connection: close\r\n\r\n"

static void answer(const char *text, size_t most)
{
	struct fake *server = next_check(HTTP_REQUEST);

	server->most = most;
	fake_say_text(server, text);
	fake_eof(server);
	flow_run();
	assert_true(server->got_close);
}

/* Sessions that are taken do not hide that it is ill; answers come as they like. */
static void test_http(void **state)
{
	(void)state;
	begin("servers = [\"tcp://[::1]:1\"]; "
	    "health: { type = \"http\"; path = \"/a?b\"; fall = 3; rise = 2; interval = \"10s\"; };");
	answer("HTTP/1.1 500 No\r\n\r\n", 1);
	answer("HTTP/1.1 20", SIZE_MAX);			/* ended early */
	expect_status("HTTP/1.1 101 ");
	answer("SSH-2.0-OpenSSH_9.2p1\r\n", SIZE_MAX);
	expect_status("HTTP/1.1 503 ");
	answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 1);
	expect_status("HTTP/1.1 503 ");
	answer("HTTP/1.0 399 \r\n", SIZE_MAX);
	expect_status("HTTP/1.1 101 ");
	flow_finish();
}

/* Nothing that can be written in a path may be more than a check can say. */
static void test_http_long_path(void **state)
{
	static char path[3000], backend[4000], request[4000];

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	snprintf(backend, sizeof(backend),
	    ONE "health: { type = \"http\"; path = \"%s\"; status = 204; };", path);
	snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: 127.0.0.1:1\r\n"
	    "User-Agent: framegate\r\nConnection: close\r\n\r\n", path);
	begin(backend);
	next_check(request);
	flow_finish();
}

/* A greeting that nobody asks for, cut anywhere, late, or not among the first 4096 bytes. */
static void test_expect(void **state)
{
	(void)state;
	begin(ONE "health: { type = \"expect\"; expect = \"READY\"; fall = 1; rise = 1; "
	    "interval = \"10s\"; timeout = \"2s\"; };");
	struct fake *server = next_check("");
	fake_say_text(server, "220 REA");
	flow_run();
	assert_false(server->got_close);
	flow_advance(1999);
	assert_false(server->got_close);
	flow_advance(1);		/* timeout */
	assert_true(server->got_close);
	expect_status("HTTP/1.1 503 ");
	server = next_check("");
	server->most = 1;
	fake_say_text(server, "220 READY\r\n");
	flow_run();
	expect_status("HTTP/1.1 101 ");
	server = next_check("");
	for (int i = 0; i < 4096 / 8; i++)
		fake_say_text(server, "NOT YET\n");
	fake_say_text(server, "READY");
	server->most = 64;
	flow_run();
	expect_status("HTTP/1.1 503 ");
	flow_finish();
}

/* A check every ten seconds: when the first is and how long after it the second, by chance. */
static void jitter(uint16_t word, uint64_t first, uint64_t pause)
{
	static uint16_t chance;

	chance = word;
	flow_chance = &chance;
	begin(ONE "health: { type = \"tcp\"; interval = \"10s\"; timeout = \"1s\"; };");
	set(FLOW_DIAL_REFUSE, FLOW_DIAL_REFUSE);
	uint64_t began = flow_world.now;
	flow_advance(first);
	assert_int_equal(flow_world.dialled[1], 1);
	assert_int_equal(flow_world.dialled_at[1], began + first);
	flow_advance(pause - 1);
	assert_int_equal(flow_world.dialled[1], 1);
	flow_advance(1);
	assert_int_equal(flow_world.dialled[1], 2);
	flow_finish();
	flow_chance = NULL;
}

/* Checks begin anywhere within the first interval, and go on a tenth around it. */
static void test_jitter(void **state)
{
	(void)state;
	jitter(0, 0, 9000);
	jitter(32768, 5000, 10000);
	jitter(65535, 9999, 10999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_race),
		cmocka_unit_test(test_hurried),
		cmocka_unit_test(test_queue_of_a_dead_server),
		cmocka_unit_test(test_queue_after_a_failure),
		cmocka_unit_test(test_backoff),
		cmocka_unit_test(test_http),
		cmocka_unit_test(test_http_long_path),
		cmocka_unit_test(test_expect),
		cmocka_unit_test(test_jitter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
