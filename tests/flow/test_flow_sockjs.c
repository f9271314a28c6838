/* SockJS sessions over plain requests, to a backend of lines: slow ends, lost ones, no memory. */
#include <stdio.h>
#include <string.h>

#include "flow.h"

#define MESSAGES(keys) "r: { path = \"/p\"; backend = \"b\"; origins = [\"*\"]; " \
    "transports = [\"sockjs\"]; " keys " };"
#define ROUTE(keys) MESSAGES("framing = \"line\"; " keys)
#define WEBSOCKET "servers = [\"ws://127.0.0.1:7\"];"
#define UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

enum { TEXT = 8192, PRELUDE = 2049 };

static struct fake *backend;

static void ask(struct fake *c, const char *tail, const char *lines, const char *body)
{
	char head[TEXT];

	snprintf(head, sizeof(head), "POST /p/0/s/%s HTTP/1.1\r\nHost: h\r\n%s"
	    "Content-Length: %zu\r\n\r\n%s", tail, lines, strlen(body), body);
	fake_say_text(c, head);
	flow_run();
}

static void poll(struct fake *c)
{
	ask(c, "xhr", "", "");
}

static void send_messages(struct fake *c, const char *body)
{
	ask(c, "xhr_send", "", body);
}

/* What has come is one answer with this status and body. */
static void expect(struct fake *c, int status, const char *body)
{
	char line[32];

	snprintf(line, sizeof(line), "HTTP/1.1 %d ", status);
	if (strncmp(fake_text(c), line, strlen(line)) != 0)
		fail_msg("not %d but: %s", status, fake_text(c));
	assert_string_equal(strstr(fake_take(c), "\r\n\r\n") + 4, body);
}

/* A session, with its client's connection; its first poll was answered. */
static struct fake *opened(void)
{
	struct fake *c = flow_client();

	poll(c);
	flow_advance(0);
	backend = flow_backend();
	expect(c, 200, "o\n");
	return c;
}

static struct fake *streaming(void)
{
	struct fake *c = flow_client();

	ask(c, "xhr_streaming", "", "");
	const char *frames = fake_find(c, "\r\n\r\n801\r\nhhhh");
	assert_non_null(frames);
	c->out_n -= (size_t)((uint8_t *)frames - c->out) + 4 + 5 + PRELUDE + 2;
	memmove(c->out, frames + 4 + 5 + PRELUDE + 2, c->out_n);
	return c;
}

static void expect_text(struct fake *c, const char *text)
{
	assert_string_equal(fake_take(c), text);
}

/* The letters that lines began with, in what has come. */
static void expect_letters(struct fake *c, const char *letters)
{
	char got[64];
	size_t n = 0;

	for (const char *at = fake_take(c); (at = strstr(at, "....")) != NULL; at += strspn(at, "."))
		got[n++] = at[-1];
	got[n] = '\0';
	assert_string_equal(got, letters);
}

static void test_both_ways(void **state)
{
	(void)state;
	flow_begin(ROUTE(""), "");
	struct fake *c = opened();
	send_messages(c, "[\"one\",\"\\u0074wo\"]");
	expect(c, 204, "");
	fake_expect(backend, "one\ntwo\n", 8);
	poll(c);
	fake_say_text(backend, "three\nfour\n\"\n");
	flow_run();
	expect(c, 200, "a[\"three\",\"four\",\"\\\"\"]\n");
	fake_eof(backend);
	flow_run();
	poll(c);
	expect(c, 200, "c[1000,\"\"]\n");
	poll(c);
	expect(c, 200, "c[1000,\"\"]\n");
	send_messages(c, "[\"x\"]");
	fake_expect_start(c, "HTTP/1.1 404 ");
	flow_finish();
}

static void test_bytewise(void **state)
{
	(void)state;
	flow_begin(ROUTE(""), "");
	struct fake *c = flow_client();
	c->most = 1;
	c->window = 0;
	ask(c, "xhr", "", "");
	flow_advance(0);
	for (int i = 0; i < 1000; i++) {
		c->window = 1;
		flow_run();
	}
	expect(c, 200, "o\n");
	c->window = SIZE_MAX;
	backend = flow_backend();
	send_messages(c, "[\"\\ud83d\\ude00\"]");
	expect(c, 204, "");
	fake_expect(backend, "\xf0\x9f\x98\x80\n", 5);
	flow_finish();
}

