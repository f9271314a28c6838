/* What a session of plain requests may keep, how long it lasts, and what happens beyond. */
#include <string.h>

#include "plain_flow.h"

static void test_poll_time(void **state)
{
	(void)state;
	flow_begin(PLAIN_ROUTE("session: { poll = \"10s\"; };"), "");
	struct fake *c = plain_open();
	plain_poll(c, "");
	flow_advance(9999);
	assert_int_equal(c->out_n, 0);
	flow_advance(2);
	plain_expect(c, 204, "");
	flow_finish();
}

/* Nobody asks any more: the backend is let go of; polls keep a session. */
static void test_resume_time(void **state)
{
	(void)state;
	flow_begin(PLAIN_ROUTE("session: { poll = \"10s\"; resume = \"15s\"; };"), "");
	struct fake *c = plain_open();
	flow_advance(14999);
	plain_poll(c, "");
	flow_advance(10001);
	plain_expect(c, 204, "");
	flow_advance(14990);
	assert_false(plain_backend->got_shut || plain_backend->got_close);
	flow_advance(10);
	assert_true(plain_backend->got_shut || plain_backend->got_close);
	plain_poll(c, "");
	plain_expect(c, 404, "***no such session***");
	flow_finish();
}

/* A client that polls gets all, whatever waits: the backend is stopped, and goes on. */
static void test_replay_is_full(void **state)
{
	(void)state;
	flow_begin(PLAIN_ROUTE("session: { replay = \"1K\"; };"), "");
	struct fake *c = plain_open();
	plain_backend->most = 400;
	fake_say_lines(plain_backend, 1, 8, 399);
	assert_int_equal(fake_unread(plain_backend), 5 * 400);
	plain_poll(c, "");
	plain_expect(c, 200, "{\"messages\": [{\"id\": 1, \"text\": \"a.***{\"id\": 3, \"text\": \"c.***");
	assert_int_equal(fake_unread(plain_backend), 5 * 400);
	plain_poll(c, "?after=3");
	plain_expect(c, 200, "{\"messages\": [{\"id\": 4, \"text\": \"d.***");
	assert_int_equal(fake_unread(plain_backend), 2 * 400);
	plain_poll(c, "?after=6");
	plain_expect(c, 200, "{\"messages\": [{\"id\": 7, \"text\": \"g.***");
	plain_poll(c, "?after=8");
	assert_int_equal(fake_unread(plain_backend), 0);
	flow_finish();
}

/* Who only reads events loses the oldest of what was sent, and is told when it missed something. */
static void test_missed(void **state)
{
	(void)state;
	flow_begin(PLAIN_ROUTE("session: { replay = \"1K\"; };"), "");
	struct fake *c = plain_open(), *again = flow_client();
	plain_backend->most = 400;
	plain_events(c, "");
	fake_say_lines(plain_backend, 1, 8, 399);
	assert_int_equal(fake_unread(plain_backend), 0);
	fake_reset(c);
	flow_run();
	plain_events(again, "Last-Event-ID: 6\r\n");
	fake_contains(again, "id: 7\ndata: g.");
	again->out_n = 0;
	fake_reset(again);
	flow_run();
	again = flow_client();
	plain_events(again, "Last-Event-ID: 9\r\n");
	plain_expect(again, 400, "***never sent***");
	fake_say_lines(plain_backend, 9, 14, 399);
	plain_events(again, "Last-Event-ID: 5\r\n");
	plain_expect(again, 409, "***acknowledged***");
	flow_finish();
}

static void test_missed_for_good(void **state)
{
	(void)state;
	flow_begin(PLAIN_ROUTE("session: { replay = \"1K\"; };"), "");
	struct fake *c = plain_open(), *again = flow_client();
	plain_backend->most = 400;
	plain_events(c, "");
	fake_say_lines(plain_backend, 1, 8, 399);
	plain_events(again, "Last-Event-ID: 1\r\n");
	plain_expect(again, 410, "***not in session.replay any more***");
	flow_run();
	assert_true(plain_backend->got_shut || plain_backend->got_close);
	flow_finish();
}

/* Who promised to acknowledge misses nothing, though it has not done so yet. */
static void test_promised(void **state)
{
	(void)state;
	flow_begin(PLAIN_ROUTE("session: { replay = \"1K\"; };"), "");
	struct fake *c = plain_open_with("?ack=0", ""), *again = flow_client();
	plain_backend->most = 400;
	plain_events(c, "");
	fake_say_lines(plain_backend, 1, 8, 399);
	assert_true(fake_unread(plain_backend) > 0);
	fake_reset(c);
	flow_run();
	plain_events(again, "Last-Event-ID: 0\r\n");
	fake_contains(again, "id: 1\ndata: a.");
	c = flow_client();
	fake_say_text(c, "POST /p?ack=all HTTP/1.1\r\nHost: h\r\n\r\n");
	flow_run();
	plain_expect(c, 400, "***Framegate-Seq is no number that it may be***");
	flow_finish();
}

/* From the first acknowledgement on nothing is dropped. */
static void test_acknowledged(void **state)
{
	(void)state;
	flow_begin(PLAIN_ROUTE("session: { replay = \"1K\"; };"), "");
	struct fake *c = plain_open(), *other = flow_client();
	plain_backend->most = 400;
	plain_ask(c, "POST", "?ack=0", "", "");
	plain_expect(c, 204, "");
	assert_int_equal(plain_backend->out_n, 0);
	plain_events(c, "");
	fake_say_lines(plain_backend, 1, 8, 399);
	assert_int_equal(fake_unread(plain_backend), 5 * 400);
	plain_ask(other, "POST", "?ack=3", "", "x");
	plain_expect(other, 204, "");
	fake_expect(plain_backend, "x\n", 2);
	assert_int_equal(fake_unread(plain_backend), 2 * 400);
	plain_ask(other, "POST", "?ack=6", "", "");
	plain_expect(other, 204, "");
	assert_int_equal(fake_unread(plain_backend), 0);
	plain_ask(other, "POST", "?ack=99", "", "");
	plain_expect(other, 400, "***never sent***");
	plain_ask(other, "POST", "?ack=", "", "");
	plain_expect(other, 400, "***Framegate-Seq is no number that it may be***");
	flow_finish();
}

