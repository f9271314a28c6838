/* WebSocket backends through a whole worker: handshakes, refusals, messages, ends. */
#include <stdio.h>
#include <string.h>

#include "channel/channel.h"
#include "codec/ws.h"
#include "codec/ws_deflate.h"
#include "codec/ws_handshake.h"
#include "flow.h"

#define SERVER	"servers = [\"ws://127.0.0.1:7\"];"
#define ROUTE(keys)	"r: { backend = \"b\"; origins = [\"*\"]; ping = \"0\"; " keys " };"
#define PLAIN	ROUTE("deflate: { enable = false; };")
#define CLOSES	ROUTE("deflate: { enable = false; }; refuse = \"close\";")
#define OFFER	"Sec-WebSocket-Extensions: permessage-deflate\r\n"
#define SWITCH	"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"

/* The value of a field in what was written to a fake. */
static struct slice back_field(const struct fake *f, const char *name)
{
	char line[80];

	snprintf(line, sizeof(line), "\r\n%s: ", name);
	const char *at = fake_find(f, line);
	if (at == NULL)
		return (struct slice){NULL, 0};
	at += strlen(line);
	size_t left = f->out_n - (size_t)(at - (const char *)f->out);
	const char *end = memmem(at, left, "\r\n", 2);
	assert_non_null(end);
	return (struct slice){at, (size_t)(end - at)};
}

/* The right answer to what the backend was asked, with these lines more. */
static const char *back_answer(const struct fake *b, const char *lines)
{
	static char answer[20000];
	char accept[WS_ACCEPT_SIZE];
	struct slice key = back_field(b, "Sec-WebSocket-Key");

	assert_int_equal(key.n, 24);
	assert_int_equal(ws_handshake_accept(key, accept), FAULT_NONE);
	snprintf(answer, sizeof(answer), SWITCH "Sec-WebSocket-Accept: %.*s\r\n%s\r\n",
	    WS_ACCEPT_SIZE, accept, lines);
	return answer;
}

/* As far as the backend's turn. */
static struct fake *back_ask(const char *routes, const char *lines)
{
	flow_begin_backend(routes, "", SERVER);
	struct fake *c = flow_handshake(lines);
	flow_advance(0);
	assert_int_equal(flow_world.n_fakes, 2);
	assert_int_equal(c->out_n, 0);
	return c;
}

/* As far as an open session: what was said so far is forgotten. */
static struct fake *back_open(const char *routes, const char *lines, const char *answer)
{
	struct fake *c = back_ask(routes, lines), *b = flow_backend();

	fake_say_text(b, back_answer(b, answer));
	flow_run();
	b->out_n = 0;
	fake_expect_start(c, "HTTP/1.1 101 ");
	return c;
}

/* The next frame that the backend got, which must be masked; taken off the front. */
static size_t back_heard(struct fake *b, unsigned first, uint8_t *payload)
{
	assert_true(b->out_n >= 6);
	assert_int_equal(b->out[0], first);
	assert_true(b->out[1] & 0x80);
	size_t n = b->out[1] & 0x7f, at = 2;
	if (n == 126) {
		n = (size_t)b->out[2] << 8 | b->out[3];
		at = 4;
	} else if (n == 127) {
		n = (size_t)b->out[7] << 16 | (size_t)b->out[8] << 8 | b->out[9];
		at = 10;
	}
	const uint8_t *mask = b->out + at;
	at += 4;
	assert_true(b->out_n >= at + n);
	for (size_t i = 0; i < n; i++)
		payload[i] = b->out[at + i] ^ mask[i % 4];
	b->out_n -= at + n;
	memmove(b->out, b->out + at + n, b->out_n);
	return n;
}

static void back_expect(struct fake *b, unsigned first, const void *p, size_t n)
{
	static uint8_t payload[FLOW_BYTES];

	assert_int_equal(back_heard(b, first, payload), n);
	assert_memory_equal(payload, p, n);
}

static void back_expect_close(struct fake *b, unsigned code)
{
	uint8_t payload[WS_CONTROL_MAX];

	assert_true(back_heard(b, 0x88, payload) >= 2);
	assert_int_equal(payload[0] << 8 | payload[1], code);
	assert_int_equal(b->out_n, 0);
}