/* Text travels as text, anything else as base64. */
static void test_binary(void **state)
{
	(void)state;
	flow_begin(ROUTE("message_type = \"binary\";"), "");
	struct fake *c = opened();
	fake_say(backend, "\xff\x00\x01\n", 4);
	flow_run();
	poll(c);
	expect(c, 200, "a[\"/wAB\"]\n");
	flow_finish();
}

/* A line that passes in fragments is one string. */
static void test_long_message(void **state)
{
	static char line[40001];

	(void)state;
	flow_begin(ROUTE(""), "");
	struct fake *c = opened();
	backend->most = 1000;
	memset(line, 'x', 40000);
	line[40000] = '\n';
	poll(c);
	fake_say(backend, line, sizeof(line));
	flow_run();
	const char *body = fake_find(c, "\r\n\r\na[\"xxx");
	assert_non_null(body);
	assert_int_equal(strspn(body + 7, "x"), 40000);
	assert_string_equal(body + 7 + 40000, "\"]\n");
	c->out_n = 0;
	flow_finish();
}

static void test_too_long(void **state)
{
	(void)state;
	flow_begin(ROUTE("max_message = 10;"), "");
	struct fake *c = opened();
	fake_say_text(backend, "01234567890\n");
	flow_run();
	poll(c);
	expect(c, 200, "c[1009,\"backend sent a message larger than max_message\"]\n");
	flow_finish();
}

/* Nothing is lost when nobody asks: the backend is stopped, and goes on. */
static void test_nobody_asks(void **state)
{
	(void)state;
	flow_begin(ROUTE("buffer = \"1K\";"), "");
	struct fake *c = opened();
	backend->most = 400;
	fake_say_lines(backend, 1, 8, 399);
	assert_int_equal(fake_unread(backend), 5 * 400);
	assert_in_range(flow_world.worker.stats.kept, 1200, 3000);
	poll(c);
	expect_letters(c, "abc");
	assert_int_equal(fake_unread(backend), 2 * 400);
	poll(c);
	expect_letters(c, "def");
	poll(c);
	expect_letters(c, "gh");
	assert_int_equal(fake_unread(backend), 0);
	flow_finish();
}

static void test_slow_stream(void **state)
{
	(void)state;
	flow_begin(ROUTE("buffer = \"1K\"; sockjs: { response_limit = \"1M\"; };"), "");
	opened();
	struct fake *c = streaming();
	backend->most = 400;
	c->window = 0;
	fake_say_lines(backend, 1, 20, 399);
	assert_in_range(flow_world.worker.stats.queued, 400, 4000);
	assert_in_range(flow_world.worker.stats.kept, 1000, 3000);
	assert_true(fake_unread(backend) > 4000);
	c->window = SIZE_MAX;
	flow_run();
	expect_letters(c, "abcdefghijklmnopqrst");
	flow_finish();
}

/* The answer ends, the session does not: what comes in between waits for the next one. */
static void test_response_limit(void **state)
{
	(void)state;
	flow_begin(ROUTE("sockjs: { response_limit = \"1K\"; };"), "");
	opened();
	struct fake *c = streaming();
	backend->most = 400;
	fake_say_lines(backend, 1, 2, 399);
	expect_letters(c, "ab");
	fake_say_lines(backend, 3, 5, 399);
	assert_memory_equal(c->out + c->out_n - 7, "\r\n0\r\n\r\n", 7);
	expect_letters(c, "c");
	struct fake *again = streaming();
	expect_letters(again, "de");
	fake_say_lines(backend, 6, 6, 399);
	expect_letters(again, "f");
	flow_finish();
}

static void test_heartbeats(void **state)
{
	(void)state;
	flow_begin(ROUTE("sockjs: { heartbeat = \"10s\"; };"), "");
	struct fake *c = opened();
	poll(c);
	flow_advance(9999);
	assert_int_equal(c->out_n, 0);
	flow_advance(1);
	expect(c, 200, "h\n");
	c = streaming();
	flow_advance(6000);
	fake_say_text(backend, "x\n");
	flow_run();
	expect_text(c, "7\r\na[\"x\"]\n\r\n");
	flow_advance(9999);
	expect_text(c, "");
	flow_advance(1);
	expect_text(c, "2\r\nh\n\r\n");
	flow_advance(10000);
	expect_text(c, "2\r\nh\n\r\n");
	flow_finish();
}

