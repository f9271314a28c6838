/* Each allocation of a session fails once: that connection may die, nothing else may. */
#include <string.h>

#include "flow.h"

#define BRIDGE "r: { backend = \"b\"; origins = [\"*\"]; };"
/* Messages that are joined, and everything that counts. */
#define LIMITED "r: { backend = \"b\"; origins = [\"*\"]; framing = \"line\"; limits: { sessions = 5; " \
    "per_ip = 5; messages = \"1000/s\"; bytes = \"1M/s\"; }; };"

static void memory_session(void)
{
	static uint8_t block[100000];
	struct fake *c = flow_websocket();

	flow_advance(0);
	if (flow_world.n_fakes < 2)
		return;		/* it did not come that far */
	struct fake *b = flow_backend();
	fake_frame(c, 0x81, "hello", 5);
	fake_frame(c, 0x01, block, 1000);
	fake_frame(c, 0x80, block, 1000);
	fake_say(c, "\x82\x85\x01", 3);
	c->window = 10;
	fake_say(b, block, sizeof(block));
	flow_run();
	c->window = SIZE_MAX;
	flow_run();
	fake_eof(b);
	flow_run();
}

static void memory_fail_each(const char *routes, const char *limits)
{
	flow_begin(routes, limits);
	flow_fail_allocation(0);
	memory_session();
	unsigned total = flow_allocations();
	flow_finish();
	assert_in_range(total, 8, 1000);
	for (unsigned n = 1; n <= total; n++) {
		flow_begin(routes, limits);
		flow_fail_allocation(n);
		memory_session();
		flow_finish();
	}
}

static void test_nth_allocation_fails(void **state)
{
	(void)state;
	memory_fail_each(BRIDGE, "");
}

static void test_nth_allocation_of_limits_fails(void **state)
{
	(void)state;
	memory_fail_each(LIMITED, "per_ip = 5; handshakes = \"10/s\"; memory = \"10M\";");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nth_allocation_fails),
		cmocka_unit_test(test_nth_allocation_of_limits_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