/* Hop-by-hop fields, twins of ours and a stranger's words about the client do not get through. */
static void test_request(void **state)
{
	char expected[2000];

	(void)state;
	struct fake *c = back_ask(ROUTE("subprotocols = [ \"b\", \"a\" ];"),
	    "Origin: https://o.example\r\nCookie: a=1\r\nAuthorization: Basic eDp5\r\n"
	    "X-Forwarded-For: 1.2.3.4\r\nX_Forwarded_For: 1.2.3.4\r\nForwarded: for=1.2.3.4\r\n"
	    "Keep-Alive: 5\r\nSec-WebSocket-Protocol: c, a\r\nSec-WebSocket-Protocol: b\r\n"
	    "Sec-WebSocket-Extensions: x-other\r\nX-Own: mine\r\nCookie: b=2\r\n");
	struct fake *b = flow_backend();
	struct slice key = back_field(b, "Sec-WebSocket-Key");

	snprintf(expected, sizeof(expected), "GET / HTTP/1.1\r\nHost: 127.0.0.1:7\r\n"
	    "Origin: https://o.example\r\nAuthorization: Basic eDp5\r\nX-Own: mine\r\n"
	    "Cookie: a=1; b=2\r\nForwarded: for=\"[::]\";host=h;proto=http\r\n"
	    "X-Forwarded-For: ::\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: h\r\n"
	    "Sec-WebSocket-Protocol: a, b\r\nSec-WebSocket-Extensions: permessage-deflate; "
	    "server_no_context_takeover; client_no_context_takeover\r\n"
	    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
	    "Sec-WebSocket-Key: %.*s\r\n\r\n", SLICE_ARG(key));
	assert_int_equal(key.n, 24);
	assert_memory_not_equal(key.p, "dGhlIHNhbXBsZSBub25jZQ==", 24);
	assert_string_equal(fake_text(b), expected);
	fake_eof(c);
	flow_run();
	flow_finish();
}

/* So many messages behind the head of the client's answer: their bytes, however they are cut. */
static void back_expect_joined(const struct fake *c, const char *text, size_t n, int messages)
{
	const uint8_t *at = memmem(c->out, c->out_n, "\r\n\r\n", 4), *end = c->out + c->out_n;

	assert_non_null(at);
	for (at += 4; at < end; at += 2 + at[1]) {
		assert_in_range(at[1], 0, n);
		assert_memory_equal(at + 2, text, at[1]);
		text += at[1];
		n -= at[1];
		messages -= at[0] >> 7;
	}
	assert_int_equal(n, 0);
	assert_int_equal(messages, 0);
}

/* What a backend says in accepting that is not for the client. */
static const char *const back_ours[] = {"X-Gone", "Keep-Alive", "Sec-WebSocket-Other",
    "Content-Type", "Link"};

/* In any pieces, with interim answers in front and frames behind. */
static void test_answer(void **state)
{
	(void)state;
	for (size_t most = 1; most < 1000; most *= 3) {
		struct fake *c = back_ask(PLAIN, "Sec-WebSocket-Protocol: x, y\r\n");
		struct fake *b = flow_backend();
		b->most = most;
		fake_say_text(b, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
		fake_say_text(b, back_answer(b, "Sec-WebSocket-Protocol: y\r\n"
		    "Set-Cookie: a=b\r\nConnection: X-Gone\r\nX-Gone: 1\r\nKeep-Alive: x\r\n"
		    "Sec-WebSocket-Other: z\r\nContent-Type: text/x\r\n"));
		fake_say(b, "\x81\x05hello\x82\x01\x00", 10);
		b->out_n = 0;
		flow_run();
		assert_true(slice_eq(back_field(c, "Sec-WebSocket-Protocol"), SLICE("y")));
		assert_true(slice_eq(back_field(c, "Set-Cookie"), SLICE("a=b")));
		for (size_t i = 0; i < sizeof(back_ours) / sizeof(back_ours[0]); i++)
			assert_null(back_field(c, back_ours[i]).p);
		back_expect_joined(c, "hello\0", 6, 2);
		fake_frame(c, 0x81, "hi", 2);
		flow_run();
		back_expect(b, 0x81, "hi", 2);
		flow_finish();
	}
}

/* The most that a head may hold: long values, and as many as there may be. */
static void test_long_answers(void **state)
{
	static char lines[16000];
	size_t n = 0;

	(void)state;
	for (int many = 0; many < 2; many++)
		for (size_t most = 1; most < 100000; most *= 77) {
			n = 0;
			for (int i = 0; i < (many ? 97 : 3); i++)
				n += (size_t)sprintf(lines + n, "Set-Cookie: %0*d\r\n",
				    many ? 80 : 5000, i);
			struct fake *c = back_ask(PLAIN, "Sec-WebSocket-Protocol: y\r\n");
			struct fake *b = flow_backend();
			b->most = most;
			fake_say_text(b, back_answer(b, lines));
			fake_say(b, "\x81\x05hello", 7);
			flow_run();
			const uint8_t *found = memmem(c->out, c->out_n, "Set-Cookie", 10);
			assert_non_null(found);
			assert_memory_equal(found, lines, n);
			assert_memory_equal(found + n, "\r\n", 2);
			back_expect_joined(c, "hello", 5, 1);
			flow_finish();
		}
}

static const char *const back_wrong[] = {
	"HTTP/1.1 200 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n",
	SWITCH "\r\n",
	SWITCH "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
	"HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n",
	"HTTP/2.0 101 Switching Protocols\r\n\r\n",
	"HTTP/1.1 401 No\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
	"RFB 003.008\n",
	"HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 100 Go on\r\n\r\n"
	"HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 100 Go on\r\n\r\n"
	"HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 100 Go on\r\n\r\n",
};

/* Right as to the key, wrong in something else. */
static const char *const back_spoiled[] = {
	"Sec-WebSocket-Protocol: z\r\n",
	"Sec-WebSocket-Protocol: \r\n",
	"Sec-WebSocket-Protocol: x\r\nSec-WebSocket-Protocol: x\r\n",
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
	"Sec-WebSocket-Extensions: permessage-deflate\r\n",
	"Sec-WebSocket-Extensions: x-other\r\n",
	"Sec-WebSocket-Extensions: =\r\n",
	"Content-Length: 5\r\n",
	"Transfer-Encoding: chunked\r\n",
};

static void back_refused(const char *answer, bool close)
{
	struct fake *c = back_ask(close ? CLOSES : PLAIN, "Sec-WebSocket-Protocol: x\r\n");
	struct fake *b = flow_backend();

	fake_say_text(b, answer ? answer : "");
	fake_say(b, "\x81\x05hello", 7);
	flow_run();
	if (close) {
		assert_true(slice_eq(back_field(c, "Sec-WebSocket-Protocol"), SLICE("x")));
		uint8_t *end = memmem(c->out, c->out_n, "\r\n\r\n\x88", 5);
		assert_non_null(end);
		assert_memory_equal(end + 6, "\x03\xf6", 2);	/* 1014 */
		fake_frame(c, 0x88, "", 0);
		flow_run();
	} else {
		fake_expect_start(c, "HTTP/1.1 502 ");
	}
	assert_true(b->got_shut);
	flow_finish();
}

static void test_wrong_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(back_wrong) / sizeof(back_wrong[0]); i++)
		for (int close = 0; close < 2; close++)
			back_refused(back_wrong[i], close);
}

