/* Sessions of plain requests: what is lost on the way is there again, and nothing is twice. */
#include <string.h>

#include "channel/channel.h"
#include "plain_flow.h"


#define ROUTE PLAIN_ROUTE("")

static void test_messages(void **state)
{
	(void)state;
	flow_begin(ROUTE, "");
	struct fake *c = plain_open();
	plain_post(c, "Content-Type: text/plain\r\n", "hello");
	plain_expect(c, 204, "");
	fake_expect(plain_backend, "hello\n", 6);
	fake_say_text(plain_backend, "one\ntwo \"2\"\n");
	flow_run();
	plain_poll(c, "?after=0");
	plain_expect_messages(c, "{\"id\": 1, \"text\": \"one\"}, {\"id\": 2, \"text\": \"two \\\"2\\\"\"}");
	plain_poll(c, "?after=1");
	plain_expect_messages(c, "{\"id\": 2, \"text\": \"two \\\"2\\\"\"}");
	plain_poll(c, "?after=2");
	assert_int_equal(c->out_n, 0);
	fake_say_text(plain_backend, "three\n");
	flow_run();
	plain_expect_messages(c, "{\"id\": 3, \"text\": \"three\"}");
	flow_finish();
}

static void test_binary(void **state)
{
	(void)state;
	flow_begin("r: { path = \"/p\"; service = \"echo\"; origins = [\"*\"]; "
	    "transports = [\"sse\", \"longpoll\"]; };", "");
	struct fake *c = plain_open();
	plain_post(c, "", "\xff\x01");
	plain_expect(c, 204, "");
	plain_post(c, "Content-Type: Text/Plain; charset=utf-8\r\n", "a\r\n\x01\xc3\xa4");
	plain_expect(c, 204, "");
	plain_post(c, "Content-Type: text/plain\r\n", "\xff");
	plain_expect(c, 400, "{\"error\": {\"status\": 400, \"code\": 1007, \"reason\": "
	    "\"text message is not UTF-8\"***");
	plain_post(c, "Content-Type: text/plain\r\n", "");
	plain_expect(c, 204, "");
	plain_poll(c, "");
	plain_expect_messages(c, "{\"id\": 1, \"base64\": \"/wE=\"}, {\"id\": 2, \"text\": "
	    "\"a\\r\\n\\u0001\xc3\xa4\"}, {\"id\": 3, \"text\": \"\"}");
	plain_events(c, "");
	plain_expect_stream(c, "id: 1\nevent: binary\ndata: /wE=\n\nid: 2\nevent: text\n"
	    "data: YQ0KAcOk\n\nid: 3\ndata: \n\n");
	flow_finish();
}

/* Pages must not say Sec-WebSocket-Protocol; who says nothing is not held to it. */
static void test_subprotocol(void **state)
{
	(void)state;
	flow_begin(PLAIN_ROUTE("subprotocols = [\"base64\", \"lines\"]; "
	    "subprotocol_framing = [\"base64=base64\"];"), "");
	struct fake *c = plain_open_with("", "Framegate-Protocol: x, lines, base64\r\n");
	plain_post(c, "Content-Type: text/plain\r\n", "aGVsbG8=");
	plain_expect(c, 204, "");
	fake_expect(plain_backend, "hello", 5);
	c = plain_open();
	plain_post(c, "", "hello");
	fake_expect(plain_backend, "hello\n", 6);
	c = flow_client();
	fake_say_text(c, "POST /p HTTP/1.1\r\nHost: h\r\nFramegate-Protocol: lines\r\n\r\n");
	flow_run();
	flow_advance(0);
	fake_contains(c, "\"longpoll\"], \"replay\": 262144, \"protocol\": \"lines\"}\n");
	c->out_n = 0;
	fake_say_text(c, "POST /p HTTP/1.1\r\nHost: h\r\nFramegate-Protocol: x\r\n\r\n");
	flow_run();
	plain_expect(c, 400, "{\"error\": {\"status\": 400, \"code\": 4400, \"reason\": "
	    "\"no common subprotocol\"***");
	flow_finish();
}

