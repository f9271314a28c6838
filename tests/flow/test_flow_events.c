/* Web servers behind a WebSocket (mode = "ws-over-http"), through a whole worker. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow.h"

#define SERVER(keys)	"servers = [\"http://127.0.0.1:7\"]; mode = \"ws-over-http\"; " keys
#define ROUTE(keys)	"r: { backend = \"b\"; origins = [\"*\"]; ping = \"0\"; " \
			"deflate: { enable = false; }; " keys " };"
#define TYPE		"application/websocket-events"

/* A request with exactly this body; holds "": any fields. */
static void events_expect(struct fake *b, const char *holds, const char *body)
{
	const char *heard = fake_take(b), *end = strstr(heard, "\r\n\r\n");
	char length[60];

	snprintf(length, sizeof(length), "\r\nContent-Length: %zu\r\n", strlen(body));
	if (strncmp(heard, "POST / HTTP/1.1\r\n", 17) != 0 || end == NULL)
		fail_msg("no request: \"%.300s\"", heard);
	if (strstr(heard, holds) == NULL || strstr(heard, length) == NULL)
		fail_msg("expected %s in \"%.600s\"", holds, heard);
	assert_string_equal(end + 4, body);
}

static void events_answer(struct fake *b, const char *lines, const char *body)
{
	char head[2000];

	snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Type: " TYPE "\r\n%s"
	    "Content-Length: %zu\r\n\r\n", lines, strlen(body));
	fake_say_text(b, head);
	fake_say_text(b, body);
	flow_run();
	flow_advance(0);
}

static void events_say(struct fake *f, const char *text)
{
	fake_say_text(f, text);
	flow_run();
	flow_advance(0);
}

static void events_frame(struct fake *c, unsigned first, const char *text)
{
	fake_frame(c, first, text, strlen(text));
	flow_run();
	flow_advance(0);
}

static struct fake *events_ask(const char *server, const char *route, const char *lines)
{
	flow_begin_backend(route, "", server);
	struct fake *c = flow_handshake(lines);
	flow_advance(0);
	assert_int_equal(flow_world.n_fakes, 2);
	assert_int_equal(c->out_n, 0);
	return c;
}

static struct fake *events_open(const char *server, const char *route, const char *lines)
{
	struct fake *c = events_ask(server, route, "");

	events_expect(flow_backend(), "", "OPEN\r\n");
	events_answer(flow_backend(), lines, "OPEN\r\n");
	fake_expect_start(c, "HTTP/1.1 101 ");
	return c;
}

static struct fake *events_open_plain(const char *lines)
{
	return events_open(SERVER(""), ROUTE(""), lines);
}

/* The client closes, and so does the backend. */
static void events_finish(struct fake *c)
{
	fake_frame(c, 0x88, "\x03\xe8" "bye", 5);
	flow_run();
	flow_advance(0);
	events_expect(flow_backend(), "", "CLOSE 5\r\n\x03\xe8" "bye\r\n");
	events_answer(flow_backend(), "", "CLOSE 2\r\n\x03\xe8\r\n");
	assert_true(list_empty(&flow_world.gateway.connections));
	flow_finish();
}

static void test_request(void **state)
{
	char expected[1000];

	(void)state;
	struct fake *c = events_ask(SERVER(""), ROUTE("subprotocols = [ \"b\", \"a\" ];"),
	    "Cookie: a=1\r\nConnection-Id: mine\r\nMeta-X: 1\r\nMeta_Y: 1\r\nAccept: */*\r\n"
	    "Accept-Encoding: gzip\r\nContent-Bytes-Replayed: 5\r\nX-Own: x\r\n"
	    "Sec-WebSocket-Protocol: c, a\r\nSec-WebSocket-Extensions: permessage-deflate\r\n");
	const char *heard = fake_take(flow_backend());
	const char *id = strstr(heard, "Connection-Id: ");
	assert_non_null(id);
	snprintf(expected, sizeof(expected), "POST / HTTP/1.1\r\nHost: h\r\nX-Own: x\r\n"
	    "Cookie: a=1\r\nForwarded: for=\"[::]\";host=h;proto=http\r\nX-Forwarded-For: ::\r\n"
	    "X-Forwarded-Proto: http\r\nX-Forwarded-Host: h\r\nConnection-Id: %.16s\r\n"
	    "Accept: " TYPE "\r\nContent-Type: " TYPE "\r\nSec-WebSocket-Protocol: a\r\n"
	    "Content-Length: 6\r\n\r\nOPEN\r\n", id + strlen("Connection-Id: "));
	assert_string_equal(heard, expected);
	events_answer(flow_backend(), "Sec-WebSocket-Protocol: a\r\n",
	    "OPEN\r\nTEXT 5\r\nhello\r\nBINARY 0\r\n\r\n");
	fake_contains(c, "\r\nSec-WebSocket-Protocol: a\r\n");
	assert_non_null(memmem(c->out, c->out_n, "\r\n\r\n\x81\x05hello\x82\x00", 13));
	c->out_n = 0;
	events_finish(c);
}

