/* Messages before a backend that knows bytes only, where a framing needs them whole. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_end_without_terminator),
		cmocka_unit_test(test_long_message_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
