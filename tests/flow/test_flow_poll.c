/* Backends that only poll (mode = "longpoll"), through a whole worker. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow.h"

#define SERVER(keys)	"servers = [\"http://127.0.0.1:7\"]; mode = \"longpoll\"; " \
			"poll: { path = \"/events\"; send = \"/send\"; }; " keys
#define ROUTE(keys)	"r: { backend = \"b\"; origins = [\"*\"]; ping = \"0\"; " \
			"deflate: { enable = false; }; " keys " };"
#define OK_EMPTY	"HTTP/1.1 204 No Content\r\n\r\n"

/* A request of that first line, which must hold these lines. */
static void poll_expect(struct fake *b, const char *start, const char *holds)
{
	const char *heard = fake_take(b);

	if (strncmp(heard, start, strlen(start)) != 0)
		fail_msg("expected %s, got \"%.200s\"", start, heard);
	if (strstr(heard, holds) == NULL)
		fail_msg("expected %s in \"%.600s\"", holds, heard);
}

static void poll_expect_poll(struct fake *b, unsigned received)
{
	char holds[60];

	snprintf(holds, sizeof(holds), "\r\nFramegate-Received: %u\r\n", received);
	poll_expect(b, "GET /events HTTP/1.1\r\n", holds);
}

static void poll_expect_post(struct fake *b, unsigned seq, const char *body)
{
	char holds[300];

	snprintf(holds, sizeof(holds), "\r\nFramegate-Seq: %u\r\n", seq);
	size_t n = b->out_n;
	poll_expect(b, "POST /send HTTP/1.1\r\n", holds);
	assert_memory_equal(b->out + n - strlen(body), body, strlen(body));
	assert_memory_equal(b->out + n - strlen(body) - 4, "\r\n\r\n", 4);
}

/* The server's end of the connection that was asked something; others are checks. */
static struct fake *poll_asked(void)
{
	for (int i = 2; i < flow_world.n_fakes; i++)
		if (flow_world.fakes[i].out_n > 0)
			return &flow_world.fakes[i];
	fail_msg("nothing was asked");
	return NULL;
}

static void poll_answer(struct fake *b, const char *type, const char *body)
{
	char head[200];

	snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Type: %s\r\n"
	    "Content-Length: %zu\r\n\r\n", type, strlen(body));
	fake_say_text(b, head);
	fake_say_text(b, body);
	flow_run();
}

static void poll_say(struct fake *f, const char *text)
{
	fake_say_text(f, text);
	flow_run();
}

static struct fake *poll_new_client(const char *lines)
{
	struct fake *c = flow_handshake(lines);

	flow_advance(0);
	return c;
}

/* An open session: the first poll was asked; the backend is the fake at 1. */
static struct fake *poll_open(const char *keys, const char *route)
{
	flow_begin_backend(route, "", keys);
	struct fake *c = poll_new_client("");
	assert_int_equal(flow_world.n_fakes, 2);
	fake_expect_start(c, "HTTP/1.1 101 ");
	poll_expect_poll(&flow_world.fakes[1], 0);
	return c;
}

static struct fake *poll_open_plain(void)
{
	return poll_open(SERVER(""), ROUTE(""));
}

static void poll_finish(struct fake *c)
{
	fake_frame(c, 0x88, "\x03\xe8", 2);
	flow_run();
	flow_finish();
}