/* A client that does not read gets one frame ahead, not more. */
static void test_slow_client(void **state)
{
	(void)state;
	flow_begin(PLAIN_ROUTE("buffer = \"1K\"; session: { replay = \"2K\"; };"), "");
	struct fake *c = plain_open();
	plain_backend->most = 400;
	plain_events(c, "");
	c->out_n = 0;
	c->window = 0;
	fake_say_lines(plain_backend, 1, 20, 399);
	assert_in_range(flow_world.worker.stats.queued, 400, 4000);
	assert_in_range(flow_world.worker.stats.kept, 2000, 4000);
	assert_true(fake_unread(plain_backend) > 4000);
	c->window = SIZE_MAX;
	flow_run();
	assert_int_equal(fake_unread(plain_backend), 0);
	fake_contains(c, "id: 20\n");
	flow_finish();
}

static void test_too_long(void **state)
{
	char body[301];

	(void)state;
	flow_begin(PLAIN_ROUTE("max_message = 100;"), "");
	struct fake *c = plain_open(), *chunked = flow_client();
	memset(body, 'x', 300);
	body[300] = '\0';
	plain_post(c, "", body);
	plain_expect(c, 413, "***larger than max_message***");
	plain_ask(chunked, "POST", "", "Transfer-Encoding: chunked\r\nX-", "");
	fake_say_text(chunked, "60\r\n");
	fake_say(chunked, body, 0x60);
	fake_say_text(chunked, "\r\n60\r\n");
	fake_say(chunked, body, 0x60);
	fake_say_text(chunked, "\r\n0\r\n\r\n");
	flow_run();
	plain_expect(chunked, 413, "***larger than max_message***");
	assert_int_equal(plain_backend->out_n, 0);
	fake_say(plain_backend, body, 300);
	fake_say_text(plain_backend, "\n");
	flow_run();
	plain_poll(c, "");
	plain_expect(c, 200, "{\"messages\": [], \"closed\": {\"code\": 1009, ***");
	flow_finish();
}

static void test_no_backend(void **state)
{
	(void)state;
	flow_begin(PLAIN_ROUTE(""), "");
	flow_world.dial = FLOW_DIAL_REFUSE;
	assert_null(plain_try_open());
	plain_expect(&flow_world.fakes[0], 502, "{\"error\": {\"status\": 502, \"code\": 1014, "
	    "\"reason\": \"backend refused the connection\"}***");
	flow_finish();
}

/* The client leaves before the backend is there. */
static void test_left_early(void **state)
{
	(void)state;
	flow_begin(PLAIN_ROUTE(""), "");
	flow_world.dial = FLOW_DIAL_HANG;
	struct fake *c = flow_client();
	fake_say_text(c, "POST /p HTTP/1.1\r\nHost: h\r\n\r\n");
	flow_run();
	assert_false(list_empty(&flow_world.gateway.sessions));
	fake_eof(c);
	flow_run();
	assert_true(list_empty(&flow_world.gateway.sessions));
	flow_finish();
}

static void limits_everything(void)
{
	struct fake *c = plain_try_open(), *other = flow_client();

	if (c == NULL)
		return;
	plain_post(c, "Content-Type: text/plain\r\n", "hello");
	fake_say_text(plain_backend, "one\ntwo\n");
	flow_run();
	plain_poll(other, "?after=0");
	plain_events(c, "Last-Event-ID: 1\r\n");
	fake_say_text(plain_backend, "three\n");
	flow_run();
	plain_ask(other, "POST", "?ack=3", "", "");
	fake_eof(plain_backend);
	flow_run();
	plain_ask(other, "DELETE", "", "", "");
}

static void test_nth_allocation_fails(void **state)
{
	static const char route[] = PLAIN_ROUTE("session: { max_per_ip = 5; };");

	(void)state;
	assert_in_range(flow_fail_each(route, "", NULL, limits_everything), 20, 1000);
}

/* A stream that was overtaken is told so, or is cut: it never ends as if nothing had been. */
static void test_last_words_fail(void **state)
{
	unsigned cut = 0;

	(void)state;
	for (unsigned n = 1; n <= 12; n++) {
		flow_begin(PLAIN_ROUTE(""), "");
		struct fake *c = plain_open(), *newer = flow_client();
		plain_events(c, "");
		plain_expect_stream(c, "");
		flow_fail_allocation(n);
		plain_poll(newer, "?after=0");
		flow_fail_allocation(0);
		if (fake_find(c, "0\r\n\r\n"))
			fake_contains(c, "event: close\n");
		cut += c->got_reset;
		flow_finish();
	}
	assert_true(cut > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_poll_time),
		cmocka_unit_test(test_resume_time),
		cmocka_unit_test(test_replay_is_full),
		cmocka_unit_test(test_missed),
		cmocka_unit_test(test_missed_for_good),
		cmocka_unit_test(test_promised),
		cmocka_unit_test(test_acknowledged),
		cmocka_unit_test(test_slow_client),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_no_backend),
		cmocka_unit_test(test_left_early),
		cmocka_unit_test(test_nth_allocation_fails),
		cmocka_unit_test(test_last_words_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