static void test_spoiled_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(back_spoiled) / sizeof(back_spoiled[0]); i++) {
		struct fake *c = back_ask(PLAIN, "Sec-WebSocket-Protocol: x, y\r\n");
		struct fake *b = flow_backend();
		fake_say_text(b, back_answer(b, back_spoiled[i]));
		flow_run();
		fake_expect_start(c, "HTTP/1.1 502 ");
		flow_finish();
	}
}

static void test_large_head(void **state)
{
	static char head[20000];

	(void)state;
	memset(head, 'x', sizeof(head) - 1);
	memcpy(head, "HTTP/1.1 101 ", 13);
	struct fake *c = back_ask(PLAIN, "");
	fake_say_text(flow_backend(), head);
	flow_run();
	fake_expect_start(c, "HTTP/1.1 502 ");
	flow_finish();
}

struct back_refusal {
	const char	*answer;
	bool		 eof;
	const char	*status, *field, *value, *body;
};

/* The whole answer of the backend, however its end is marked; without its body if that is broken. */
static const struct back_refusal back_refusals[] = {
	{"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 5\r\n"
	    "Connection: close, X-Gone\r\nX-Gone: 1\r\n\r\nsorry", false, "HTTP/1.1 401 Unauthorized\r\n",
	    "WWW-Authenticate", "Basic realm=\"x\"", "sorry"},
	{"HTTP/1.1 302 Found\r\nLocation: /login\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "3\r\nsor\r\n2;x\r\nry\r\n0\r\n\r\n", false, "HTTP/1.1 302 Found\r\n", "Location", "/login",
	    "sorry"},
	{"HTTP/1.1 503 Later\r\nContent-Type: text/x\r\n\r\nsorry", true,
	    "HTTP/1.1 503 Service Unavailable\r\n", "Content-Type", "text/x", "sorry"},
	{"HTTP/1.0 403 No\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n", false,
	    "HTTP/1.1 403 Forbidden\r\n", "Set-Cookie", "a=b", ""},
	{"HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n", false, "HTTP/1.1 304 Not Modified\r\n",
	    "ETag", "\"x\"", ""},
	{"HTTP/1.1 401 No\r\nContent-Length: 50\r\nX: y\r\n\r\nso", true, "HTTP/1.1 401 ", "X", "y", ""},
	{"HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\nso", false, "HTTP/1.1 401 ",
	    "X", "y", ""},
	{"HTTP/1.1 401 No\r\nContent-Length: 50\r\nX: y\r\n\r\nso", false, "HTTP/1.1 401 ", "X", "y",
	    ""},	/* for connect_timeout */
};