static void test_disconnect(void **state)
{
	(void)state;
	flow_begin(ROUTE("sockjs: { disconnect = \"7s\"; };"), "");
	struct fake *c = opened();
	flow_advance(6999);
	assert_false(backend->got_shut || backend->got_close);
	poll(c);
	flow_advance(20000);
	fake_say_text(backend, "x\n");
	flow_run();
	expect(c, 200, "a[\"x\"]\n");
	flow_advance(6999);
	assert_false(backend->got_shut || backend->got_close);
	flow_advance(1);
	assert_true(backend->got_shut || backend->got_close);
	assert_true(list_empty(&flow_world.gateway.sessions));
	flow_finish();
}

/* How a session ended is told as long as it would have lasted, and no longer. */
static void test_tombstone(void **state)
{
	(void)state;
	flow_begin(ROUTE("sockjs: { disconnect = \"7s\"; };"), "");
	struct fake *c = opened();
	poll(c);
	fake_reset(c);
	flow_run();
	assert_true(backend->got_shut || backend->got_close);
	c = flow_client();
	flow_advance(6999);
	poll(c);
	expect(c, 200, "c[1002,\"Connection interrupted\"]\n");
	flow_advance(7000);
	assert_true(list_empty(&flow_world.gateway.sessions));
	poll(c);
	flow_advance(0);
	expect(c, 200, "o\n");
	flow_finish();
}

/* A backend that takes nothing holds the answer back, in the middle of a body, too. */
static void test_slow_backend(void **state)
{
	static char body[TEXT / 2];
	struct fake *c;

	(void)state;
	flow_begin(ROUTE("buffer = \"1K\";"), "");
	c = opened();
	backend->window = 0;
	strcpy(body, "[");
	for (int i = 0; i < 20; i++)
		snprintf(body + strlen(body), 200, "%s\"%c%0100d\"", i ? "," : "", 'a' + i, 0);
	strcat(body, "]");
	send_messages(c, body);
	send_messages(c, "[\"z\"]");
	assert_int_equal(c->out_n, 0);
	assert_in_range(flow_world.worker.stats.queued, 100, 1500);
	backend->window = SIZE_MAX;
	flow_run();
	assert_int_equal(backend->out_n, 20 * 102 + 2);
	for (int i = 0; i < 20; i++)
		assert_int_equal(backend->out[102 * i], 'a' + i);
	assert_memory_equal(backend->out + 20 * 102, "z\n", 2);
	fake_expect_start(c, "HTTP/1.1 204 ");
	flow_finish();
}

/* At each moment: a body on its way, a session on its way, a receiver that waits. */
static void test_lost(void **state)
{
	(void)state;
	flow_begin(ROUTE(""), "");
	struct fake *c = opened(), *other = flow_client();
	fake_say_text(other, "POST /p/0/s/xhr_send HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n[\"a");
	flow_run();
	fake_reset(other);
	flow_run();
	assert_int_equal(backend->out_n, 0);
	poll(c);
	fake_eof(c);
	flow_run();
	assert_true(backend->got_shut || backend->got_close);
	flow_finish();
	flow_begin(ROUTE(""), "");
	flow_world.dial = FLOW_DIAL_HANG;
	c = flow_client();
	poll(c);
	assert_false(list_empty(&flow_world.gateway.sessions));
	fake_reset(c);
	flow_run();
	flow_finish();
}

/* A message that cannot be said is said later, or the session ends: it never goes on without. */
static void test_answer_lost(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 12; n++) {
		flow_begin(ROUTE(""), "");
		struct fake *c = opened(), *other = flow_client();
		fake_say_text(other, "GET /p/0/s/jsonp?c=x HTTP/1.1\r\nHost: h\r\n\r\n");
		flow_run();
		flow_fail_allocation(n);
		fake_say_text(backend, "one\n");
		flow_run();
		flow_fail_allocation(0);
		if (fake_find(other, "one") == NULL) {
			poll(c);
			assert_true(fake_find(c, "\r\n\r\na[\"one\"]\n") ||
			    fake_find(c, "\r\n\r\nc["));
		}
		flow_finish();
	}
}