/* What is about the client's own request, or is ours to say, is not passed on. */
static void test_request(void **state)
{
	(void)state;
	flow_begin_backend(ROUTE("rewrite: { set_headers: { X-Route = \"yes\"; }; };"), "",
	    SERVER(""));
	struct fake *c = poll_new_client("Cookie: a=1\r\nAccept-Encoding: gzip\r\n"
	    "Framegate-Session: mine\r\nFramegate_Session: mine\r\nMeta-X: 1\r\nRange: bytes=1-\r\n"
	    "If-None-Match: *\r\nX-Forwarded-For: 1.2.3.4\r\nAuthorization: Basic eDp5\r\n"
	    "Sec-WebSocket-Protocol: x\r\nContent-Type: a/b\r\nOrigin: http://h\r\nCookie: b=2\r\n");
	const char *heard = fake_take(flow_backend());
	const char *id = strstr(heard, "Framegate-Session: ");
	char expected[1000];

	assert_non_null(id);
	snprintf(expected, sizeof(expected), "GET /events HTTP/1.1\r\nHost: h\r\n"
	    "Authorization: Basic eDp5\r\nOrigin: http://h\r\nCookie: a=1; b=2\r\n"
	    "Forwarded: for=\"[::]\";host=h;proto=http\r\nX-Forwarded-For: ::\r\n"
	    "X-Forwarded-Proto: http\r\nX-Forwarded-Host: h\r\nX-Route: yes\r\n"
	    "Framegate-Session: %.16s\r\nFramegate-Received: 0\r\n\r\n",
	    id + strlen("Framegate-Session: "));
	assert_string_equal(heard, expected);
	assert_true(flow_backend()->got_probe);
	poll_finish(c);
}

/* The client is answered once a connection stands, and told the truth if none does. */
static void test_refused(void **state)
{
	(void)state;
	flow_begin_backend(ROUTE(""), "", SERVER(""));
	flow_world.dial = FLOW_DIAL_REFUSE;
	struct fake *c = poll_new_client("");
	fake_expect_start(c, "HTTP/1.1 502 ");
	assert_int_equal(flow_world.dialled[7], 1);
	flow_finish();
	flow_begin_backend(ROUTE(""), "", SERVER(""));
	flow_world.dial = FLOW_DIAL_HANG;
	c = poll_new_client("");
	assert_int_equal(c->out_n, 0);
	flow_advance(3000);
	fake_expect_start(c, "HTTP/1.1 504 ");
	flow_finish();
}

static void test_left_while_connecting(void **state)
{
	(void)state;
	flow_begin_backend(ROUTE(""), "", SERVER(""));
	flow_world.dial = FLOW_DIAL_HANG;
	struct fake *c = poll_new_client("");
	fake_reset(c);
	flow_run();
	flow_finish();
}

/* Text and binary, however the answer is cut and ended; the connection is used again. */
static void test_messages(void **state)
{
	(void)state;
	struct fake *c = poll_open_plain(), *b = flow_backend();

	for (size_t most = 1; most < 300; most *= 4) {
		b->most = most;
		poll_answer(b, "text/plain", "hello");
		fake_expect(c, "\x81\x05hello", 7);
		flow_advance(0);
		fake_take(b);
		poll_say(b, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		    "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n");
		fake_expect(c, "\x82\x05hello", 7);
		flow_advance(0);
		fake_take(b);
	}
	poll_answer(b, "text/plain", "");
	fake_expect(c, "\x81\x00", 2);
	flow_advance(100);
	poll_expect_poll(b, 11);
	assert_int_equal(flow_world.n_fakes, 2);
	fake_say_text(b, "HTTP/1.0 200 OK\r\nContent-Type: TEXT/html\r\n\r\nend");
	fake_eof(b);
	flow_run();
	fake_expect(c, "\x81\x03" "end", 5);
	flow_advance(0);
	assert_int_equal(flow_world.n_fakes, 3);
	poll_expect_poll(flow_backend(), 12);
	poll_finish(c);
}

/* Asked again after nothing, but not in a busy loop. */
static void test_nothing(void **state)
{
	static const char *const nothing[] = {OK_EMPTY,
	    "HTTP/1.1 408 Late\r\nContent-Length: 2\r\n\r\nno", "HTTP/1.1 504 Late\r\n"
	    "Content-Length: 0\r\n\r\n"};

	(void)state;
	struct fake *c = poll_open_plain(), *b = flow_backend();
	for (size_t i = 0; i < 3; i++) {
		poll_say(b, nothing[i]);
		flow_advance(99);
		assert_int_equal(b->out_n, 0);
		flow_advance(1);
		poll_expect_poll(b, 0);
	}
	flow_advance(3600 * 1000);	/* a poll may take for ever */
	assert_int_equal(b->out_n, 0);
	poll_say(b, OK_EMPTY);
	flow_advance(0);
	poll_expect_poll(b, 0);
	assert_int_equal(c->out_n, 0);
	poll_finish(c);
}