static void test_events(void **state)
{
	(void)state;
	flow_begin(ROUTE, "");
	struct fake *c = plain_open();
	plain_events(c, "");
	plain_expect_stream(c, "");
	fake_say_text(plain_backend, "one\ntwo\n");
	flow_run();
	plain_expect_events(c, "id: 1\ndata: one\n\nid: 2\ndata: two\n\n");
	flow_advance(24999);
	assert_int_equal(c->out_n, 0);
	flow_advance(2);
	plain_expect_events(c, ":\n\n");
	fake_say_text(plain_backend, "three\n");
	fake_eof(plain_backend);
	flow_run();
	plain_expect_events(c, "id: 3\ndata: three\n\n"
	    "event: close\ndata: {\"code\": 1000, \"reason\": \"\"}\n\n(end)");
	flow_finish();
}

/* What was on its way when the connection broke comes again. */
static void test_events_resume(void **state)
{
	(void)state;
	flow_begin(ROUTE, "");
	struct fake *c = plain_open(), *other = flow_client();
	plain_events(c, "");
	plain_expect_stream(c, "");
	fake_say_text(plain_backend, "1\n2\n3\n");
	flow_run();
	fake_reset(c);
	flow_run();
	fake_say_text(plain_backend, "4\n");
	flow_run();
	plain_events(other, "Last-Event-ID: 2\r\n");
	plain_expect_stream(other, "id: 3\ndata: 3\n\nid: 4\ndata: 4\n\n");
	flow_finish();
}

/* The answer of a poll is lost: the next one asks for the same. */
static void test_poll_is_cut(void **state)
{
	(void)state;
	flow_begin(ROUTE, "");
	struct fake *c = plain_open(), *lost = flow_client();
	plain_poll(lost, "?after=0");
	fake_eof(lost);
	flow_run();
	assert_true(lost->got_close || lost->got_shut);
	fake_say_text(plain_backend, "1\n");
	flow_run();
	plain_poll(c, "?after=0");
	plain_expect_messages(c, "{\"id\": 1, \"text\": \"1\"}");
	plain_poll(c, "?after=0");
	plain_expect_messages(c, "{\"id\": 1, \"text\": \"1\"}");
	plain_poll(c, "?after=1");
	fake_reset(c);
	flow_run();
	flow_finish();
}

static void test_two_polls(void **state)
{
	(void)state;
	flow_begin(ROUTE, "");
	struct fake *c = plain_open(), *newer = flow_client();
	plain_poll(c, "?after=0");
	plain_poll(newer, "?after=0");
	plain_expect(c, 409, "{\"error\": {\"status\": 409, \"code\": 4409, \"reason\": "
	    "\"a newer request waits for the session's messages\"***");
	fake_say_text(plain_backend, "1\n");
	flow_run();
	plain_expect_messages(newer, "{\"id\": 1, \"text\": \"1\"}");
	/* A stream that was overtaken is told so, too. */
	plain_events(c, "Last-Event-ID: 1\r\n");
	plain_expect_stream(c, "");
	plain_poll(newer, "?after=1");
	plain_expect_events(c, "event: close\ndata: {\"code\": 4409, \"reason\": \"a newer request "
	    "waits for the session's messages\", \"retry\": true}\n\n(end)");
	/* A request that comes late, for what has long arrived, ends nothing. */
	plain_poll(c, "?after=0");
	plain_expect(c, 409, "***acknowledged***");
	fake_say_text(plain_backend, "2\n");
	flow_run();
	plain_expect_messages(newer, "{\"id\": 2, \"text\": \"2\"}");
	flow_finish();
}

static void test_numbered_posts(void **state)
{
	(void)state;
	flow_begin(ROUTE, "");
	struct fake *c = plain_open();
	plain_post(c, "Framegate-Seq: 1\r\n", "a");
	plain_expect(c, 204, "");
	plain_post(c, "Framegate-Seq: 1\r\n", "a");
	plain_expect(c, 204, "");
	plain_post(c, "Framegate-Seq: 3\r\n", "c");
	plain_expect(c, 409, "***\"expected\": 2, ***");
	plain_post(c, "Framegate-Seq: 2\r\n", "b");
	plain_expect(c, 204, "");
	plain_post(c, "Framegate-Seq: 0\r\n", "b");
	plain_expect(c, 400, "***Framegate-Seq is no number that it may be***");
	plain_post(c, "Framegate-Seq: x\r\n", "b");
	plain_expect(c, 400, "***Framegate-Seq is no number that it may be***");
	fake_expect(plain_backend, "a\nb\n", 4);
	flow_finish();
}