static void back_expect_relayed(struct fake *c, const struct back_refusal *r)
{
	char length[20];

	assert_memory_equal(c->out, r->status, strlen(r->status));
	assert_true(slice_eq(back_field(c, r->field), slice_of(r->value)));
	assert_null(back_field(c, "X-Gone").p);
	assert_null(back_field(c, "Transfer-Encoding").p);
	snprintf(length, sizeof(length), "%zu", strlen(r->body));
	if (strstr(r->status, "304") == NULL)
		assert_true(slice_eq(back_field(c, "Content-Length"), slice_of(length)));
	size_t n = strlen(r->body);
	assert_memory_equal(c->out + c->out_n - n, r->body, n);
	assert_memory_equal(c->out + c->out_n - n - 4, "\r\n\r\n", 4);
	c->out_n = 0;
}

/* What the client has sent behind its handshake already is nobody's. */
static void test_refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(back_refusals) / sizeof(back_refusals[0]); i++)
		for (size_t most = 1; most <= 1000; most += 999) {
			const struct back_refusal *r = &back_refusals[i];
			struct fake *c = back_ask(PLAIN, "");
			struct fake *b = flow_backend();
			b->most = most;
			fake_say_text(b, r->answer);
			b->eof = r->eof;
			flow_run();
			flow_advance(2999);
			flow_advance(1);
			back_expect_relayed(c, r);
			assert_true(b->got_shut || b->got_close);
			assert_true(c->got_shut);
			flow_finish();
		}
}

static void test_long_refusal(void **state)
{
	static uint8_t body[70000];

	(void)state;
	for (int known = 0; known < 2; known++)
		for (size_t n = 65536; n <= 65537; n++) {
			struct fake *c = back_ask(PLAIN, "");
			struct fake *b = flow_backend();
			char length[80] = "";
			if (known)
				snprintf(length, sizeof(length), "Content-Length: %zu\r\n", n);
			fake_say_text(b, "HTTP/1.1 404 No\r\nContent-Type: text/x\r\n");
			fake_say_text(b, length);
			fake_say_text(b, "\r\n");
			fake_say(b, body, n);
			fake_eof(b);
			flow_run();
			assert_int_equal(back_field(c, "Content-Type").p != NULL, n == 65536);
			assert_true(slice_eq(back_field(c, "Content-Length"),
			    n == 65536 ? SLICE("65536") : SLICE("0")));
			fake_expect_start(c, "HTTP/1.1 404 ");
			flow_finish();
		}
}

static void test_refusals_as_codes(void **state)
{
	static const unsigned codes[][2] = {{401, 4401}, {403, 4403}, {404, 4404}, {429, 4429},
	    {503, 1013}, {500, 1014}, {504, 1014}, {302, 4400}, {410, 4400}};
	char answer[100];

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct fake *c = back_ask(CLOSES, "");
		snprintf(answer, sizeof(answer), "HTTP/1.1 %u X\r\nContent-Length: 0\r\n\r\n",
		    codes[i][0]);
		fake_say_text(flow_backend(), answer);
		flow_run();
		uint8_t *end = memmem(c->out, c->out_n, "\r\n\r\n\x88", 5);
		assert_non_null(end);
		assert_int_equal(end[6] << 8 | end[7], codes[i][1]);
		fake_frame(c, 0x88, "", 0);
		flow_run();
		flow_finish();
	}
}

static void test_no_answer(void **state)
{
	(void)state;
	for (int way = 0; way < 4; way++) {
		struct fake *c = back_ask(PLAIN, ""), *b = flow_backend();
		if (way == 1)
			fake_eof(b);
		if (way == 2)
			fake_reset(b);
		if (way == 3) {
			fake_say_text(b, "HTTP/1.1 10");
			fake_eof(b);
		}
		flow_run();
		flow_advance(2999);
		assert_true(way == 0 ? c->out_n == 0 : c->out_n > 0);
		flow_advance(1);
		fake_expect_start(c, way == 0 ? "HTTP/1.1 504 " : "HTTP/1.1 502 ");
		flow_finish();
	}
}