static void test_wrong_answers(void **state)
{
	static const struct {
		const char	*answer;
		unsigned	 code;
	} wrong[] = {
		{"HTTP/1.1 404 Gone\r\nContent-Length: 0\r\n\r\n", 1000},
		{"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", 1000},
		{"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", 1011},
		{"HTTP/1.1 302 There\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", 1011},
		{"HTTP/1.1 201 Made\r\nContent-Length: 0\r\n\r\n", 1011},
		{"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\n\xff", 1007},
		{"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx", 1011},
		{"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n12345678901", 1009},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct fake *c = poll_open(SERVER(""), ROUTE("max_message = 10;"));
		poll_say(flow_backend(), wrong[i].answer);
		fake_expect_close(c, wrong[i].code);
		flow_advance(0);
		flow_finish();
	}
}

/* The poll's connection is lost, at each point: asked again, with pauses; nothing is counted. */
static void test_poll_lost(void **state)
{
	static const char *const parts[] = {"", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Length: "
	    "5\r\n\r\nhel", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
	    "SSH-2.0-x\r\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (int reset = 0; reset < 2; reset++) {
			struct fake *c = poll_open_plain(), *b = flow_backend();
			poll_say(b, parts[i]);
			if (reset)
				fake_reset(b);
			else
				fake_eof(b);
			flow_run();
			assert_int_equal(flow_world.n_fakes, 2);
			flow_advance(200);
			assert_int_equal(flow_world.n_fakes, 3);
			poll_expect_poll(flow_backend(), 0);
			poll_answer(flow_backend(), "text/plain", "hello");
			fake_expect(c, "\x81\x05hello", 7);
			poll_finish(c);
		}
}

/* An idle connection that its server closed costs no pause: nothing was asked of it yet. */
static void test_poll_stale(void **state)
{
	(void)state;
	struct fake *c = poll_open_plain(), *b = flow_backend();
	poll_answer(b, "text/plain", "x");
	flow_advance(0);
	fake_take(b);
	fake_reset(b);
	flow_run();
	flow_advance(0);
	assert_int_equal(flow_world.n_fakes, 3);
	poll_expect_poll(flow_backend(), 1);
	poll_finish(c);
}

/* The backend is away, and comes back in time, or too late. */
static void test_backend_away(void **state)
{
	(void)state;
	for (int late = 0; late < 2; late++) {
		struct fake *c = poll_open_plain();
		flow_world.dial = FLOW_DIAL_REFUSE;
		fake_eof(flow_backend());
		flow_run();
		flow_advance(10 * 1000);
		assert_in_range(flow_world.dialled[7], 5, 16);	/* some of them checks */
		assert_int_equal(c->out_n, 0);
		if (late) {
			flow_advance(60 * 1000);
			fake_expect_close(c, 1014);
		} else {
			flow_world.dial = FLOW_DIAL_ACCEPT;
			flow_advance(15 * 1000);
			poll_expect_poll(poll_asked(), 0);
			fake_frame(c, 0x88, "\x03\xe8", 2);
			flow_run();
		}
		flow_finish();
	}
}

static void test_poll_busy(void **state)
{
	(void)state;
	struct fake *c = poll_open_plain(), *b = flow_backend();
	poll_say(b, "HTTP/1.1 503 Later\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n");
	flow_advance(6999);
	assert_int_equal(b->out_n, 0);
	flow_advance(1);
	poll_expect_poll(b, 0);
	poll_say(b, "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n");
	flow_advance(400);
	poll_expect_poll(b, 0);
	poll_say(b, "HTTP/1.1 429 Later\r\nRetry-After: 70\r\nContent-Length: 0\r\n\r\n");
	fake_expect_close(c, 1013);
	flow_finish();
}

