/* Each allocation of a session fails once: that connection may die, nothing else may. */
#include <string.h>

#include "flow.h"

#define BRIDGE "r: { backend = \"b\"; origins = [\"*\"]; };"
#define ONE_SERVER "servers = [\"tcp://127.0.0.1:7\"];"
#define TWO_SERVERS "servers = [\"tcp://127.0.0.1:1\", \"tcp://127.0.0.1:2\"]; max_sessions = 1; " \
    "queue: { timeout = \"1s\"; };"
/* Messages that are joined, and everything that counts. */
#define LIMITED "r: { backend = \"b\"; origins = [\"*\"]; framing = \"line\"; limits: { sessions = 5; " \
    "per_ip = 5; messages = \"1000/s\"; bytes = \"1M/s\"; }; };"

/* A second session is refused, and told so within the WebSocket. */
#define REFUSING "r: { backend = \"b\"; origins = [\"*\"]; refuse = \"close\"; " \
    "limits: { sessions = 1; per_ip = 1; }; };"

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
	flow_websocket();
	flow_advance(0);
	fake_eof(b);
	flow_run();
}

/* One server dies, one is full: the queue, the watcher, and a check of it that comes to nothing. */
static void memory_queue(void)
{
	flow_world.dial_port[1] = FLOW_DIAL_REFUSE;
	struct fake *first = flow_websocket();
	flow_advance(0);
	flow_websocket();
	flow_advance(2000);
	fake_eof(first);
	flow_run();
	flow_advance(2000);
}

static void memory_fail_each(const char *routes, const char *limits, const char *backend,
    void (*session)(void))
{
	assert_in_range(flow_fail_each(routes, limits, backend, session), 8, 1000);
}

static void test_nth_allocation_fails(void **state)
{
	(void)state;
	memory_fail_each(BRIDGE, "", ONE_SERVER, memory_session);
}

static void test_nth_allocation_of_limits_fails(void **state)
{
	(void)state;
	memory_fail_each(LIMITED, "per_ip = 5; handshakes = \"10/s\"; memory = \"10M\";", ONE_SERVER,
	    memory_session);
}

static void test_nth_allocation_of_a_queue_fails(void **state)
{
	(void)state;
	memory_fail_each(BRIDGE, "", TWO_SERVERS, memory_queue);
	memory_fail_each(BRIDGE, "", TWO_SERVERS "health: { type = \"expect\"; expect = \"x\"; "
	    "interval = \"900ms\"; timeout = \"500ms\"; fall = 1; };", memory_queue);
}

static void test_nth_allocation_of_refusals_fails(void **state)
{
	(void)state;
	memory_fail_each(REFUSING, "per_ip = 1;", ONE_SERVER, memory_session);
	memory_fail_each(REFUSING, "", ONE_SERVER, memory_session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nth_allocation_fails),
		cmocka_unit_test(test_nth_allocation_of_limits_fails),
		cmocka_unit_test(test_nth_allocation_of_a_queue_fails),
		cmocka_unit_test(test_nth_allocation_of_refusals_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
