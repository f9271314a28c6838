/* A slow side stops the other one, and what waits meanwhile stays within `buffer`. */
#include <stdio.h>
#include <string.h>

#include "flow.h"

enum { SLOW_BUFFER = 65536, SLOW_SLACK = 4096 };

#define BRIDGE "r: { backend = \"b\"; origins = [\"*\"]; ping = \"0\"; };"

static struct fake *slow_open(struct fake **b)
{
	flow_begin(BRIDGE, "");
	struct fake *c = flow_websocket();
	flow_advance(0);
	*b = flow_backend();
	c->out_n = 0;
	return c;
}

static void slow_say(struct fake *f, size_t n)
{
	static uint8_t block[FLOW_BYTES];

	for (size_t i = 0; i < n; i++)
		block[i] = (uint8_t)(i * 7 + i / 251);
	fake_say(f, block, n);
}

static size_t slow_waiting(void)
{
	return (size_t)flow_world.worker.stats.queued + (size_t)flow_world.worker.stats.stashed;
}

static void test_slow_client(void **state)
{
	struct fake *b, *c = slow_open(&b);

	(void)state;
	c->window = 0;
	slow_say(b, 500000);
	flow_run();
	assert_in_range(b->in_at, 1, 2 * SLOW_BUFFER);
	assert_in_range(slow_waiting(), 1, SLOW_BUFFER + SLOW_SLACK);
	size_t before = b->in_at;
	c->window = SIZE_MAX;
	flow_run();
	assert_true(before < b->in_at);
	assert_int_equal(b->in_at, 500000);
	assert_int_equal(slow_waiting(), 0);
	flow_finish();
}

static void test_slow_backend(void **state)
{
	struct fake *b, *c = slow_open(&b);
	static uint8_t block[60000];

	(void)state;
	b->window = 0;
	for (int i = 0; i < 8; i++)
		fake_frame(c, 0x82, block, sizeof(block));
	flow_run();
	assert_in_range(c->in_at, 1, 2 * SLOW_BUFFER);
	assert_in_range(slow_waiting(), 1, SLOW_BUFFER + SLOW_SLACK);
	b->window = 100000;
	flow_run();
	assert_in_range(slow_waiting(), 1, SLOW_BUFFER + SLOW_SLACK);
	b->window = SIZE_MAX;
	flow_run();
	assert_int_equal(b->out_n, 8 * sizeof(block));
	assert_int_equal(slow_waiting(), 0);
	flow_finish();
}

/* Many tiny frames in one read, of which the backend takes only the first. */
static void test_slow_backend_tiny_frames(void **state)
{
	struct fake *b, *c = slow_open(&b);

	(void)state;
	b->window = 1;
	for (int i = 0; i < 30000; i++)
		fake_frame(c, 0x82, "xy", 2);
	flow_run();
	assert_in_range(slow_waiting(), 1, 2 * SLOW_BUFFER + SLOW_SLACK);
	b->window = SIZE_MAX;
	flow_run();
	assert_int_equal(b->out_n, 60000);
	for (size_t i = 0; i < 60000; i++)
		assert_int_equal(b->out[i], "xy"[i % 2]);
	flow_finish();
}

/* A client that pings without reading its pongs is not read any more. */
static void test_ping_flood(void **state)
{
	struct fake *b, *c = slow_open(&b);
	char payload[125];

	(void)state;
	memset(payload, 'p', sizeof(payload));
	c->window = 0;
	for (int i = 0; i < 7000; i++)
		fake_frame(c, 0x89, payload, sizeof(payload));
	flow_run();
	assert_in_range(slow_waiting(), 1, 2 * SLOW_BUFFER + SLOW_SLACK);
	assert_true(c->in_at < c->in_n);
	c->window = SIZE_MAX;
	flow_run();
	assert_int_equal(c->out_n, 7000 * 127);
	flow_finish();
}