/* Kinds and boundaries stay as they are, and no mask is used twice. */
static void test_messages(void **state)
{
	static uint8_t large[200000];
	uint8_t masks[2][4];

	(void)state;
	for (size_t i = 0; i < sizeof(large); i++)
		large[i] = (uint8_t)(i * 7);
	struct fake *c = back_open(PLAIN, "", ""), *b = flow_backend();
	fake_frame(c, 0x81, "text", 4);
	fake_frame(c, 0x82, "\xff\x00", 2);
	fake_frame(c, 0x81, "", 0);
	fake_frame(c, 0x01, "a", 1);
	fake_frame(c, 0x00, "", 0);
	fake_frame(c, 0x89, "ping", 4);
	fake_frame(c, 0x80, "b", 1);
	flow_run();
	memcpy(masks[0], b->out + 2, 4);
	back_expect(b, 0x81, "text", 4);
	memcpy(masks[1], b->out + 2, 4);
	assert_memory_not_equal(masks[0], masks[1], 4);
	back_expect(b, 0x82, "\xff\x00", 2);
	back_expect(b, 0x81, "", 0);
	back_expect(b, 0x01, "a", 1);
	back_expect(b, 0x80, "b", 1);
	assert_int_equal(b->out_n, 0);
	fake_expect(c, "\x8a\x04ping", 6);
	fake_say(b, "\x01\x01" "a\x80\x01" "b\x82\x00\x89\x02hi\x8a\x00\x81\x01" "c", 17);
	flow_run();
	fake_expect(c, "\x01\x01" "a\x80\x01" "b\x82\x00\x81\x01" "c", 11);
	back_expect(b, 0x8a, "hi", 2);
	/* One frame of many reads: nobody waits for its end. */
	fake_say(b, "\x82\x7f\x00\x00\x00\x00\x00\x03\x0d\x40", 10);
	fake_say(b, large, sizeof(large));
	flow_run();
	assert_int_equal(c->out[0], 0x02);
	c->out_n = 0;
	fake_frame(c, 0x82, large, 60000);
	flow_run();
	back_expect(b, 0x82, large, 60000);
	flow_finish();
}

struct back_breach {
	const char	*bytes;
	size_t		 n;
	unsigned	 to_backend, to_client;
};

static const struct back_breach back_breaches[] = {
	{"\x81\x80\0\0\0\0", 6, 1002, 1011},	/* masked */
	{"\x83\x00", 2, 1002, 1011},
	{"\xc1\x00", 2, 1002, 1011},		/* compressed, which was not agreed on */
	{"\x80\x00", 2, 1002, 1011},
	{"\x88\x02\x03\xee", 4, 1002, 1011},	/* 1006 */
	{"\x81\x01\xff", 3, 1007, 1007},
	{"\x82\x7e\x04\x01", 4, 1009, 1009},
};

static void test_breaches(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(back_breaches) / sizeof(back_breaches[0]); i++) {
		const struct back_breach *r = &back_breaches[i];
		struct fake *c = back_open(ROUTE("max_message = \"1K\"; deflate: { enable = false; };"),
		    "", ""), *b = flow_backend();
		fake_say(b, r->bytes, r->n);
		flow_run();
		back_expect_close(b, r->to_backend);
		assert_true(b->got_shut);
		fake_expect_close(c, r->to_client);
		fake_frame(c, 0x88, "", 0);
		flow_finish();
	}
}

/* What the client did wrong is no reproach to the backend. */
static void test_client_breaches(void **state)
{
	static const struct {
		unsigned	first;
		const char	*p;
		size_t		n;
		unsigned	code;
	} breaches[] = {{0x83, "", 0, 1002}, {0x81, "\xff", 1, 1007}, {0x82, NULL, 1025, 1009}};
	static uint8_t zeroes[2000];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct fake *c = back_open(ROUTE("max_message = \"1K\";"), "", "");
		struct fake *b = flow_backend();
		fake_frame(c, breaches[i].first, breaches[i].p ? breaches[i].p : (char *)zeroes,
		    breaches[i].n);
		flow_run();
		fake_expect_close(c, breaches[i].code);
		back_expect_close(b, 1001);
		assert_false(b->got_shut);
		fake_say(b, "\x82\x01x\x88\x02\x03\xe9", 7);
		fake_eof(b);
		flow_run();
		assert_true(b->got_close);
		flow_finish();
	}
}

struct back_close {
	const char	*payload;
	size_t		 n;
};

static const struct back_close back_closes[] = {
	{"", 0}, {"\x03\xe8", 2}, {"\x03\xe9going", 7}, {"\x0b\xb8", 2}, {"\x13\x87" "caf\xc3\xa9", 7},
	{"\x03\xf6", 2},
};