/* Many short messages in one body: others have their turn in between. */
static void test_turns(void **state)
{
	enum { MANY = 4000 };
	static char body[3 * MANY + 8], head[TEXT], all[2 * MANY + 1];
	size_t n = 0;

	(void)state;
	flow_begin(ROUTE(""), "");
	struct fake *c = opened();
	for (size_t i = 0; i < MANY; i++)
		n += (size_t)snprintf(body + n, 4, "%s\"\"", i ? "," : "[");
	strcpy(body + n, "]");
	memset(all, '\n', MANY);
	snprintf(head, sizeof(head), "POST /p/0/s/xhr_send HTTP/1.1\r\nHost: h\r\n"
	    "Content-Length: %zu\r\n\r\n", strlen(body));
	fake_say_text(c, head);
	fake_say_text(c, body);
	flow_turn();
	assert_in_range(backend->out_n, 1, MANY / 2);
	flow_run();
	expect(c, 204, "");
	fake_expect(backend, all, MANY);
	flow_finish();
}

static void test_no_backend(void **state)
{
	(void)state;
	flow_begin(ROUTE(""), "");
	flow_world.dial = FLOW_DIAL_REFUSE;
	struct fake *c = flow_client();
	ask(c, "xhr", "Origin: https://a.example\r\n", "");
	flow_advance(0);
	fake_contains(c, "Access-Control-Allow-Origin: https://a.example\r\n");
	fake_expect_start(c, "HTTP/1.1 502 ");
	flow_finish();
	flow_begin(ROUTE("refuse = \"close\";"), "");
	flow_world.dial = FLOW_DIAL_REFUSE;
	c = flow_client();
	poll(c);
	flow_advance(0);
	expect(c, 200, "c[1014,\"backend refused the connection\"]\n");
	flow_finish();
}

static void test_limits(void **state)
{
	(void)state;
	flow_begin(ROUTE("limits: { sessions = 1; };"), "");
	opened();
	struct fake *c = flow_client();
	fake_say_text(c, "POST /p/0/other/xhr HTTP/1.1\r\nHost: h\r\n\r\n");
	flow_run();
	fake_expect_start(c, "HTTP/1.1 429 ");
	flow_finish();
	flow_begin(ROUTE("session: { max_per_ip = 1; };"), "");
	opened();
	c = flow_client();
	fake_say_text(c, "POST /p/0/other/xhr HTTP/1.1\r\nHost: h\r\n\r\n");
	flow_run();
	fake_expect_start(c, "HTTP/1.1 429 ");
	flow_finish();
}

/* What clients have below the route's path is theirs: backends, and templates, see that only. */
static void test_asked_for(void **state)
{
	static const char *const requests[] = {"POST /p/0/s/xhr?a=b HTTP/1.1\r\nHost: h\r\n\r\n",
	    "GET /p/0/s/eventsource?a=b HTTP/1.1\r\nHost: h\r\n\r\n",
	    "GET /p/0/s/websocket?a=b HTTP/1.1\r\nHost: h\r\n" UPGRADE "\r\n",
	    "GET /p/websocket?a=b HTTP/1.1\r\nHost: h\r\n" UPGRADE "\r\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		flow_begin_backend(MESSAGES("rewrite: { set_headers: { X-Path = \"${path}\"; }; };"),
		    "", WEBSOCKET);
		struct fake *c = flow_client();
		fake_say_text(c, requests[i]);
		flow_run();
		flow_advance(0);
		backend = flow_backend();
		assert_non_null(memmem(backend->out, backend->out_n, "\r\nX-Path: /p\r\n", 14));
		fake_expect_start(backend, "GET /p?a=b HTTP/1.1\r\n");
		flow_finish();
	}
}

static const char *const openers[] = {"POST /p/0/s/xhr", "POST /p/0/s/xhr_streaming",
    "GET /p/0/s/eventsource", "GET /p/0/s/htmlfile?c=x", "GET /p/0/s/jsonp?c=x"};

/* A client whose session a WebSocket server refuses so. */
static struct fake *refused(const char *opener, const char *answer)
{
	struct fake *c = flow_client();
	int before = flow_world.n_fakes;
	char head[TEXT];

	snprintf(head, sizeof(head), "%s HTTP/1.1\r\nHost: h\r\nOrigin: https://a.example\r\n\r\n",
	    opener);
	fake_say_text(c, head);
	flow_run();
	flow_advance(0);
	if (flow_world.n_fakes > before) {
		fake_say_text(flow_backend(), answer);
		flow_run();
	}
	return c;
}