static void test_order_survives(void **state)
{
	struct fake *b, *c = slow_open(&b);
	size_t at = 0, got = 0;

	(void)state;
	slow_say(b, 400000);
	for (size_t step = 1; b->in_at < b->in_n || c->window == 0; step = step * 5 % 70001) {
		c->window = step;
		flow_run();
		c->window = 0;
		flow_run();
		if (b->in_at == b->in_n)
			break;
	}
	c->window = SIZE_MAX;
	flow_run();
	while (at < c->out_n) {		/* what the frames hold, put together again */
		size_t n = c->out[at + 1], head = 2;
		assert_int_equal(c->out[at], 0x82);
		if (n == 126) {
			n = (size_t)c->out[at + 2] << 8 | c->out[at + 3];
			head = 4;
		} else if (n == 127) {
			n = (size_t)c->out[at + 7] << 16 | (size_t)c->out[at + 8] << 8 |
			    c->out[at + 9];
			head = 10;
		}
		assert_memory_equal(c->out + at + head, b->in + got, n);
		at += head + n;
		got += n;
	}
	assert_int_equal(got, 400000);
	flow_finish();
}

#define UPGRADE								\
	"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"	\
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

/* The answer before the session is still on its way while the backend is being connected. */
static void test_slow_before_session(void **state)
{
	(void)state;
	for (int late = 0; late < 2; late++) {
		flow_begin(BRIDGE, "");
		struct fake *c = flow_client();
		c->window = 10;
		fake_say_text(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n" UPGRADE);
		flow_run();
		if (late)
			flow_advance(0);
		c->window = SIZE_MAX;
		flow_run();
		flow_advance(0);
		c->out_n = 0;
		fake_say_text(flow_backend(), "ready");
		flow_run();
		fake_expect(c, "\x82\x05ready", 7);
		flow_finish();
	}
}

/* Frames that came before the handshake was answered, more than are taken in advance. */
static void test_frames_before_answer(void **state)
{
	static uint8_t block[20000];
	struct fake *c;

	(void)state;
	flow_begin(BRIDGE, "");
	c = flow_client();
	fake_say_text(c, UPGRADE);
	fake_frame(c, 0x82, block, sizeof(block));
	fake_frame(c, 0x82, block, sizeof(block));
	flow_run();
	flow_advance(0);
	assert_int_equal(flow_backend()->out_n, 2 * sizeof(block));
	flow_finish();
}

#define PAGES 20

/* Requests wait while their client does not take the answers to those before. */
static void test_slow_pipeline(void **state)
{
	static char routes[40100], text[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

	(void)state;
	int head = snprintf(routes, sizeof(routes), "r: { respond: { status = 200; body = \"");
	memset(routes + head, 'x', 40000);
	snprintf(routes + head + 40000, 60, "\"; }; };");
	flow_begin(routes, "");
	struct fake *c = flow_client();
	c->window = 0;
	for (int i = 0; i < PAGES; i++)
		fake_say_text(c, text);
	flow_run();
	assert_in_range(slow_waiting(), 40000, 2 * SLOW_BUFFER);
	for (int i = 0; i < 100; i++) {		/* half an hour for them is fine, a standstill not */
		c->window = 1000;
		flow_run();
		flow_advance(20 * 1000);
	}
	c->window = SIZE_MAX;
	flow_run();
	assert_in_range(c->out_n, PAGES * 40000, PAGES * 40300);
	c->out_n = 0;
	fake_say_text(c, text);
	flow_run();
	fake_expect_start(c, "HTTP/1.1 200 ");
	c->window = 0;
	fake_say_text(c, text);
	fake_say_text(c, text);
	flow_run();
	flow_advance(3 * 75 * 1000);
	assert_true(c->got_close);
	flow_finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slow_client),
		cmocka_unit_test(test_slow_backend),
		cmocka_unit_test(test_slow_backend_tiny_frames),
		cmocka_unit_test(test_ping_flood),
		cmocka_unit_test(test_order_survives),
		cmocka_unit_test(test_slow_before_session),
		cmocka_unit_test(test_frames_before_answer),
		cmocka_unit_test(test_slow_pipeline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
