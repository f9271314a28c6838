/* Messages before a backend that knows bytes only, where a framing needs them whole. */
#include <stdio.h>
#include <string.h>

#include "flow.h"

#define LINES "r: { backend = \"b\"; origins = [\"*\"]; ping = \"0\"; framing = \"line\"; };"

static uint8_t framing_block[1 << 20];

static struct fake *framing_open(const char *routes, struct fake **b)
{
	for (size_t i = 0; i < sizeof(framing_block); i++)
		framing_block[i] = (uint8_t)('a' + (i * 7 + i / 251) % 26);
	flow_begin(routes, "");
	struct fake *c = flow_websocket();
	flow_advance(0);
	*b = flow_backend();
	c->out_n = 0;
	return c;
}

/* What waited for its end is sent with the end, though the backend is gone by then. */
static void test_end_without_terminator(void **state)
{
	enum { SIZE = 10000 };
	struct fake *b, *c = framing_open(LINES, &b);

	(void)state;
	fake_say(b, framing_block, SIZE);
	flow_run();
	assert_int_equal(c->out_n, 0);
	fake_eof(b);
	flow_run();
	assert_int_equal(c->out_n, 4 + SIZE + 4);
	assert_memory_equal(c->out, "\x81\x7e\x27\x10", 4);
	assert_memory_equal(c->out + 4, framing_block, SIZE);
	assert_memory_equal(c->out + 4 + SIZE, "\x88\x02\x03\xe8", 4);
	flow_finish();
}

/* A message of any allowed length is one piece: a backend that takes its time is not to blame. */
static void test_long_message_waits(void **state)
{
	enum { PART = 60000, PARTS = 15, SIZE = PARTS * PART };
	struct fake *b, *c = framing_open(LINES, &b);

	(void)state;
	b->window = 1000;
	for (int i = 0; i < PARTS; i++)
		fake_frame(c, i ? i == PARTS - 1 ? 0x80 : 0x00 : 0x02, framing_block + i * PART,
		    PART);
	flow_run();
	assert_int_equal(c->out_n, 0);
	b->window = SIZE_MAX;
	flow_run();
	assert_int_equal(b->out_n, SIZE + 1);
	assert_memory_equal(b->out, framing_block, SIZE);
	assert_int_equal(b->out[SIZE], '\n');
	assert_int_equal(c->out_n, 0);
	flow_finish();
}

/* Where bytes only stream there is nothing to wait for. */
static void test_fragments_stream(void **state)
{
	static const char *const routes[] = {
	    "r: { backend = \"b\"; origins = [\"*\"]; max_message = 4; };",
	    "r: { backend = \"b\"; origins = [\"*\"]; max_message = 4; framing = \"text\"; };"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct fake *b, *c = framing_open(routes[i], &b);
		fake_frame(c, 0x01, "never ", 6);
		flow_run();
		fake_expect(b, "never ", 6);
		fake_say(c, "\x00\xfe\xff\xff\0\0\0\0ended", 13);
		flow_run();
		fake_expect(b, "ended", 5);
		assert_int_equal(flow_world.worker.stats.assembled, 0);
		flow_finish();
	}
}

static void framing_expect_close(struct fake *c, const char code[2])
{
	assert_true(c->out_n >= 4);
	assert_int_equal(c->out[0], 0x88);
	assert_memory_equal(c->out + 2, code, 2);
}

#define TOO_BIG "\x03\xf1"	/* 1009 */
#define SMALL "r: { backend = \"b\"; origins = [\"*\"]; max_message = 1000; framing = \"%s\"; };"

/* Whatever a client announces, nothing is kept for it, and its fragments count together. */
static void test_client_bound(void **state)
{
	static const char *const names[] = {"line", "length64le", "netstring", "base64"};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		char routes[200];
		snprintf(routes, sizeof(routes), SMALL, names[i]);
		struct fake *b, *c = framing_open(routes, &b);
		fake_say(c, "\x82\xff\0\0\0\0\xff\xff\xff\xff", 10);
		flow_run();
		framing_expect_close(c, TOO_BIG);
		assert_int_equal(flow_world.worker.stats.assembled, 0);
		flow_finish();

		c = framing_open(routes, &b);
		fake_frame(c, 0x02, framing_block, 996);
		fake_frame(c, 0x00, framing_block, 4);
		flow_run();
		assert_in_range(flow_world.worker.stats.assembled, 1000, 2 * 1000);
		assert_int_equal(c->out_n, 0);
		fake_frame(c, 0x80, "x", 1);
		flow_run();
		framing_expect_close(c, TOO_BIG);
		assert_int_equal(b->out_n, 0);
		assert_true(b->got_shut);
		assert_int_equal(flow_world.worker.stats.assembled, 0);
		flow_finish();
	}
}

/* Whatever a backend announces is judged by its head. */
static void test_backend_bound(void **state)
{
	static const struct {
		const char	*framing, *said;
		size_t		 n;
	} heads[] = {
	    {"length16be", "\x03\xe9", 2}, {"length16le", "\xe9\x03", 2},
	    {"length32be", "\xff\xff\xff\xff", 4}, {"length32le", "\xe9\x03\0\0", 4},
	    {"length64be", "\0\0\0\0\0\0\x03\xe9", 8},
	    {"length64le", "\xff\xff\xff\xff\xff\xff\xff\xff", 8}, {"netstring", "1001:", 5}};

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		char routes[200];
		snprintf(routes, sizeof(routes), SMALL, heads[i].framing);
		struct fake *b, *c = framing_open(routes, &b);
		fake_say(b, heads[i].said, heads[i].n);
		flow_run();
		framing_expect_close(c, TOO_BIG);
		assert_true(b->got_shut);
		flow_finish();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_end_without_terminator),
		cmocka_unit_test(test_long_message_waits),
		cmocka_unit_test(test_fragments_stream),
		cmocka_unit_test(test_client_bound),
		cmocka_unit_test(test_backend_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