/* A whole message is posted, and the next once it was answered, on the same connection. */
static void test_posts(void **state)
{
	(void)state;
	struct fake *c = poll_open_plain();
	fake_frame(c, 0x01, "one", 3);
	flow_run();
	assert_int_equal(flow_world.n_fakes, 2);
	fake_frame(c, 0x80, " and a half", 11);
	fake_frame(c, 0x82, "two", 3);
	fake_frame(c, 0x81, "", 0);
	flow_run();
	flow_advance(0);
	assert_int_equal(flow_world.n_fakes, 3);
	struct fake *b = flow_backend();
	fake_contains(b, "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 14\r\n");
	poll_expect_post(b, 1, "one and a half");
	poll_say(b, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
	flow_advance(0);
	fake_contains(b, "\r\nContent-Type: application/octet-stream\r\n");
	poll_expect_post(b, 2, "two");
	poll_say(b, "HTTP/1.1 202 OK\r\nContent-Length: 0\r\n\r\n");
	flow_advance(0);
	fake_contains(b, "\r\nContent-Length: 0\r\n");
	poll_expect_post(b, 3, "");
	poll_say(b, OK_EMPTY);
	assert_int_equal(flow_world.n_fakes, 3);
	poll_finish(c);
}

/* One that was idle for a while may be closed at this moment: a post takes a new one. */
static void test_post_not_stale(void **state)
{
	(void)state;
	struct fake *c = poll_open_plain();
	fake_frame(c, 0x81, "1", 1);
	flow_run();
	flow_advance(0);
	poll_expect_post(flow_backend(), 1, "1");
	poll_say(flow_backend(), OK_EMPTY);
	flow_advance(1001);
	fake_frame(c, 0x81, "2", 1);
	flow_run();
	flow_advance(0);
	assert_int_equal(flow_world.n_fakes, 4);
	poll_expect_post(flow_backend(), 2, "2");
	poll_finish(c);
}

/* What the server may have had all of is not said twice; what it cannot have had is. */
static void test_post_lost(void **state)
{
	(void)state;
	for (int sent = 0; sent < 2; sent++)
		for (int reset = 0; reset < 2; reset++) {
			struct fake *c = poll_open_plain();
			fake_frame(c, 0x81, "hello", 5);
			flow_run();
			struct fake *poll = flow_backend();
			flow_advance(0);
			struct fake *b = flow_backend();
			assert_ptr_not_equal(b, poll);
			if (!sent) {
				/* another message, of which the window takes a part */
				poll_expect_post(b, 1, "hello");
				fake_frame(c, 0x81, "world", 5);
				flow_run();
				b->window = 200;
				poll_say(b, OK_EMPTY);
				flow_advance(0);
			}
			if (reset)
				fake_reset(b);
			else
				fake_eof(b);
			flow_run();
			if (sent) {
				fake_expect_close(c, 1011);
			} else {
				flow_advance(200);
				assert_ptr_not_equal(flow_backend(), b);
				poll_expect_post(flow_backend(), 2, "world");
				poll_say(flow_backend(), OK_EMPTY);
				fake_frame(c, 0x88, "\x03\xe8", 2);
				flow_run();
			}
			flow_finish();
		}
}

static void test_post_silent(void **state)
{
	(void)state;
	struct fake *c = poll_open(SERVER("response_timeout = 5;"), ROUTE(""));
	fake_frame(c, 0x81, "hello", 5);
	flow_run();
	flow_advance(4999);
	assert_int_equal(c->out_n, 0);
	flow_advance(1);
	fake_expect_close(c, 1011);
	flow_finish();
}

static void test_post_statuses(void **state)
{
	static const char *const bad[] = {"500 Oops", "404 No", "302 There", "400 Bad"};
	char answer[100];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fake *c = poll_open_plain();
		fake_frame(c, 0x81, "hello", 5);
		flow_run();
		flow_advance(0);
		snprintf(answer, sizeof(answer), "HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n",
		    bad[i]);
		poll_say(flow_backend(), answer);
		fake_expect_close(c, 1011);
		flow_finish();
	}
}

static void test_post_busy(void **state)
{
	(void)state;
	struct fake *c = poll_open_plain();
	fake_frame(c, 0x81, "hello", 5);
	fake_frame(c, 0x81, "world", 5);
	flow_run();
	flow_advance(0);
	struct fake *b = flow_backend();
	poll_expect_post(b, 1, "hello");
	poll_say(b, "HTTP/1.1 429 Later\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n");
	flow_advance(2999);
	assert_int_equal(b->out_n, 0);
	assert_int_equal(flow_world.n_fakes, 3);
	flow_advance(1);
	b = flow_backend();
	poll_expect_post(b, 1, "hello");
	poll_say(b, OK_EMPTY);
	flow_advance(0);
	poll_expect_post(b, 2, "world");
	poll_say(b, "HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n");
	flow_advance(300);
	poll_expect_post(b, 2, "world");
	poll_say(b, OK_EMPTY);
	poll_finish(c);
}

