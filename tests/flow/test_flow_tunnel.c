/* WebSockets to web servers: opened only by a right 101, then bytes both ways. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/ws_handshake.h"
#include "flow.h"

#define SERVER "servers = [\"http://127.0.0.1:7\"];"
#define WEB "r: { backend = \"b\"; };"
#define ASK "GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" \
	"Sec-WebSocket-Protocol: a, b\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="	/* of the client's key */

static struct fake *ask(struct fake *c, const char *behind)
{
	fake_say_text(c, ASK);
	fake_say_text(c, behind);
	flow_run();
	flow_advance(0);
	return flow_backend();
}

/* What a server that understood would say to what it was sent. */
static void accept_of(const struct fake *b, char accept[WS_ACCEPT_SIZE + 1])
{
	const char *key = fake_find(b, "Sec-WebSocket-Key: ");

	assert_non_null(key);
	assert_int_equal(ws_handshake_accept((struct slice){key + 19, 24}, accept), FAULT_NONE);
	accept[WS_ACCEPT_SIZE] = '\0';
}

static void say_101(struct fake *b, const char *behind)
{
	char accept[WS_ACCEPT_SIZE + 1], text[400];

	accept_of(b, accept);
	snprintf(text, sizeof(text), "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\n"
	    "Connection: upgrade\r\nSec-WebSocket-Accept: %s\r\nSec-WebSocket-Protocol: b\r\n"
	    "Sec-WebSocket-Extensions: permessage-deflate\r\nSet-Cookie: c\r\n\r\n%s", accept, behind);
	fake_say_text(b, text);
}

static struct fake *tunnel(struct fake **c)
{
	*c = flow_client();
	struct fake *b = ask(*c, "");
	say_101(b, "");
	flow_run();
	fake_contains(*c, "HTTP/1.1 101 ");
	(*c)->out_n = b->out_n = 0;
	return b;
}

static void test_opened(void **state)
{
	(void)state;
	for (size_t most = 1; most < 2000; most += 1998) {
		flow_begin_backend(WEB, "", SERVER);
		struct fake *c = flow_client();
		c->most = most;
		struct fake *b = ask(c, "early");
		fake_contains(b, "GET /chat HTTP/1.1\r\n");
		fake_contains(b, "\r\nUpgrade: websocket\r\n");
		fake_contains(b, "\r\nSec-WebSocket-Protocol: a, b\r\n");
		fake_contains(b, "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n");
		fake_lacks(b, "dGhlIHNhbXBsZSBub25jZQ==");
		fake_lacks(b, "early");
		b->most = most;
		say_101(b, "first");
		b->out_n = 0;
		flow_run();
		fake_contains(c, "\r\nSec-WebSocket-Accept: " ACCEPT "\r\n");
		fake_contains(c, "\r\nSec-WebSocket-Protocol: b\r\n");
		fake_contains(c, "\r\nSet-Cookie: c\r\n");
		fake_contains(c, "\r\n\r\nfirst");
		fake_expect(b, "early", 5);
		c->out_n = 0;
		fake_say_text(c, "more");
		fake_say_text(b, "less");
		flow_run();
		fake_expect(b, "more", 4);
		fake_expect(c, "less", 4);
		flow_finish();
	}
}

