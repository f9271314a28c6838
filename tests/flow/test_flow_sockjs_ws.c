/* SockJS's frames within a WebSocket, to a backend of lines. */
#include <stdio.h>
#include <string.h>

#include "flow.h"

#define ROUTE(keys) "r: { path = \"/p\"; backend = \"b\"; origins = [\"*\"]; framing = \"line\"; " \
    "transports = [\"sockjs\"]; " keys " };"

enum { TEXT = 8192 };

static struct fake *backend;

static struct fake *ask(void)
{
	struct fake *c = flow_client();

	fake_say_text(c, "GET /p/0/s/websocket HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
	flow_run();
	return c;
}

static struct fake *opened(void)
{
	struct fake *c = ask();

	flow_advance(0);
	backend = flow_backend();
	assert_string_equal(fake_find(c, "\r\n\r\n") + 4, "\x81\x01o");
	fake_expect_start(c, "HTTP/1.1 101 ");
	return c;
}

static void say(struct fake *c, const char *text)
{
	fake_frame(c, 0x81, text, strlen(text));
	flow_run();
}

static void test_both_ways(void **state)
{
	(void)state;
	flow_begin(ROUTE(""), "");
	struct fake *c = opened();
	say(c, "[\"one\",\"\\u0074wo\"]");
	say(c, "\"three\"");
	say(c, "[]");
	say(c, "");
	fake_expect(backend, "one\ntwo\nthree\n", 14);
	fake_frame(c, 0x01, "[\"fo", 4);
	fake_frame(c, 0x89, "p", 1);
	fake_frame(c, 0x80, "ur\"]", 4);
	flow_run();
	fake_expect(backend, "four\n", 5);
	fake_expect(c, "\x8a\x01p", 3);
	fake_say_text(backend, "five\n\"\n");
	flow_run();
	fake_expect(c, "\x81\x09" "a[\"five\"]" "\x81\x07" "a[\"\\\"\"]", 20);
	fake_eof(backend);
	flow_run();
	fake_expect(c, "\x81\x0a" "c[1000,\"\"]" "\x88\x02\x03\xe8", 16);
	fake_frame(c, 0x88, "\x03\xe8", 2);
	flow_run();
	assert_true(c->got_shut);
	flow_finish();
}

static void test_broken(void **state)
{
	(void)state;
	flow_begin(ROUTE(""), "");
	struct fake *c = opened();
	say(c, "[\"a\",");
	assert_memory_equal(c->out, "\x88", 1);
	assert_memory_equal(c->out + 2, "\x03\xea", 2);
	assert_true(c->got_shut);
	assert_int_equal(backend->out_n, 0);
	flow_finish();
}

static void test_close_is_passed_on(void **state)
{
	(void)state;
	flow_begin(ROUTE(""), "");
	struct fake *c = opened();
	fake_frame(c, 0x88, "\x03\xe8" "bye", 5);
	flow_run();
	fake_expect(c, "\x88\x02\x03\xe8", 4);
	assert_true(c->got_shut && backend->got_shut);
	flow_finish();
}

/* Twenty strings, which begin with letters from a. */
static void make_twenty(char body[TEXT / 2])
{
	strcpy(body, "[");
	for (int i = 0; i < 20; i++)
		snprintf(body + strlen(body), 200, "%s\"%c%0100d\"", i ? "," : "", 'a' + i, 0);
	strcat(body, "]");
}

static void expect_twenty(const char *then)
{
	assert_int_equal(backend->out_n, 20 * 102 + strlen(then));
	for (int i = 0; i < 20; i++)
		assert_int_equal(backend->out[102 * i], 'a' + i);
	assert_memory_equal(backend->out + 20 * 102, then, strlen(then));
}

/* Many strings in one frame, more than the backend takes: the rest waits, and so does what follows. */
static void slow_backend(bool in_fragments)
{
	char body[TEXT / 2];
	struct fake *c;

	flow_begin(ROUTE("buffer = \"1K\";"), "");
	c = opened();
	backend->window = 0;
	make_twenty(body);
	if (in_fragments)
		fake_frame(c, 0x01, body, 1000);
	size_t cut = in_fragments ? 1000 : 0;
	fake_frame(c, in_fragments ? 0x80 : 0x81, body + cut, strlen(body) - cut);
	say(c, "[\"y\"]");
	say(c, "\"z\"");
	assert_in_range(flow_world.worker.stats.queued, 500, 2000);
	assert_in_range(flow_world.worker.stats.assembled, 800, 8000);
	for (size_t i = 0; i < 3000; i++) {
		backend->window++;
		flow_run();
	}
	backend->window = SIZE_MAX;
	flow_run();
	assert_int_equal(flow_world.worker.stats.assembled, 0);
	expect_twenty("y\nz\n");
	flow_finish();
}

static void test_slow_backend(void **state)
{
	(void)state;
	slow_backend(false);
	slow_backend(true);
}

/* A string that stops the backend and is the last of its frame leaves nothing that waits. */
static void test_stopped_by_the_last(void **state)
{
	static char one[30003], noise[TEXT];
	char body[TEXT / 2];

	(void)state;
	flow_begin(ROUTE("buffer = \"1K\";"), "");
	struct fake *c = opened(), *other = flow_client();
	backend->window = 0;
	snprintf(one, sizeof(one), "\"%030000d\"", 0);
	say(c, one);
	assert_int_equal(flow_world.worker.stats.assembled, 0);
	backend->window = SIZE_MAX;
	flow_run();
	assert_int_equal(backend->out_n, 30001);
	backend->out_n = 0;
	backend->window = 0;
	make_twenty(body);
	say(c, body);
	snprintf(noise, sizeof(noise), "GET /p HTTP/1.1\r\nHost: h\r\nX: %04000d\r\n\r\n", 0);
	fake_say_text(other, noise);
	flow_run();
	backend->window = SIZE_MAX;
	flow_run();
	expect_twenty("");
	flow_finish();
}

/* Many strings in one frame: others have their turn in between, and what follows waits. */
static void test_turns(void **state)
{
	enum { MANY = 10000 };
	static char body[3 * MANY + 8], all[MANY + 3];
	size_t n = 0;

	(void)state;
	flow_begin(ROUTE(""), "");
	struct fake *c = opened();
	for (size_t i = 0; i < MANY; i++)
		n += (size_t)snprintf(body + n, 4, "%s\"\"", i ? "," : "[");
	strcpy(body + n, "]");
	memset(all, '\n', MANY);
	memcpy(all + MANY, "z\n", 2);
	fake_frame(c, 0x81, body, strlen(body));
	fake_frame(c, 0x81, "\"z\"", 3);
	worker_enter(&flow_world.worker);
	flow_turn();
	assert_in_range(flow_world.worker.stats.assembled, 1, sizeof(body) * 2);
	flow_run();
	assert_int_equal(flow_world.worker.stats.assembled, 0);
	fake_expect(backend, all, MANY + 2);
	flow_finish();
}

/* … and is let go of when either end is lost. */
static void test_lost(void **state)
{
	static const char body[] = "[\"aaaaaaaaaaaaaaaaaaaaaaaaa\",\"bbbbbbbbbbbbbbbbbbbbbbbbb\"]";

	(void)state;
	for (int which = 0; which < 3; which++) {
		flow_begin(ROUTE("buffer = \"1K\";"), "");
		struct fake *c = opened();
		backend->window = 0;
		for (int i = 0; i < 60; i++)
			say(c, body);
		if (which == 0)
			fake_reset(c);
		else if (which == 1)
			fake_reset(backend);
		else
			fake_eof(backend);
		flow_run();
		flow_advance(10000);
		flow_finish();
	}
}

static void test_slow_client(void **state)
{
	(void)state;
	flow_begin(ROUTE("buffer = \"1K\";"), "");
	struct fake *c = opened();
	c->window = 0;
	backend->most = 201;
	fake_say_lines(backend, 1, 25, 200);
	fake_say_lines(backend, 1, 25, 200);
	assert_in_range(flow_world.worker.stats.queued, 200, 2000);
	assert_true(fake_unread(backend) > 5000);
	c->window = SIZE_MAX;
	flow_run();
	assert_int_equal(c->out_n, 50 * (4 + 205));
	flow_finish();
}

static void test_long_messages(void **state)
{
	static char line[40001];

	(void)state;
	flow_begin(ROUTE("max_message = 40000;"), "");
	struct fake *c = opened();
	backend->most = 1000;
	memset(line, 'x', 40000);
	line[40000] = '\n';
	fake_say(backend, line, sizeof(line));
	flow_run();
	assert_int_equal(c->out_n, 4 + 40005);
	assert_memory_equal(c->out, "\x81\x7e\x9c\x45" "a[\"xx", 9);
	assert_memory_equal(c->out + c->out_n - 4, "xx\"]", 4);
	assert_int_equal(flow_world.worker.stats.assembled, 0);
	c->out_n = 0;
	line[40000] = 'x';
	fake_say(backend, line, sizeof(line));
	flow_run();
	fake_contains(c, "c[1009,\"backend sent a message larger than");
	assert_true(backend->got_shut || backend->got_close);
	flow_finish();
}

static void test_heartbeats(void **state)
{
	(void)state;
	flow_begin(ROUTE("ping = \"0\"; sockjs: { heartbeat = \"10s\"; };"), "");
	struct fake *c = opened();
	flow_advance(6000);
	fake_say_text(backend, "x\n");
	flow_run();
	fake_expect(c, "\x81\x06" "a[\"x\"]", 8);
	flow_advance(9999);
	assert_int_equal(c->out_n, 0);
	flow_advance(1);
	fake_expect(c, "\x81\x01h", 3);
	flow_advance(10000);
	fake_expect(c, "\x81\x01h", 3);
	flow_finish();
}

/* The client hears why within the WebSocket, first as SockJS says it. */
static void test_refused(void **state)
{
	(void)state;
	flow_begin(ROUTE(""), "");
	flow_world.dial = FLOW_DIAL_REFUSE;
	struct fake *c = ask();
	flow_advance(0);
	fake_expect_start(c, "HTTP/1.1 502 ");
	flow_finish();
	flow_begin(ROUTE("refuse = \"close\";"), "");
	flow_world.dial = FLOW_DIAL_REFUSE;
	c = ask();
	flow_advance(0);
	fake_contains(c, "c[1014,\"backend refused the connection\"]\x88");
	fake_expect_start(c, "HTTP/1.1 101 ");
	flow_finish();
}

static void everything(void)
{
	static char line[20001];
	struct fake *c = ask();

	flow_advance(0);
	if (flow_world.n_fakes < 2)
		return;
	backend = flow_backend();
	backend->window = 100;
	fake_frame(c, 0x01, "[\"one\",", 7);
	fake_frame(c, 0x80, "\"two\"]", 6);
	for (int i = 0; i < 20; i++)
		say(c, "[\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"]");
	memset(line, 'x', 20000);
	line[20000] = '\n';
	fake_say(backend, line, sizeof(line));
	flow_run();
	backend->window = SIZE_MAX;
	flow_run();
	flow_advance(26000);
	fake_eof(backend);
	flow_run();
}

static void test_nth_allocation_fails(void **state)
{
	static const char route[] = ROUTE("buffer = \"1K\";");

	(void)state;
	assert_in_range(flow_fail_each(route, "", NULL, everything), 20, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_close_is_passed_on),
		cmocka_unit_test(test_slow_backend),
		cmocka_unit_test(test_stopped_by_the_last),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_slow_client),
		cmocka_unit_test(test_long_messages),
		cmocka_unit_test(test_heartbeats),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_nth_allocation_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