/* Both ways; what comes while a request is under way goes together in the next. */
static void test_messages(void **state)
{
	(void)state;
	struct fake *c = events_open_plain(""), *b = flow_backend();
	events_frame(c, 0x81, "one");
	events_expect(b, "", "TEXT 3\r\none\r\n");
	events_frame(c, 0x82, "two");
	events_frame(c, 0x01, "th");
	events_frame(c, 0x80, "ree");
	events_frame(c, 0x81, "");
	assert_int_equal(b->out_n, 0);
	for (b->most = 1; b->most < 40; b->most *= 3) {
		events_answer(b, "", "TEXT b\r\nhello world\r\nWHAT 3\r\nabc\r\nLATER\r\nPONG\r\n");
		fake_expect(c, "\x81\x0bhello world", 13);
		if (b->most == 1)
			events_expect(b, "", "BINARY 3\r\ntwo\r\nTEXT 5\r\nthree\r\n"
			    "TEXT 0\r\n\r\n");
		else
			events_expect(b, "", "TEXT 1\r\nx\r\n");
		events_frame(c, 0x81, "x");
	}
	events_answer(b, "", "");
	events_expect(b, "", "TEXT 1\r\nx\r\n");
	events_answer(b, "", "");
	assert_int_equal(flow_world.n_fakes, 2);
	events_finish(c);
}