/* The client is not read while its messages wait, and again when they are gone. */
static void test_post_backpressure(void **state)
{
	static char text[1000];
	unsigned posted = 0;

	(void)state;
	struct fake *c = poll_open(SERVER(""), ROUTE("buffer = \"4K\";"));
	memset(text, 'x', sizeof(text));
	for (int i = 0; i < 100; i++)
		fake_frame(c, 0x81, text, sizeof(text));
	flow_run();
	flow_advance(0);
	struct fake *b = flow_backend();
	assert_in_range(flow_world.worker.stats.unposted, 4096, 4096 + 2 * 1100);
	assert_true(c->in_n - c->in_at > 50 * 1000);
	while (b->out_n > 0) {
		posted++;
		poll_expect(b, "POST /send ", "\r\nContent-Length: 1000\r\n");
		assert_in_range(flow_world.worker.stats.unposted, 1, 4096 + 2 * 1100);
		poll_say(b, OK_EMPTY);
		flow_advance(0);
	}
	assert_int_equal(posted, 100);
	assert_int_equal(flow_world.worker.stats.unposted, 0);
	poll_finish(c);
}

/* A client that takes nothing: one message waits, and no poll is asked meanwhile. */
static void test_slow_client(void **state)
{
	static char text[200 * 1000 + 1];
	size_t taken = 0;

	(void)state;
	struct fake *c = poll_open(SERVER(""), ROUTE("buffer = \"16K\";")), *b = flow_backend();
	memset(text, 'x', sizeof(text) - 1);
	c->window = 1000;
	poll_answer(b, "text/plain", text);
	flow_advance(0);
	assert_int_equal(b->out_n, 0);
	assert_in_range(flow_world.worker.stats.queued, 1, 64 * 1024);
	fake_frame(c, 0x81, "up", 2);
	flow_run();
	flow_advance(0);
	poll_expect_post(flow_backend(), 1, "up");
	b = flow_backend();	/* used last, so it is used next */
	poll_say(b, OK_EMPTY);
	while (b->out_n == 0 && taken < 1000) {
		c->window = 1000;
		taken++;
		flow_run();
		flow_advance(0);
	}
	assert_in_range(taken, 100, 201);
	poll_expect_poll(b, 1);
	c->window = SIZE_MAX;
	flow_run();
	assert_in_range(c->out_n, 200 * 1000, 200 * 1000 + 13 * 10);
	poll_finish(c);
}

/* What the client said before it left still goes out; its poll does not go on. */
static void test_farewell(void **state)
{
	(void)state;
	struct fake *c = poll_open_plain(), *poll = flow_backend();
	fake_frame(c, 0x81, "one", 3);
	fake_frame(c, 0x81, "two", 3);
	flow_run();
	flow_advance(0);
	struct fake *b = flow_backend();
	fake_eof(c);
	flow_run();
	assert_true(poll->got_close);
	assert_true(list_empty(&flow_world.gateway.channels));
	poll_expect_post(b, 1, "one");
	poll_say(b, OK_EMPTY);
	flow_advance(0);
	poll_expect_post(b, 2, "two");
	assert_false(b->got_close);
	poll_say(b, OK_EMPTY);
	flow_advance(0);
	assert_true(list_empty(&flow_world.gateway.connections));
	flow_finish();
}

/* But not for ever. */
static void test_farewell_ends(void **state)
{
	(void)state;
	struct fake *c = poll_open_plain();
	fake_frame(c, 0x81, "one", 3);
	flow_run();
	flow_advance(0);
	fake_eof(c);
	flow_run();
	flow_advance(9999);
	assert_false(flow_backend()->got_close);
	flow_advance(1);
	assert_true(flow_backend()->got_close);
	flow_finish();
}