/* Code and reason get through, each way; each side is answered with the code. */
static void test_closes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(back_closes) / sizeof(back_closes[0]); i++) {
		const struct back_close *r = &back_closes[i];
		size_t code = r->n < 2 ? 0 : 2;
		uint8_t frame[20] = {0x88, (uint8_t)r->n};
		memcpy(frame + 2, r->payload, r->n);

		struct fake *c = back_open(PLAIN, "", ""), *b = flow_backend();
		fake_frame(c, 0x88, r->payload, r->n);
		flow_run();
		back_expect(b, 0x88, r->payload, r->n);
		assert_int_equal(c->out_n, 2 + code);
		assert_memory_equal(c->out + 2, r->payload, code);
		assert_false(b->got_shut);	/* the server ends TCP */
		fake_say(b, frame, r->n + 2);
		fake_eof(b);
		flow_run();
		assert_true(b->got_close);
		assert_false(b->got_reset);
		flow_finish();

		c = back_open(PLAIN, "", "");
		b = flow_backend();
		fake_say(b, frame, r->n + 2);
		fake_say(b, "\x81\x04late", 6);
		flow_run();
		fake_expect(c, frame, r->n + 2);
		back_expect(b, 0x88, r->payload, code);
		assert_false(b->got_shut);
		fake_frame(c, 0x88, r->payload, code);
		fake_eof(b);
		flow_run();
		assert_true(b->got_close);
		assert_true(c->got_shut || c->got_close);
		flow_finish();
	}
}

/* A backend that never answers a Close, or never ends, is left alone after five seconds. */
static void test_close_deadline(void **state)
{
	(void)state;
	for (int answers = 0; answers < 2; answers++) {
		struct fake *c = back_open(PLAIN, "", ""), *b = flow_backend();
		fake_frame(c, 0x88, "", 0);
		flow_run();
		if (answers)
			fake_say(b, "\x88\x00", 2);
		flow_run();
		flow_advance(4999);
		assert_false(b->got_shut);
		flow_advance(1);
		assert_true(b->got_shut);
		flow_finish();
	}
}

/* 1006 stands in no frame: who leaves without a word is seen to have left so. */
static void test_left(void **state)
{
	(void)state;
	for (int way = 0; way < 4; way++) {
		struct fake *c = back_open(PLAIN, "", ""), *b = flow_backend();
		struct fake *who = way < 2 ? c : b;
		if (way % 2)
			fake_reset(who);
		else
			fake_eof(who);
		flow_run();
		if (way < 2) {
			assert_int_equal(b->out_n, 0);
			assert_true(b->got_shut);
		} else {
			fake_expect_close(c, 1011);
		}
		flow_finish();
	}
}

static void test_session_clocks(void **state)
{
	static const struct {
		const char	*keys;
		unsigned	 to_client, to_backend;
	} clocks[] = {
		{ROUTE("idle = \"10s\";"), 1001, 1001},
		{ROUTE("max_lifetime = \"10s\";"), 1012, 1012},
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct fake *c = back_open(clocks[i].keys, "", ""), *b = flow_backend();
		flow_advance(10000);
		fake_expect_close(c, clocks[i].to_client);
		back_expect_close(b, clocks[i].to_backend);
		flow_finish();
	}
}

/* Each side is asked whether it lives, and answers for itself. */
static void test_ping(void **state)
{
	static const char routes[] = "r: { backend = \"b\"; ping = \"10s\"; ping_timeout = \"5s\"; };";

	(void)state;
	struct fake *c = back_open(routes, "", ""), *b = flow_backend();
	flow_advance(10000);
	fake_expect(c, "\x89\x00", 2);
	back_expect(b, 0x89, "", 0);
	fake_frame(c, 0x8a, "", 0);
	flow_run();
	flow_advance(5000);
	back_expect_close(b, 1011);
	fake_expect_close(c, 1011);
	flow_finish();
}

/* Who does not read stops who sends, and nothing is lost. */
static void test_slow_sides(void **state)
{
	static uint8_t block[60000];

	(void)state;
	for (int slow = 0; slow < 2; slow++) {
		struct fake *c = back_open(PLAIN, "", ""), *b = flow_backend();
		struct fake *reader = slow ? c : b;
		reader->window = 0;
		for (int i = 0; i < 10; i++) {
			uint8_t head[4] = {0x82, 126, 60000 >> 8, 60000 & 0xff};
			if (slow) {
				fake_say(b, head, 4);
				fake_say(b, block, sizeof(block));
			} else {
				fake_frame(c, 0x82, block, sizeof(block));
			}
		}
		flow_run();
		assert_in_range(flow_world.worker.stats.queued + flow_world.worker.stats.stashed, 1,
		    3 * 65536);
		for (int i = 0; i < 200; i++) {
			reader->window += 5000;
			flow_run();
		}
		assert_true(reader->out_n >= 10 * (sizeof(block) + 4));
		assert_int_equal(flow_world.worker.stats.queued, 0);
		flow_finish();
	}
}

/* A backend that floods us with pings and takes no pongs is not read any more. */
static void test_pings_without_pongs(void **state)
{
	uint8_t ping[127] = {0x89, 125};

	(void)state;
	struct fake *c = back_open(PLAIN, "", ""), *b = flow_backend();
	b->window = 0;
	for (int i = 0; i < 8000; i++)
		fake_say(b, ping, sizeof(ping));
	flow_run();
	assert_true(b->in_at < b->in_n);
	assert_in_range(flow_world.worker.stats.queued, 1, 3 * 65536);
	b->window = SIZE_MAX;
	flow_run();
	assert_int_equal(b->out_n, 8000 * 131);
	assert_int_equal(c->out_n, 0);
	flow_finish();
}