/* Pages may read it, whatever the server says of that; the session never was. */
static void test_refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(openers) / sizeof(openers[0]); i++) {
		flow_begin_backend(MESSAGES("sockjs: { cookie_needed = true; };"), "", WEBSOCKET);
		struct fake *c = refused(openers[i], "HTTP/1.1 401 No\r\nWWW-Authenticate: x\r\n"
		    "Access-Control-Allow-Origin: https://other.example\r\nContent-Type: a/b\r\n"
		    "Content-Length: 5\r\nConnection: close\r\n\r\nsorry");
		assert_true(list_empty(&flow_world.gateway.sessions));
		c->out[c->out_n] = '\0';
		assert_null(strstr((char *)c->out, "other.example"));
		assert_non_null(strstr((char *)c->out, "\r\nSet-Cookie: JSESSIONID=dummy; path=/\r\n"));
		assert_non_null(strstr((char *)c->out, "\r\nWWW-Authenticate: x\r\n"));
		assert_non_null(strstr((char *)c->out, "\r\nContent-Type: a/b\r\n"));
		assert_non_null(strstr((char *)c->out,
		    "\r\nAccess-Control-Allow-Origin: https://a.example\r\n"));
		expect(c, 401, "sorry");
		flow_finish();
	}
}

static void test_refusals_as_codes(void **state)
{
	static const char *const said[] = {"\r\n\r\nc[4403,\"Forbidden\"]\n",
	    "\r\nc[4403,\"Forbidden\"]\n\r\n0\r\n\r\n",
	    "\r\ndata: c[4403,\"Forbidden\"]\r\n\r\n\r\n0\r\n\r\n",
	    "\r\n<script>\np(\"c[4403,\\\"Forbidden\\\"]\");\n</script>\r\n\r\n0\r\n\r\n",
	    "\r\n\r\n/**/x(\"c[4403,\\\"Forbidden\\\"]\");\r\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(openers) / sizeof(openers[0]); i++) {
		flow_begin_backend(MESSAGES("refuse = \"close\";"), "", WEBSOCKET);
		struct fake *c = refused(openers[i],
		    "HTTP/1.1 403 No\r\nContent-Length: 5\r\n\r\nsorry");
		size_t n = strlen(said[i]);
		assert_memory_equal(c->out, "HTTP/1.1 200 ", 13);
		assert_true(c->out_n > n);
		assert_memory_equal(c->out + c->out_n - n, said[i], n);
		assert_true(list_empty(&flow_world.gateway.sessions));
		flow_finish();
	}
}

/* No more of them than an answer may have with those of ours. */
static void test_refusal_of_many_headers(void **state)
{
	static char answer[TEXT];
	size_t n = (size_t)snprintf(answer, sizeof(answer), "HTTP/1.1 401 No\r\nContent-Length: 0\r\n");
	unsigned got = 0;

	(void)state;
	for (int i = 1; i < CONFIG_HEADERS_MAX; i++)
		n += (size_t)snprintf(answer + n, sizeof(answer) - n, "A: b\r\n");
	snprintf(answer + n, sizeof(answer) - n, "\r\n");
	flow_begin_backend(MESSAGES("rewrite: { set_response_headers: { X-Set = \"1\"; }; };"),
	    "headers = 1000;", WEBSOCKET);
	struct fake *c = refused(openers[0], answer);
	c->out[c->out_n] = '\0';
	for (const char *at = (char *)c->out; (at = strstr(at, "\r\nA: b")) != NULL; at++)
		got++;
	assert_in_range(got, CONFIG_HEADERS_MAX - 9, CONFIG_HEADERS_MAX - 1);
	assert_non_null(strstr((char *)c->out,
	    "\r\nAccess-Control-Allow-Origin: https://a.example\r\n"));
	assert_non_null(strstr((char *)c->out, "\r\nX-Set: 1\r\n"));
	expect(c, 401, "");
	flow_finish();
}