/* The gateway stops: the client is told, and the rest is dropped when its time is up. */
static void test_stop(void **state)
{
	(void)state;
	for (int hurry = 0; hurry < 2; hurry++) {
		struct fake *c = poll_open_plain();
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
			poll_expect_post(b, 1, "one");
			poll_say(b, OK_EMPTY);
		}
		assert_true(list_empty(&flow_world.gateway.connections));
		flow_finish();
	}
}

/* A session has one place, whatever it has of connections, and stays with its server. */
static void test_places(void **state)
{
	(void)state;
	flow_begin_backend(ROUTE(""), "", "servers = [\"http://127.0.0.1:7\"]; max_sessions = 1; "
	    "mode = \"longpoll\"; poll: { path = \"/events\"; send = \"/send\"; };");
	struct fake *c = poll_new_client("");
	fake_expect_start(c, "HTTP/1.1 101 ");
	fake_frame(c, 0x81, "one", 3);
	flow_run();
	flow_advance(0);
	poll_expect_post(flow_backend(), 1, "one");
	poll_say(flow_backend(), OK_EMPTY);
	struct fake *other = poll_new_client("");
	fake_expect_start(other, "HTTP/1.1 503 ");
	fake_frame(c, 0x88, "\x03\xe8", 2);
	flow_run();
	other = poll_new_client("");
	fake_expect_start(other, "HTTP/1.1 101 ");
	fake_eof(other);
	flow_run();
	flow_finish();
}

/* To another server only when its own cannot be reached twice. */
static void test_moves(void **state)
{
	(void)state;
	flow_begin_backend(ROUTE(""), "", "servers = [\"http://127.0.0.1:7\", "
	    "\"http://127.0.0.1:8\"]; mode = \"longpoll\"; "
	    "poll: { path = \"/events\"; send = \"/send\"; };");
	struct fake *c = poll_new_client("");
	fake_expect_start(c, "HTTP/1.1 101 ");
	unsigned own = flow_world.dialled[7] ? 7 : 8, other = own == 7 ? 8 : 7;
	assert_int_equal(flow_world.dialled[other], 0);
	flow_world.dial_port[own] = FLOW_DIAL_REFUSE;
	fake_eof(flow_backend());
	flow_run();
	flow_advance(200);
	assert_int_equal(flow_world.dialled[other], 0);
	flow_advance(5000);
	assert_int_equal(flow_world.dialled[own], 3);
	assert_int_equal(flow_world.dialled[other], 1);
	poll_expect_poll(flow_backend(), 0);
	poll_finish(c);
}

static void poll_life(void)
{
	struct fake *c = flow_handshake("");
	flow_advance(0);
	fake_frame(c, 0x01, "hel", 3);
	fake_frame(c, 0x80, "lo", 2);
	flow_run();
	for (int i = 0; i < 4; i++) {
		for (int n = 1; n < flow_world.n_fakes; n++)
			fake_say_text(&flow_world.fakes[n], "HTTP/1.1 200 OK\r\n"
			    "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\nok");
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
	assert_in_range(flow_fail_each(ROUTE(""), "", SERVER(""), poll_life), 20, 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_request),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_left_while_connecting),
	    cmocka_unit_test(test_messages),
	    cmocka_unit_test(test_nothing),
	    cmocka_unit_test(test_wrong_answers),
	    cmocka_unit_test(test_poll_lost),
	    cmocka_unit_test(test_poll_stale),
	    cmocka_unit_test(test_backend_away),
	    cmocka_unit_test(test_poll_busy),
	    cmocka_unit_test(test_posts),
	    cmocka_unit_test(test_post_not_stale),
	    cmocka_unit_test(test_post_lost),
	    cmocka_unit_test(test_post_silent),
	    cmocka_unit_test(test_post_statuses),
	    cmocka_unit_test(test_post_busy),
	    cmocka_unit_test(test_post_backpressure),
	    cmocka_unit_test(test_slow_client),
	    cmocka_unit_test(test_farewell),
	    cmocka_unit_test(test_farewell_ends),
	    cmocka_unit_test(test_stop),
	    cmocka_unit_test(test_places),
	    cmocka_unit_test(test_moves),
	    cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