/* Agreed on with each side, or with one, or with none. */
static void test_deflate(void **state)
{
	static uint8_t packed[1000], out[1000];
	static const char text[] = "Hello, Hello, Hello, Hello, Hello, Hello, Hello";
	size_t n = strlen(text), packed_n, used, made;

	(void)state;
	for (int sides = 0; sides < 4; sides++) {
		struct fake *c = back_open(ROUTE("deflate: { min_size = 1; };"),
		    sides & 1 ? OFFER : "", sides & 2 ? "Sec-WebSocket-Extensions: permessage-deflate; "
		    "server_no_context_takeover; client_no_context_takeover\r\n" : "");
		struct fake *b = flow_backend();
		struct ws_deflater *d = ws_deflater_new(15);
		struct ws_inflater *i = ws_inflater_new();
		packed_n = ws_deflate(d, (const uint8_t *)text, n, true, false, 6, packed);
		if (sides & 1)
			fake_frame(c, 0xc1, packed, packed_n);
		else
			fake_frame(c, 0x81, text, n);
		flow_run();
		if (sides & 2) {
			size_t got = back_heard(b, 0xc1, packed);
			assert_true(got < n);
			assert_int_equal(ws_inflate(i, packed, got, &used, out, sizeof(out), &made), FAULT_NONE);
			assert_int_equal(made, n);
			assert_memory_equal(out, text, n);
		} else {
			back_expect(b, 0x81, text, n);
		}
		packed_n = ws_deflate(d, (const uint8_t *)text, n, true, false, 6, packed);
		uint8_t head[2] = {sides & 2 ? 0xc1 : 0x81, (uint8_t)(sides & 2 ? packed_n : n)};
		fake_say(b, head, 2);
		fake_say(b, sides & 2 ? (char *)packed : text, head[1]);
		flow_run();
		assert_int_equal(c->out[0], sides & 1 ? 0xc1 : 0x81);
		if ((sides & 1) == 0)
			assert_memory_equal(c->out + 2, text, n);
		ws_deflater_free(d);
		ws_inflater_free(i);
		flow_finish();
	}
}

static void test_deflate_broken(void **state)
{
	(void)state;
	struct fake *c = back_open(ROUTE(""), "", "Sec-WebSocket-Extensions: permessage-deflate; "
	    "server_no_context_takeover; client_no_context_takeover\r\n");
	struct fake *b = flow_backend();
	fake_say(b, "\xc1\x03\xff\xff\xff", 5);
	flow_run();
	back_expect_close(b, 1007);
	fake_expect_close(c, 1011);
	flow_finish();
}

enum back_stage { STAGE_DIAL, STAGE_ASKED, STAGE_HALF, STAGE_REFUSING, STAGE_OPEN, STAGE_FRAME,
    STAGE_CLOSING, STAGE_CLOSED, STAGES };

static struct fake *back_reach(enum back_stage stage)
{
	flow_begin_backend(ROUTE("idle = \"60s\"; deflate: { enable = false; };"), "", SERVER);
	flow_world.dial = stage == STAGE_DIAL ? FLOW_DIAL_HANG : FLOW_DIAL_ACCEPT;
	struct fake *c = flow_websocket();
	flow_advance(0);
	if (stage == STAGE_DIAL)
		return c;
	struct fake *b = flow_backend();
	if (stage == STAGE_HALF)
		fake_say_text(b, "HTTP/1.1 101 Swi");
	if (stage == STAGE_REFUSING)
		fake_say_text(b, "HTTP/1.1 401 No\r\nContent-Length: 9\r\n\r\nsorr");
	if (stage >= STAGE_OPEN)
		fake_say_text(b, back_answer(b, ""));
	flow_run();
	if (stage == STAGE_FRAME) {
		fake_say(b, "\x81\x05he", 4);
		fake_say(c, "\x82\x85\x01\x02", 4);
	}
	if (stage >= STAGE_CLOSING)
		fake_frame(c, 0x88, "", 0);
	flow_run();
	if (stage == STAGE_CLOSED)
		fake_say(b, "\x88\x00", 2);
	flow_run();
	return c;
}

static void back_end(struct fake *f, int way)
{
	struct worker *w = &flow_world.worker;

	if (way == 0) {
		fake_eof(f);
	} else if (way == 1) {
		fake_reset(f);
	} else if (way == 2) {		/* the worker stops, and hurries */
		worker_enter(w);
		for (struct list *l; (l = list_take(&flow_world.gateway.channels)) != NULL;)
			channel_close(LIST_OWNER(l, struct channel, link), FAULT_SHUTDOWN);
		worker_settle(w);
		worker_enter(w);
		for (struct list *l; (l = list_take(&flow_world.gateway.connections)) != NULL;) {
			struct connection *connection = LIST_OWNER(l, struct connection, link);
			connection->ops->drop(connection);
		}
		worker_settle(w);
	}
	flow_run();
}