/* A backend that reads nothing holds the answer back; the connection breaks, and nothing is twice. */
static void test_backpressure(void **state)
{
	(void)state;
	flow_begin(PLAIN_ROUTE("buffer = \"1K\";"), "");
	struct fake *c = plain_open(), *lost = flow_client(), *late = flow_client();
	plain_backend->window = 0;
	plain_post(lost, "Framegate-Seq: 1\r\n", "a");
	assert_int_equal(lost->out_n, 0);
	fake_reset(lost);
	flow_run();
	plain_post(late, "Framegate-Seq: 2\r\n", "b");
	plain_post(c, "Framegate-Seq: 1\r\n", "a");
	assert_int_equal(late->out_n + c->out_n, 0);
	fake_reset(late);
	flow_run();
	plain_backend->window = SIZE_MAX;
	flow_run();
	plain_expect(c, 204, "");
	fake_expect(plain_backend, "a\n", 2);
	plain_post(c, "Framegate-Seq: 2\r\n", "b");
	plain_expect(c, 204, "");
	fake_expect(plain_backend, "b\n", 2);
	flow_finish();
}

/* A repeated POST learns that its message was taken, also when the session ended meanwhile. */
static void test_repeated_behind_the_end(void **state)
{
	(void)state;
	flow_begin(PLAIN_ROUTE("buffer = \"1K\";"), "");
	struct fake *c = plain_open(), *lost = flow_client(), *late = flow_client();
	plain_backend->window = 0;
	plain_post(lost, "Framegate-Seq: 1\r\n", "a");
	fake_reset(lost);
	flow_run();
	plain_post(c, "Framegate-Seq: 1\r\n", "a");
	plain_post(late, "Framegate-Seq: 2\r\n", "b");
	assert_int_equal(late->out_n + c->out_n, 0);
	fake_reset(plain_backend);
	flow_run();
	plain_expect(c, 204, "");
	plain_expect(late, 410, "{\"error\": {\"status\": 410, \"code\": 1011, ***");
	flow_finish();
}

static void test_end(void **state)
{
	(void)state;
	flow_begin(ROUTE, "");
	struct fake *c = plain_open();
	fake_say_text(plain_backend, "last\n");
	fake_eof(plain_backend);
	flow_run();
	plain_post(c, "", "late");
	plain_expect(c, 410, "{\"error\": {\"status\": 410, \"code\": 1000, \"reason\": \"\"}***");
	plain_poll(c, "?after=0");
	plain_expect(c, 200, "{\"messages\": [{\"id\": 1, \"text\": \"last\"}], "
	    "\"closed\": {\"code\": 1000, \"reason\": \"\"}}\n");
	plain_poll(c, "?after=1");
	plain_expect(c, 200, "{\"messages\": [], \"closed\": {\"code\": 1000, \"reason\": \"\"}}\n");
	flow_advance(29000);
	plain_poll(c, "?after=1");
	plain_expect(c, 200, "***\"closed\"***");
	flow_advance(30001);
	plain_poll(c, "?after=1");
	plain_expect(c, 404, "***no such session***");
	flow_finish();
}

static void test_client_closes(void **state)
{
	(void)state;
	flow_begin(ROUTE, "");
	struct fake *c = plain_open(), *waiting = flow_client();
	plain_poll(waiting, "");
	plain_ask(c, "DELETE", "", "", "");
	plain_expect(c, 204, "");
	plain_expect(waiting, 200, "{\"messages\": [], \"closed\": {\"code\": 1000, "
	    "\"reason\": \"closed by the client\"}}\n");
	assert_true(plain_backend->got_shut);
	plain_ask(c, "DELETE", "", "", "");
	plain_expect(c, 404, "***no such session***");
	flow_finish();
}

static void test_stop(void **state)
{
	(void)state;
	flow_begin(ROUTE, "");
	struct fake *c = plain_open();
	plain_poll(c, "");
	struct list *l = flow_world.gateway.channels.next;
	channel_close(LIST_OWNER(l, struct channel, link), FAULT_SHUTDOWN);
	flow_run();
	plain_expect(c, 200, "{\"messages\": [], \"closed\": {\"code\": 1001, "
	    "\"reason\": \"framegate is stopping\"}}\n");
	flow_finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_binary),
		cmocka_unit_test(test_subprotocol),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_events_resume),
		cmocka_unit_test(test_poll_is_cut),
		cmocka_unit_test(test_two_polls),
		cmocka_unit_test(test_numbered_posts),
		cmocka_unit_test(test_backpressure),
		cmocka_unit_test(test_repeated_behind_the_end),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_client_closes),
		cmocka_unit_test(test_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
