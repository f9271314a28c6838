/* Clients that send faster than their route allows: read later, and nothing else changes. */
#include <string.h>

#include "flow.h"

#define ROUTE(keys) "r: { backend = \"b\"; origins = [\"*\"]; " keys " };"
#define SLOW "limits: { messages = \"1/m burst 2\"; }; "

static struct fake *client, *backend;

static void rates_open(const char *route)
{
	flow_begin(route, "");
	client = flow_websocket();
	flow_advance(0);
	client->out_n = 0;
	backend = flow_backend();
}

static void rates_say(const char *letters)
{
	for (; *letters; letters++)
		fake_frame(client, 0x82, letters, 1);
	flow_run();
}

/* A burst, one that is owed, and then one each minute: the last one ends exactly then. */
static void test_pace(void **state)
{
	(void)state;
	rates_open(ROUTE("ping = \"0\"; " SLOW));
	rates_say("abcde");
	fake_expect(backend, "abc", 3);
	flow_advance(59999);
	fake_expect(backend, "", 0);
	flow_advance(2);
	fake_expect(backend, "d", 1);
	flow_advance(60001);
	fake_expect(backend, "e", 1);
	flow_finish();
}

/* What is sent meanwhile is not lost, and pings are answered in their turn. */
static void test_pings(void **state)
{
	(void)state;
	rates_open(ROUTE("ping = \"10s\"; ping_timeout = \"5s\"; " SLOW));
	rates_say("abc");
	fake_frame(client, 0x89, "?", 1);
	rates_say("d");
	flow_advance(59000);
	for (size_t i = 0; i < client->out_n; i += 2)
		assert_memory_equal(client->out + i, "\x89\x00", 2);	/* ours, and no Close */
	client->out_n = 0;
	flow_advance(1001);
	fake_expect(client, "\x8a\x01?", 3);
	fake_expect(backend, "abcd", 4);
	flow_finish();
}

/* A client whose messages we leave lying is not idle. */
static void test_idle(void **state)
{
	(void)state;
	rates_open(ROUTE("ping = \"0\"; idle = \"20s\"; " SLOW));
	rates_say("abcd");
	flow_advance(60001);
	fake_expect(backend, "abcd", 4);
	/* The next one could come in a minute only; then it is idle, but not before. */
	flow_advance(60001);
	assert_int_equal(client->out_n, 0);
	flow_advance(19998);
	assert_int_equal(client->out_n, 0);
	flow_advance(2);
	fake_expect_close(client, 1001);
	flow_finish();
}

static void test_idle_with_a_talking_backend(void **state)
{
	(void)state;
	rates_open(ROUTE("ping = \"0\"; idle = \"20s\"; " SLOW));
	rates_say("abcd");
	flow_advance(10000);
	fake_say_text(backend, "x");
	flow_run();
	fake_expect(client, "\x82\x01x", 3);
	flow_advance(50001);
	fake_expect(client, "", 0);
	fake_expect(backend, "abcd", 4);
	flow_finish();
}

/* Two reasons to wait: the client is read when both are over. */
static void test_slow_backend(void **state)
{
	static uint8_t block[5000];

	(void)state;
	rates_open(ROUTE("ping = \"0\"; buffer = \"4K\"; limits: { bytes = \"100/s burst 6000\"; }; "));
	backend->window = 0;
	fake_frame(client, 0x82, block, sizeof(block));
	fake_frame(client, 0x82, block, 2000);
	rates_say("d");
	flow_advance(600 * 1000);
	assert_int_equal(backend->out_n, 0);
	backend->window = SIZE_MAX;
	flow_run();
	flow_advance(600 * 1000);
	assert_int_equal(backend->out_n, 7001);
	assert_int_equal(backend->out[7000], 'd');
	backend->out_n = 0;
	flow_finish();
}

/* Fragments are paid for by their bytes and count as one message. */
static void test_fragments(void **state)
{
	(void)state;
	rates_open(ROUTE("ping = \"0\"; framing = \"line\"; " SLOW));
	client->most = 1;
	fake_frame(client, 0x01, "a", 1);
	for (int i = 0; i < 10; i++)
		fake_frame(client, 0x00, "b", 1);
	fake_frame(client, 0x80, "c", 1);
	rates_say("de");
	fake_expect(backend, "abbbbbbbbbbc\nd\ne\n", 17);
	rates_say("f");
	fake_expect(backend, "", 0);
	flow_finish();
}

static void test_ends(void **state)
{
	(void)state;
	/* The backend ends while its client is not read. */
	rates_open(ROUTE("ping = \"0\"; " SLOW));
	rates_say("abcd");
	fake_eof(backend);
	flow_run();
	fake_expect_close(client, 1000);
	flow_finish();
	/* The client resets. */
	rates_open(ROUTE("ping = \"0\"; " SLOW));
	rates_say("abcd");
	fake_reset(client);
	flow_advance(60001);
	flow_finish();
	/* The client says the end behind what waits: all of it arrives first. */
	rates_open(ROUTE("ping = \"0\"; " SLOW));
	rates_say("abcd");
	fake_frame(client, 0x88, "\x03\xe8", 2);
	fake_eof(client);
	flow_advance(120002);
	fake_expect(backend, "abcd", 4);
	fake_expect_close(client, 1000);
	flow_finish();
}

static void test_overdrawn(void **state)
{
	static uint8_t block[2000];

	(void)state;
	rates_open(ROUTE("ping = \"0\"; limits: { bytes = \"1000/s\"; }; "));
	fake_frame(client, 0x82, block, 2000);
	flow_run();
	assert_int_equal(backend->out_n, 2000);
	assert_int_equal(client->out_n, 0);
	flow_advance(10000);
	fake_frame(client, 0x82, block, 2000);
	fake_frame(client, 0x82, block, 1);
	flow_run();
	assert_int_equal(backend->out_n, 4000);
	flow_advance(1001);
	assert_int_equal(backend->out_n, 4001);
	flow_advance(10000);
	backend->out_n = 0;
	/* More than two bursts at once. */
	fake_frame(client, 0x02, block, 1);
	fake_frame(client, 0x80, block, 2000);
	flow_run();
	fake_expect_close(client, 1008);
	flow_finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_pings),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_idle_with_a_talking_backend),
		cmocka_unit_test(test_slow_backend),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_overdrawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