/* Nothing that the client sent behind its handshake reaches the server, and none of it is a request. */
static void test_refused(void **state)
{
	static const struct {
		const char	*answer;
		const char	*status;
	} cases[] = {
		{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "200"},
		{"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", "404"},
		{"HTTP/1.1 302 Go\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", "302"},
		{"HTTP/1.1 426 Up\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n", "426"},
		{"HTTP/1.1 101 Sw\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
		    "Sec-WebSocket-Accept: " ACCEPT "\r\n\r\n", "502"},
		{"HTTP/1.1 101 Sw\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n", "502"},
		{"HTTP/1.1 101 Sw\r\nUpgrade: h2c\r\nConnection: upgrade\r\n"
		    "Sec-WebSocket-Accept: @\r\n\r\n", "502"},
		{"HTTP/1.1 101 Sw\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: @\r\n\r\n", "502"},
		{"HTTP/1.1 101 Sw\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
		    "Sec-WebSocket-Accept: @\r\nSec-WebSocket-Accept: @\r\n\r\n", "502"},
	};
	static const char smuggled[] = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
	char accept[WS_ACCEPT_SIZE + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		flow_begin_backend(WEB, "", SERVER);
		struct fake *c = flow_client(), *b = ask(c, smuggled);
		accept_of(b, accept);
		for (const char *p = cases[i].answer; *p; p++)
			if (*p == '@')
				fake_say_text(b, accept);
			else
				fake_say(b, p, 1);
		flow_run();
		fake_say_text(c, smuggled);
		flow_run();
		flow_advance(0);
		fake_contains(c, "\r\nConnection: close\r\n");
		assert_int_equal(strncmp(fake_text(c) + 9, cases[i].status, 3), 0);
		assert_true(c->got_shut);
		assert_int_equal(flow_world.n_fakes, 2);
		fake_lacks(b, "smuggled");
		flow_finish();
	}
}

/* A bad handshake asks nobody. */
static void test_bad_handshake(void **state)
{
	(void)state;
	flow_begin_backend(WEB, "", SERVER);
	struct fake *c = flow_client();
	fake_say_text(c, "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n");
	flow_run();
	flow_advance(0);
	fake_expect_start(c, "HTTP/1.1 400 ");
	assert_int_equal(flow_world.n_fakes, 1);
	flow_finish();
}

/* Any other upgrade is an ordinary request. */
static void test_other_upgrades(void **state)
{
	(void)state;
	flow_begin_backend(WEB, "", SERVER);
	struct fake *c = flow_client();
	fake_say_text(c, "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\nConnection: Upgrade, "
	    "HTTP2-Settings\r\nHTTP2-Settings: x\r\n\r\n");
	flow_run();
	flow_advance(0);
	fake_contains(flow_backend(), "GET / HTTP/1.1\r\n");
	fake_lacks(flow_backend(), "upgrade");
	fake_lacks(flow_backend(), "http2");
	fake_say_text(flow_backend(), "HTTP/1.1 101 S\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n");
	flow_run();
	fake_expect_start(c, "HTTP/1.1 502 ");
	flow_finish();
}

static void test_ends(void **state)
{
	struct fake *c, *b;

	(void)state;
	flow_begin_backend(WEB, "", SERVER);
	b = tunnel(&c);
	fake_say_text(c, "last words");
	fake_eof(c);
	flow_run();
	fake_expect(b, "last words", 10);
	assert_true(b->got_shut);		/* half of it is closed … */
	assert_false(b->got_close);
	fake_say_text(b, "and mine");
	flow_run();
	fake_expect(c, "and mine", 8);		/* … the other works on */
	fake_eof(b);
	flow_run();
	assert_true(c->got_close && !c->got_reset);
	flow_finish();

	flow_begin_backend(WEB, "", SERVER);
	b = tunnel(&c);
	fake_say_text(b, "bye");
	fake_eof(b);
	flow_run();
	fake_expect(c, "bye", 3);
	assert_true(c->got_shut && !c->got_reset);
	assert_true(b->got_close);
	flow_finish();

	flow_begin_backend(WEB, "", SERVER);
	b = tunnel(&c);
	fake_reset(b);
	flow_run();
	assert_true(c->got_reset);
	flow_finish();

	flow_begin_backend(WEB, "", SERVER);
	b = tunnel(&c);
	fake_say_text(c, "last words");
	flow_run();
	fake_reset(c);
	flow_run();
	fake_expect(b, "last words", 10);
	assert_true(b->got_close || b->got_shut);
	flow_finish();
}