/* The client has gone, or goes before it has taken the answer. */
static void test_refusals_to_the_lost(void **state)
{
	(void)state;
	for (int gone = 0; gone < 2; gone++) {
		flow_begin_backend(MESSAGES("sockjs: { disconnect = \"7s\"; };"), "", WEBSOCKET);
		struct fake *c = refused(openers[0], "");
		c->window = 10;
		if (gone)
			fake_reset(c);
		flow_run();
		fake_say_text(flow_backend(), "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
		flow_run();
		assert_int_equal(c->out_n, gone ? 0 : 10);
		fake_reset(c);
		flow_run();
		assert_int_equal(list_empty(&flow_world.gateway.sessions), !gone);
		flow_advance(7000);
		assert_true(list_empty(&flow_world.gateway.sessions));
		flow_finish();
	}
}

static void everything(void)
{
	struct fake *c = flow_client(), *other = flow_client();

	ask(c, "xhr", "Cookie: JSESSIONID=x\r\n", "");
	flow_advance(0);
	backend = flow_world.n_fakes > 2 ? flow_backend() : NULL;
	if (backend == NULL)
		return;
	send_messages(other, "[\"a\",\"b\"]");
	send_messages(other, "[\"a");
	fake_say_text(backend, "one\ntwo\n");
	flow_run();
	poll(c);
	ask(c, "xhr_streaming", "", "");
	fake_say_text(backend, "three\n");
	flow_run();
	poll(other);
	ask(other, "jsonp_send", "Content-Type: application/x-www-form-urlencoded\r\n", "d=%5B%22x%22%5D");
	fake_say_text(other, "GET /p/info HTTP/1.1\r\nHost: h\r\n\r\n"
	    "GET /p/iframe.html HTTP/1.1\r\nHost: h\r\n\r\n"
	    "GET /p/0/o/jsonp?c=x HTTP/1.1\r\nHost: h\r\n\r\n");
	flow_run();
	fake_eof(backend);
	flow_run();
	flow_advance(30000);
}

static void everything_refused(void)
{
	for (size_t i = 0; i < sizeof(openers) / sizeof(openers[0]); i++)
		refused(openers[i], "HTTP/1.1 401 No\r\nContent-Length: 5\r\n\r\nsorry");
}

/* RFC 9110 section 7.8: an upgrade has no body, so nothing behind one that claims to is read. */
static void test_upgrade_with_length(void **state)
{
	static const struct {
		const char	*line, *length, *answer;
	} rows[] = {
		{"POST /p/0/s/websocket", "0", "HTTP/1.1 405 Method Not Allowed\r\n"},
		{"PUT /p/websocket", "0", "HTTP/1.1 405 Method Not Allowed\r\n"},
		{"POST /p/0/s/websocket", "1", "HTTP/1.1 400 Bad Request\r\n"},
		{"GET /p/0/s/websocket", "0", "HTTP/1.1 400 Bad Request\r\n"},
		{"POST /p/0/s/xhr", "0", "HTTP/1.1 400 Bad Request\r\n"},
		{"POST /elsewhere", "0", "HTTP/1.1 400 Bad Request\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char head[TEXT];
		flow_begin(ROUTE(""), "");
		struct fake *c = flow_client();
		snprintf(head, sizeof(head), "%s HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n"
		    "Upgrade: websocket\r\nContent-Length: %s\r\n\r\n"
		    "GET /p HTTP/1.1\r\nHost: h\r\n\r\n", rows[i].line, rows[i].length);
		fake_say_text(c, head);
		flow_run();
		fake_contains(c, "\r\nConnection: close\r\n");
		assert_null(strstr(fake_text(c) + 1, "HTTP/1.1 "));
		fake_expect_start(c, rows[i].answer);
		assert_true(c->got_close || c->got_shut);
		fake_eof(c);
		flow_finish();
	}
}

static void test_nth_allocation_fails(void **state)
{
	(void)state;
	assert_in_range(flow_fail_each(ROUTE("session: { max_per_ip = 5; }; "
	    "sockjs: { cookie_needed = true; };"), "", NULL, everything), 40, 1000);
}

static void test_nth_allocation_of_refusals_fails(void **state)
{
	(void)state;
	assert_in_range(flow_fail_each(MESSAGES("sockjs: { cookie_needed = true; };"), "", WEBSOCKET,
	    everything_refused), 40, 1000);
	assert_in_range(flow_fail_each(MESSAGES("refuse = \"close\";"), "", WEBSOCKET,
	    everything_refused), 40, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_upgrade_with_length),
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_bytewise),
		cmocka_unit_test(test_binary),
		cmocka_unit_test(test_long_message),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_nobody_asks),
		cmocka_unit_test(test_slow_stream),
		cmocka_unit_test(test_response_limit),
		cmocka_unit_test(test_heartbeats),
		cmocka_unit_test(test_disconnect),
		cmocka_unit_test(test_tombstone),
		cmocka_unit_test(test_slow_backend),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_answer_lost),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_no_backend),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_asked_for),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_refusals_as_codes),
		cmocka_unit_test(test_refusal_of_many_headers),
		cmocka_unit_test(test_refusals_to_the_lost),
		cmocka_unit_test(test_nth_allocation_fails),
		cmocka_unit_test(test_nth_allocation_of_refusals_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