static void test_every_end(void **state)
{
	(void)state;
	for (enum back_stage stage = STAGE_DIAL; stage < STAGES; stage++)
		for (int backend = 0; backend < 2; backend++)
			for (int way = 0; way < 4; way++) {
				struct fake *c = back_reach(stage);
				back_end(backend ? flow_backend() : c, way);
				flow_advance(600 * 1000);
				assert_true(list_empty(&flow_world.gateway.channels));
				assert_true(list_empty(&flow_world.gateway.connections));
				assert_int_equal(flow_world.worker.stats.streams, 0);
				flow_finish();
			}
}

static void back_session(const char *answer)
{
	static uint8_t block[100000];
	struct fake *c = flow_handshake(OFFER "Sec-WebSocket-Protocol: x\r\n");

	flow_advance(0);
	if (flow_world.n_fakes < 2)
		return;
	struct fake *b = flow_backend();
	if (answer || b->out_n == 0) {
		fake_say_text(b, answer ? answer : "");
		flow_run();
		return;
	}
	fake_say_text(b, back_answer(b, "Sec-WebSocket-Protocol: x\r\n"
	    "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n"));
	flow_run();
	fake_frame(c, 0x81, block, 5000);
	fake_say(b, "\x82\x7f\0\0\0\0\0\1\x86\xa0", 10);
	c->window = 10;
	fake_say(b, block, sizeof(block));
	flow_run();
	c->window = SIZE_MAX;
	flow_run();
	fake_frame(c, 0x88, "", 0);
	flow_run();
	fake_say(b, "\x88\x00", 2);
	flow_run();
}

static void test_nth_allocation_fails(void **state)
{
	static const char *const answers[] = {NULL,
	    "HTTP/1.1 401 No\r\nA: b\r\nContent-Length: 5\r\n\r\nsorry"};

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		flow_begin_backend(ROUTE(""), "", SERVER);
		flow_fail_allocation(0);
		back_session(answers[k]);
		unsigned total = flow_allocations();
		flow_finish();
		assert_in_range(total, 8, 1000);
		for (unsigned n = 1; n <= total; n++) {
			flow_begin_backend(ROUTE(""), "", SERVER);
			flow_fail_allocation(n);
			back_session(answers[k]);
			flow_finish();
		}
	}
}

/* What the route makes of the request, beside what is between the gateway and the server. */
static void test_rewrite(void **state)
{
	struct fake *b;

	(void)state;
	back_ask(ROUTE("subprotocols = [\"a\"]; rewrite: { path = \"/x${path}\"; host = \"in.example\"; "
	    "set_headers = { X-Who = \"${query.who}\"; }; remove_headers = [\"X-Debug\"]; };"),
	    "Sec-WebSocket-Protocol: a, b\r\nX-Debug: 1\r\nX_Who: root\r\nX-Other: kept\r\n");
	b = flow_backend();
	assert_memory_equal(b->out, "GET /x/ HTTP/1.1\r\n", 18);
	assert_true(slice_eq(back_field(b, "Host"), SLICE("in.example")));
	assert_true(slice_eq(back_field(b, "X-Who"), SLICE("")));
	assert_true(slice_eq(back_field(b, "X-Other"), SLICE("kept")));
	assert_true(slice_eq(back_field(b, "Sec-WebSocket-Protocol"), SLICE("a")));
	assert_int_equal(back_field(b, "Sec-WebSocket-Extensions").n > 0, true);
	assert_null(back_field(b, "X-Debug").p);
	assert_null(back_field(b, "X_Who").p);
	flow_finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rewrite),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_long_answers),
		cmocka_unit_test(test_wrong_answers),
		cmocka_unit_test(test_spoiled_answers),
		cmocka_unit_test(test_large_head),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_long_refusal),
		cmocka_unit_test(test_refusals_as_codes),
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_breaches),
		cmocka_unit_test(test_client_breaches),
		cmocka_unit_test(test_closes),
		cmocka_unit_test(test_close_deadline),
		cmocka_unit_test(test_left),
		cmocka_unit_test(test_session_clocks),
		cmocka_unit_test(test_ping),
		cmocka_unit_test(test_slow_sides),
		cmocka_unit_test(test_pings_without_pongs),
		cmocka_unit_test(test_deflate),
		cmocka_unit_test(test_deflate_broken),
		cmocka_unit_test(test_every_end),
		cmocka_unit_test(test_nth_allocation_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