static void test_clocks(void **state)
{
	struct fake *c, *b;

	(void)state;
	flow_begin_backend("r: { backend = \"b\"; idle = \"10s\"; max_lifetime = \"25s\"; };", "", SERVER);
	b = tunnel(&c);
	flow_advance(9 * 1000);
	fake_say_text(b, "x");
	flow_run();
	flow_advance(9 * 1000);
	assert_false(c->got_shut);
	flow_advance(2 * 1000);
	assert_true(c->got_shut && b->got_shut);
	flow_finish();

	flow_begin_backend("r: { backend = \"b\"; idle = \"10s\"; max_lifetime = \"25s\"; };", "", SERVER);
	b = tunnel(&c);
	for (int i = 0; i < 4; i++) {
		assert_false(c->got_shut);
		flow_advance(6 * 1000);
		fake_say_text(c, "x");
		flow_run();
	}
	flow_advance(2 * 1000);
	assert_true(c->got_shut && b->got_shut);
	flow_finish();

	flow_begin_backend(WEB, "", SERVER);			/* who is left alone waits no longer than a body may */
	b = tunnel(&c);
	flow_advance(3600 * 1000);
	fake_eof(c);
	flow_run();
	flow_advance(299 * 1000);
	assert_false(c->got_close);
	flow_advance(2 * 1000);
	assert_true(c->got_close);
	flow_finish();
}

enum { BULK = 500 * 1000, BUFFER = 65536, SLACK = 4096 };

static size_t waiting(void)
{
	return (size_t)flow_world.worker.stats.queued + (size_t)flow_world.worker.stats.stashed;
}

static void test_slow(void **state)
{
	static uint8_t block[BULK];
	struct fake *c, *b;

	(void)state;
	for (size_t i = 0; i < BULK; i++)
		block[i] = (uint8_t)(i * 7 + i / 251);
	for (int way = 0; way < 2; way++) {
		flow_begin_backend(WEB, "", SERVER);
		b = tunnel(&c);
		struct fake *from = way ? c : b, *to = way ? b : c;
		to->window = 0;
		fake_say(from, block, BULK);
		fake_eof(from);
		flow_run();
		assert_true(from->in_at < 2 * BUFFER);
		assert_in_range(waiting(), 1, BUFFER + SLACK);
		for (size_t step = 1; to->out_n < BULK / 2; step = step * 5 % 70001) {
			to->window = step;
			flow_run();
			to->window = 0;
			flow_run();
			assert_true(waiting() <= BUFFER + SLACK);
		}
		to->window = SIZE_MAX;
		flow_run();
		fake_expect(to, block, BULK);
		assert_true(to->got_shut);
		flow_finish();
	}
}

static void test_limits(void **state)
{
	struct fake *c, *other, *b;

	(void)state;
	flow_begin_backend("r: { backend = \"b\"; limits: { sessions = 1; }; };", "", SERVER);
	b = tunnel(&c);
	other = flow_client();
	ask(other, "");
	fake_expect_start(other, "HTTP/1.1 429 ");
	fake_eof(b);
	fake_eof(c);
	flow_run();
	tunnel(&other);
	flow_finish();
}

/* A kept connection may become a tunnel, and is asked for one again if it has just gone. */
static void test_kept_connection(void **state)
{
	(void)state;
	for (int gone = 0; gone < 2; gone++) {
		flow_begin_backend(WEB, "", SERVER);
		struct fake *c = flow_client();
		fake_say_text(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
		flow_run();
		flow_advance(0);
		struct fake *b = flow_backend();
		fake_say_text(b, "HTTP/1.1 204 No\r\n\r\n");
		flow_run();
		b->out_n = c->out_n = 0;
		assert_ptr_equal(ask(c, ""), b);
		if (gone) {
			fake_reset(b);
			flow_run();
			flow_advance(0);
			assert_ptr_not_equal(flow_backend(), b);
			b = flow_backend();
		}
		say_101(b, "x");
		flow_run();
		fake_contains(c, "\r\n\r\nx");
		flow_finish();
	}
}

static void whole_tunnel(void)
{
	struct fake *c = flow_client(), *b = ask(c, "early");

	if (flow_world.n_fakes < 2 || fake_find(b, "Sec-WebSocket-Key: ") == NULL)
		return;
	say_101(b, "first");
	c->window = 100;
	flow_run();
	c->window = SIZE_MAX;
	fake_say_text(c, "more");
	flow_run();
	fake_eof(c);
	flow_run();
}

static void test_memory(void **state)
{
	(void)state;
	assert_in_range(flow_fail_each(WEB, "", SERVER, whole_tunnel), 10, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opened),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_bad_handshake),
		cmocka_unit_test(test_other_upgrades),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_kept_connection),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