static void test_refused(void **state)
{
	(void)state;
	struct fake *c = events_ask(SERVER(""), ROUTE(""), "");
	events_say(flow_backend(), "HTTP/1.1 401 No\r\nWWW-Authenticate: x\r\nX-A: b\r\n"
	    "Connection: X-A\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nsorry");
	fake_contains(c, "\r\nWWW-Authenticate: x\r\n");
	fake_contains(c, "\r\nContent-Type: text/plain\r\n");
	fake_lacks(c, "X-A");
	assert_memory_equal(c->out + c->out_n - 9, "\r\n\r\nsorry", 9);
	fake_expect_start(c, "HTTP/1.1 401 Unauthorized\r\n");
	flow_finish();
	c = events_ask(SERVER(""), ROUTE("refuse = \"close\";"), "");
	events_say(flow_backend(), "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
	const uint8_t *close = memmem(c->out, c->out_n, "\r\n\r\n\x88", 5);
	assert_non_null(close);
	assert_int_equal(close[6] << 8 | close[7], 4403);
	flow_finish();
}

/* Answers to OPEN that open nothing. */
static void test_wrong_open(void **state)
{
	static const char *const wrong[][2] = {
		{"", ""}, {"", "TEXT 1\r\nx\r\n"}, {"", "OPEN"}, {"", "\r\n"}, {"", "OPEN 9\r\n\r\n"},
		{"Sec-WebSocket-Protocol: z\r\n", "OPEN\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct fake *c = events_ask(SERVER(""), ROUTE(""), "Sec-WebSocket-Protocol: x\r\n");
		events_answer(flow_backend(), wrong[i][0], wrong[i][1]);
		fake_expect_start(c, "HTTP/1.1 502 ");
		flow_finish();
	}
	struct fake *c = events_ask(SERVER(""), ROUTE(""), "");
	events_say(flow_backend(), "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nOPEN\r\n");
	fake_expect_start(c, "HTTP/1.1 502 ");
	flow_finish();
	c = events_ask(SERVER(""), ROUTE(""), "");
	fake_eof(flow_backend());
	flow_run();
	fake_expect_start(c, "HTTP/1.1 502 ");
	flow_finish();
	c = events_ask(SERVER("response_timeout = 5;"), ROUTE(""), "");
	flow_advance(5000);
	fake_expect_start(c, "HTTP/1.1 504 ");
	flow_finish();
}

/* Answers that end an open session, and how the client is told. */
static void test_wrong_answers(void **state)
{
	static const struct {
		const char	*body;
		unsigned	 code;
	} wrong[] = {
		{"OPEN\r\n", 1011}, {"TEXT 1\r\n", 1011}, {"TEXT 1\r\nxy\r\n", 1011},
		{"TEXT x\r\nx\r\n", 1011}, {"TEXT \r\nx\r\n", 1011}, {"TEXT 1\r\n\xff\r\n", 1007},
		{" 1\r\nx\r\n", 1011}, {"TEXT ffffffffffffffffff\r\nx\r\n", 1011},
		{"TEXT fffffffffffffffd\r\nx\r\n", 1011}, {"TEXT b\r\n12345678901\r\n", 1009},
		{"DISCONNECT\r\n", 1011}, {"PING 7e\r\n", 1011},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct fake *c = events_open(SERVER(""), ROUTE("max_message = 10;"), "");
		events_frame(c, 0x81, "x");
		events_answer(flow_backend(), "", wrong[i].body);
		fake_expect_close(c, wrong[i].code);
		flow_finish();
	}
	struct fake *c = events_open_plain("");
	events_frame(c, 0x81, "x");
	events_say(flow_backend(), "HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n");
	fake_expect_close(c, 1011);
	flow_finish();
	c = events_open_plain("");
	events_frame(c, 0x81, "x");
	events_answer(flow_backend(), "Content-Bytes-Accepted: 2\r\n", "");
	fake_expect_close(c, 1011);
	flow_finish();
}

/* More than a whole body may be: one byte too many, however it comes. */
static void test_large_body(void **state)
{
	static char body[1024 + 100 + 20];

	(void)state;
	struct fake *c = events_open(SERVER(""), ROUTE("max_message = 100; buffer = 1024;"), "");
	events_frame(c, 0x81, "x");
	memset(body, 'x', 1024 + 101);
	memcpy(body, "TEXT 1\r\nx\r\n", 11);
	events_answer(flow_backend(), "", body);
	fake_expect_close(c, 1009);
	flow_finish();
}

static void test_close(void **state)
{
	(void)state;
	struct fake *c = events_open_plain(""), *b = flow_backend();
	events_frame(c, 0x81, "x");
	fake_take(b);
	events_frame(c, 0x81, "y");
	events_answer(b, "", "TEXT 1\r\nz\r\nCLOSE 6\r\n\x0f\xa0" "gone\r\nTEXT 1\r\nz\r\n");
	assert_memory_equal(c->out, "\x81\x01z", 3);
	assert_memory_equal(c->out + 3, "\x88\x06\x0f\xa0gone", 8);
	assert_int_equal(c->out_n, 11);
	events_expect(b, "", "TEXT 1\r\ny\r\nCLOSE 2\r\n\x0f\xa0\r\n");
	events_frame(c, 0x88, "\x0f\xa0");
	assert_false(list_empty(&flow_world.gateway.connections));
	events_answer(b, "", "");
	assert_true(list_empty(&flow_world.gateway.connections));
	flow_finish();
	c = events_open_plain("");
	events_frame(c, 0x81, "x");
	fake_take(flow_backend());
	events_answer(flow_backend(), "", "CLOSE\r\n");
	fake_expect(c, "\x88\x00", 2);
	events_expect(flow_backend(), "", "CLOSE\r\n");
	flow_finish();
}

/* What it said before it left goes along; then that it left, and how. */
static void test_client_leaves(void **state)
{
	(void)state;
	struct fake *c = events_open_plain(""), *b = flow_backend();
	events_frame(c, 0x81, "one");
	events_expect(b, "", "TEXT 3\r\none\r\n");
	events_frame(c, 0x81, "two");
	fake_reset(c);
	flow_run();
	events_answer(b, "", "TEXT 1\r\nx\r\n");
	events_expect(b, "", "TEXT 3\r\ntwo\r\nDISCONNECT\r\n");
	events_answer(b, "", "");
	assert_true(list_empty(&flow_world.gateway.connections));
	flow_finish();
	c = events_open_plain("");
	fake_frame(c, 0x88, "", 0);
	flow_run();
	flow_advance(0);
	events_expect(flow_backend(), "", "CLOSE\r\n");
	flow_finish();
	c = events_open_plain("");
	fake_frame(c, 0xff, "", 0);	/* against the protocol: no fault of the backend's */
	flow_run();
	flow_advance(0);
	fake_contains(flow_backend(), "\r\n\r\nCLOSE ");
	fake_contains(flow_backend(), "\r\n\x03\xe9");
	flow_finish();
}

/* The backend may have opened it already: it is told. */
static void test_client_leaves_early(void **state)
{
	(void)state;
	for (int opened = 0; opened < 2; opened++) {
		struct fake *c = events_ask(SERVER(""), ROUTE(""), ""), *b = flow_backend();
		fake_take(b);
		fake_reset(c);
		flow_run();
		if (opened) {
			events_answer(b, "", "OPEN\r\n");
			events_expect(b, "", "DISCONNECT\r\n");
			events_answer(b, "", "");
		} else {
			events_say(b, "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n");
		}
		assert_true(list_empty(&flow_world.gateway.connections));
		flow_finish();
	}
	flow_begin_backend(ROUTE(""), "", SERVER(""));
	flow_world.dial = FLOW_DIAL_HANG;
	struct fake *c = flow_handshake("");
	flow_advance(0);
	fake_reset(c);
	flow_run();
	flow_finish();
}

static void test_ping(void **state)
{
	(void)state;
	struct fake *c = events_open_plain(""), *b = flow_backend();
	events_frame(c, 0x81, "x");
	fake_take(b);
	events_answer(b, "", "PING 1\r\na\r\nPING 3\r\nabc\r\n");
	events_expect(b, "", "PONG 3\r\nabc\r\n");
	events_answer(b, "", "PING\r\n");
	events_expect(b, "", "PONG\r\n");
	events_answer(b, "", "");
	assert_int_equal(b->out_n, 0);
	events_finish(c);
}

/* Remembered, changed, forgotten; names are the same in any case. */
static void test_meta(void **state)
{
	(void)state;
	struct fake *c = events_open_plain("Set-Meta-User: alice\r\nSet-Meta-X: 1\r\n");
	struct fake *b = flow_backend();
	events_frame(c, 0x81, "x");
	events_expect(b, "\r\nMeta-User: alice\r\nMeta-X: 1\r\n", "TEXT 1\r\nx\r\n");
	events_answer(b, "set-meta-user: bob\r\nSet-Meta-Y: a: b\r\n", "");
	events_frame(c, 0x81, "x");
	events_expect(b, "\r\nMeta-X: 1\r\nMeta-user: bob\r\nMeta-Y: a: b\r\n", "TEXT 1\r\nx\r\n");
	events_answer(b, "Set-Meta-X: \r\nSet-Meta-Z:\r\n", "");
	events_frame(c, 0x81, "x");
	events_expect(b, TYPE "\r\nMeta-user: bob\r\nMeta-Y: a: b\r\nContent-Length",
	    "TEXT 1\r\nx\r\n");
	events_answer(b, "", "");
	events_finish(c);
}

/* What cannot be remembered ends the session: it would be missed. */
static void test_meta_bounded(void **state)
{
	char line[1200];

	(void)state;
	flow_begin_backend(ROUTE(""), "head = 1024;", SERVER(""));
	struct fake *c = flow_handshake("");
	flow_advance(0);
	struct fake *b = flow_backend();
	memset(line, 'v', sizeof(line));
	memcpy(line, "Set-Meta-A: ", 12);
	strcpy(line + 700, "\r\n");
	events_answer(b, line, "OPEN\r\n");
	fake_expect_start(c, "HTTP/1.1 101 ");
	events_frame(c, 0x81, "x");
	line[9] = 'B';
	events_answer(b, line, "");
	fake_expect_close(c, 1011);
	flow_finish();
}

static void test_keep_alive(void **state)
{
	(void)state;
	struct fake *c = events_open_plain("Keep-Alive-Interval: 5\r\n"), *b = flow_backend();
	flow_advance(19999);
	assert_int_equal(b->out_n, 0);
	flow_advance(1);
	b = flow_backend();
	events_expect(b, "", "");
	flow_advance(50 * 1000);
	assert_int_equal(b->out_n, 0);	/* the answer is awaited */
	events_answer(b, "Keep-Alive-Interval: 30\r\n", "TEXT 2\r\nhi\r\n");
	fake_expect(c, "\x81\x02hi", 4);
	flow_advance(29000);
	events_frame(c, 0x81, "x");
	b = flow_backend();
	events_expect(b, "", "TEXT 1\r\nx\r\n");
	events_answer(b, "", "");
	flow_advance(29000);
	assert_int_equal(b->out_n, 0);
	flow_advance(1000);
	events_expect(flow_backend(), "", "");
	events_answer(flow_backend(), "Keep-Alive-Interval: 0\r\n", "");
	flow_advance(3600 * 1000);
	assert_int_equal(flow_backend()->out_n, 0);
	events_finish(c);
}

/* The rest is offered again, with what is new. */
static void test_accepted(void **state)
{
	(void)state;
	struct fake *c = events_open_plain(""), *b = flow_backend();
	events_frame(c, 0x81, "[foo][hello");
	events_expect(b, "", "TEXT b\r\n[foo][hello\r\n");
	events_answer(b, "Content-Bytes-Accepted: 5\r\n", "");
	flow_advance(60 * 1000);
	assert_int_equal(flow_backend()->out_n, 0);
	events_frame(c, 0x82, " world]");
	b = flow_backend();
	events_expect(b, "\r\nContent-Bytes-Replayed: 6\r\n",
	    "TEXT 6\r\n[hello\r\nBINARY 7\r\n world]\r\n");
	events_answer(b, "Content-Bytes-Accepted: 0\r\n", "");
	events_frame(c, 0x81, "!");
	events_expect(b, "\r\nContent-Bytes-Replayed: 13\r\n",
	    "TEXT 6\r\n[hello\r\nBINARY 7\r\n world]\r\nTEXT 1\r\n!\r\n");
	events_answer(b, "Content-Bytes-Accepted: 6\r\n", "");
	fake_frame(c, 0x88, "\x03\xe8", 2);
	flow_run();
	flow_advance(0);
	events_expect(b, "\r\nContent-Bytes-Replayed: 8\r\n",
	    "BINARY 7\r\n world]\r\nTEXT 1\r\n!\r\nCLOSE 2\r\n\x03\xe8\r\n");
	events_answer(b, "Content-Bytes-Accepted: 7\r\n", "");
	events_expect(b, "", "TEXT 1\r\n!\r\nCLOSE 2\r\n\x03\xe8\r\n");
	events_answer(b, "Content-Bytes-Accepted: 3\r\n", "");
	assert_true(list_empty(&flow_world.gateway.connections));
	flow_finish();
}

/* A client that waits because of what is not accepted would wait for ever. */
static void test_accepted_nothing(void **state)
{
	static char text[3000];

	(void)state;
	struct fake *c = events_open(SERVER(""), ROUTE("buffer = 2048;"), "");
	struct fake *b = flow_backend();
	memset(text, 'x', sizeof(text) - 1);
	events_frame(c, 0x81, text);
	events_frame(c, 0x81, "y");
	assert_in_range(flow_world.worker.stats.unposted, 2 * 2999, 2 * 2999 + 1000);
	fake_take(b);
	events_answer(b, "Content-Bytes-Accepted: 10\r\n", "");
	fake_contains(b, "\r\nContent-Bytes-Replayed: 2989\r\n");
	b->out_n = 0;
	events_answer(b, "Content-Bytes-Accepted: 2989\r\n", "");
	events_expect(b, "", "TEXT 1\r\ny\r\n");
	events_answer(b, "", "");
	events_frame(c, 0x81, text);
	events_answer(b, "Content-Bytes-Accepted: 0\r\n", "");
	fake_expect_close(c, 1011);
	flow_finish();
}

/* Not fully sent: again, the same; fully sent: the session ends. */
static void test_lost(void **state)
{
	(void)state;
	for (int sent = 0; sent < 2; sent++)
		for (int reset = 0; reset < 2; reset++) {
			struct fake *c = events_open_plain(""), *b = flow_backend();
			if (!sent)
				b->window = 100;
			events_frame(c, 0x81, "hello");
			if (reset)
				fake_reset(b);
			else
				fake_eof(b);
			flow_run();
			flow_advance(400);
			if (sent) {
				fake_expect_close(c, 1011);
				flow_finish();
				continue;
			}
			assert_ptr_not_equal(flow_backend(), b);
			events_expect(flow_backend(), "", "TEXT 5\r\nhello\r\n");
			events_answer(flow_backend(), "", "");
			events_finish(c);
		}
}

/* A body of many messages for a client that does not read: all in order, and no request meanwhile. */
static void test_slow_client(void **state)
{
	static char body[100 * 1000];
	size_t n = 0, rounds = 0, messages = 0;

	(void)state;
	struct fake *c = events_open(SERVER(""), ROUTE("buffer = \"8K\"; max_message = \"100K\";"),
	    "");
	struct fake *b = flow_backend();
	for (unsigned i = 0; i < 5000; i++)
		n += (size_t)snprintf(body + n, sizeof(body) - n, "TEXT 5\r\n%05u\r\n", i);
	events_frame(c, 0x81, "x");
	fake_take(b);
	c->window = 100;
	events_answer(b, "", body);
	events_frame(c, 0x81, "y");
	assert_int_equal(b->out_n, 0);
	assert_in_range(flow_world.worker.stats.queued, 1, 64 * 1024);
	for (; b->out_n == 0 && rounds < 1000; rounds++) {
		c->window = 100;
		flow_run();
		flow_advance(0);
	}
	events_expect(b, "", "TEXT 1\r\ny\r\n");
	assert_in_range(rounds, 200, 999);
	c->window = SIZE_MAX;
	flow_run();
	assert_int_equal(c->out_n, 5000 * 7);
	for (const uint8_t *p = c->out; p < c->out + c->out_n; p += 7) {
		char expected[10];
		snprintf(expected, sizeof(expected), "\x81\x05%05zu", messages++);
		assert_memory_equal(p, expected, 7);
	}
	c->out_n = 0;
	events_answer(b, "", "");
	events_finish(c);
}

/* The gateway stops: the client is told, and the rest is dropped when its time is up. */
static void test_stop(void **state)
{
	(void)state;
	for (int hurry = 0; hurry < 2; hurry++) {
		struct fake *c = events_open_plain("");
		fake_frame(c, 0x81, "one", 3);
		flow_run();
		flow_advance(0);
		struct fake *b = flow_backend();
		flow_stop(c);
		assert_false(b->got_close);
		assert_false(list_empty(&flow_world.gateway.connections));
		if (hurry) {
			flow_drop();
			assert_true(b->got_close);
		} else {
			events_expect(b, "", "TEXT 3\r\none\r\n");
			events_answer(b, "", "");
			fake_contains(b, "\r\n\r\nCLOSE ");
			b->out_n = 0;
			events_answer(b, "", "");
		}
		assert_true(list_empty(&flow_world.gateway.connections));
		flow_finish();
	}
}

static void events_life(void)
{
	struct fake *c = flow_handshake("Sec-WebSocket-Protocol: a\r\n");
	flow_advance(0);
	for (int i = 0; i < 5; i++) {
		for (int n = 1; n < flow_world.n_fakes; n++)
			if (flow_world.fakes[n].out_n > 0) {
				flow_world.fakes[n].out_n = 0;
				events_answer(&flow_world.fakes[n], "Set-Meta-A: b\r\n",
				    i == 0 ? "OPEN\r\n" : "TEXT 2\r\nhi\r\nPING 1\r\nx\r\n");
			}
		if (i < 3) {
			fake_frame(c, 0x01, "hel", 3);
			fake_frame(c, 0x80, "lo", 2);
		}
		flow_run();
		flow_advance(300);
	}
	fake_eof(c);
	flow_run();
}

/* Whatever allocation fails, nothing is left, and nothing is touched that is gone. */
static void test_memory(void **state)
{
	(void)state;
	assert_in_range(flow_fail_each(ROUTE(""), "", SERVER(""), events_life), 20, 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_request),
	    cmocka_unit_test(test_messages),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_wrong_open),
	    cmocka_unit_test(test_wrong_answers),
	    cmocka_unit_test(test_large_body),
	    cmocka_unit_test(test_close),
	    cmocka_unit_test(test_client_leaves),
	    cmocka_unit_test(test_client_leaves_early),
	    cmocka_unit_test(test_ping),
	    cmocka_unit_test(test_meta),
	    cmocka_unit_test(test_meta_bounded),
	    cmocka_unit_test(test_keep_alive),
	    cmocka_unit_test(test_accepted),
	    cmocka_unit_test(test_accepted_nothing),
	    cmocka_unit_test(test_lost),
	    cmocka_unit_test(test_slow_client),
	    cmocka_unit_test(test_stop),
	    cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
