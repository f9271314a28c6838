/* Requests to web servers and their answers, through the whole worker. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow.h"

#define SERVER "servers = [\"http://127.0.0.1:7\"];"
#define WEB "r: { backend = \"b\"; };"
#define GET "GET /a?b=c HTTP/1.1\r\nHost: h\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static void ends(const struct fake *f, const char *what)
{
	size_t n = strlen(what);

	if (f->out_n < n || memcmp(f->out + f->out_n - n, what, n) != 0)
		fail_msg("\"%.600s\" does not end with \"%s\"", fake_text(f), what);
}

static void expect_all(struct fake *f, const char *text)
{
	assert_string_equal(fake_text(f), text);
	f->out_n = 0;
}

/* A client's bytes, as far as the backend, which is returned. */
static struct fake *ask(struct fake *c, const char *request)
{
	fake_say_text(c, request);
	flow_run();
	flow_advance(0);
	return flow_backend();
}

static void answer(struct fake *b, const char *text)
{
	fake_say_text(b, text);
	flow_run();
}

static void test_request_and_answer(void **state)
{
	(void)state;
	flow_begin_backend(WEB, "", SERVER);
	struct fake *c = flow_client(), *b = ask(c, GET);
	expect_all(b, "GET /a?b=c HTTP/1.1\r\nHost: h\r\nForwarded: for=\"[::]\";host=h;"
	    "proto=http\r\nX-Forwarded-For: ::\r\nX-Forwarded-Proto: http\r\n"
	    "X-Forwarded-Host: h\r\n\r\n");
	answer(b, "HTTP/1.1 200 Fine\r\nDate: then\r\nServer: s\r\nConnection: X-Gone\r\n"
	    "X-Gone: 1\r\nKeep-Alive: timeout=5\r\nContent-Length: 2\r\n\r\nok");
	expect_all(c, "HTTP/1.1 200 OK\r\nDate: then\r\nServer: s\r\nContent-Length: 2\r\n\r\nok");
	flow_finish();
}

/* The same connection serves one after the other, of different clients too. */
static void test_connection_is_kept(void **state)
{
	(void)state;
	flow_begin_backend(WEB, "", SERVER);
	struct fake *c = flow_client(), *b = ask(c, GET);
	for (int i = 0; i < 3; i++) {
		answer(b, OK);
		ends(c, "ok");
		b->out_n = c->out_n = 0;
		assert_ptr_equal(ask(c, GET), b);
		fake_contains(b, "GET /a?b=c");
	}
	answer(b, OK);
	struct fake *other = flow_client();
	ask(other, GET);
	assert_int_equal(flow_world.n_fakes, 3);
	answer(b, OK);
	ends(other, "ok");
	flow_advance(60 * 1000);
	assert_true(b->got_shut);
	flow_finish();
}

/* What an idle connection says is nobody's answer. */
static void test_idle_connection_speaks(void **state)
{
	(void)state;
	for (int how = 0; how < 4; how++) {
		flow_begin_backend(WEB, "", SERVER);
		struct fake *c = flow_client(), *b = ask(c, GET);
		answer(b, OK);
		c->out_n = 0;
		if (how == 0 || how == 2)
			fake_say_text(b, "HTTP/1.1 408 Late\r\nContent-Length: 0\r\n\r\n");
		else
			fake_eof(b);
		if (how < 2)
			flow_run();		/* else both at the same time */
		struct fake *second = ask(c, GET);
		assert_ptr_not_equal(second, b);
		answer(second, OK);
		fake_expect_start(c, "HTTP/1.1 200 OK\r\n");
		flow_finish();
	}
}

/* More than was asked for ends the connection; the answer stands. */
static void test_answer_and_more(void **state)
{
	(void)state;
	flow_begin_backend(WEB, "", SERVER);
	struct fake *c = flow_client(), *b = ask(c, GET);
	answer(b, OK OK);
	ends(c, "\r\n\r\nok");
	c->out_n = 0;
	assert_ptr_not_equal(ask(c, GET), b);
	flow_finish();
}

/* It closed at the moment at which it was asked: only what is safe is asked again. */
static void test_retries(void **state)
{
	static const struct {
		const char	*request;
		bool		 again;
	} cases[] = {
		{GET, true},
		{"HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", true},
		{"DELETE / HTTP/1.1\r\nHost: h\r\n\r\n", true},
		{"PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", true},
		{"PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", false},
		{"PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n", true},
		{"PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", true},
		{"PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", true},
		{"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", false},
		{"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", false},
		{"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n", false},
		{"PATCH / HTTP/1.1\r\nHost: h\r\n\r\n", false},
		{"ODD / HTTP/1.1\r\nHost: h\r\n\r\n", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int how = 0; how < 3; how++) {
			flow_begin_backend(WEB, "", SERVER);
			struct fake *c = flow_client(), *b = ask(c, GET), *second;
			answer(b, OK);
			b->out_n = c->out_n = 0;
			ask(c, cases[i].request);
			assert_true(b->out_n > 0);
			if (how == 2)
				fake_say_text(b, "H");	/* it has begun to answer */
			if (how == 0)
				fake_reset(b);
			else
				fake_eof(b);
			flow_run();
			flow_advance(0);
			second = flow_backend();
			if (cases[i].again && how < 2) {
				assert_ptr_not_equal(second, b);
				assert_int_equal(second->out_n, b->out_n);
				fake_eof(second);	/* a new one has no excuse */
				flow_run();
				assert_int_equal(flow_world.n_fakes, 3);
			} else {
				assert_ptr_equal(second, b);
			}
			fake_expect_start(c, "HTTP/1.1 502 ");
			flow_finish();
		}
}

/* Each way to end a body, to each version of client. */
static void test_bodies(void **state)
{
	static const struct {
		const char	*answer;
		const char	*to_1_1, *to_1_0;	/* what follows the status line's first */
		bool		 eof;
	} cases[] = {
		{OK, "Content-Length: 2\r\n\r\nok", "Content-Length: 2\r\nConnection: close\r\n\r\nok", 0},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\no\r\n1\r\nk\r\n0\r\nT: t\r\n\r\n",
		    "Transfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n",
		    "Connection: close\r\n\r\nok", 0},
		{"HTTP/1.1 200 OK\r\n\r\nok", "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
		    "Connection: close\r\n\r\nok", 1},
		{"HTTP/1.0 200 OK\r\n\r\nok", "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
		    "Connection: close\r\n\r\nok", 1},
		{"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "Content-Length: 2\r\n\r\nok",
		    "Content-Length: 2\r\nConnection: close\r\n\r\nok", 0},
		{"HTTP/1.1 204 No\r\nX: y\r\n\r\n", "X: y\r\n\r\n", "X: y\r\nConnection: close\r\n\r\n", 0},
		{"HTTP/1.1 304 No\r\nETag: e\r\nContent-Length: 9\r\n\r\n", "ETag: e\r\n\r\n",
		    "ETag: e\r\nConnection: close\r\n\r\n", 0},
		{"HTTP/1.1 103 Early\r\nLink: l\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" OK,
		    "Content-Length: 2\r\n\r\nok", "Content-Length: 2\r\nConnection: close\r\n\r\nok", 0},
		{"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n", "Content-Length: 0\r\n\r\n",
		    "Content-Length: 0\r\nConnection: close\r\n\r\n", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int minor = 0; minor < 2; minor++)
			for (size_t most = 1; most < 2000; most += 1998) {
				char request[100];
				flow_begin_backend(WEB, "", SERVER);
				struct fake *c = flow_client();
				snprintf(request, sizeof(request),
				    "GET / HTTP/1.%d\r\nHost: h\r\n\r\n", minor);
				struct fake *b = ask(c, request);
				b->most = most;
				fake_say_text(b, cases[i].answer);
				if (cases[i].eof)
					fake_eof(b);
				flow_run();
				if (most > 1)
					ends(c, minor ? cases[i].to_1_1 : cases[i].to_1_0);
				assert_int_equal(strncmp(fake_text(c), "HTTP/1.1 ", 9), 0);
				assert_int_equal(strncmp(fake_text(c) + 9,
				    strstr(cases[i].answer, "103") ? "200" : cases[i].answer + 9, 3), 0);
				assert_int_equal(c->got_shut, minor == 0);
				flow_finish();
			}
}

static void test_head(void **state)
{
	(void)state;
	flow_begin_backend(WEB, "", SERVER);
	struct fake *c = flow_client(), *b = ask(c, "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
	answer(b, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
	ends(c, "Content-Length: 1000\r\n\r\n");
	c->out_n = 0;
	assert_ptr_equal(ask(c, "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"), b);
	answer(b, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
	ends(c, "Transfer-Encoding: chunked\r\n\r\n");
	assert_ptr_equal(ask(c, GET), b);
	flow_finish();
}

/* A server that ends within its answer, or says what is none: the client sees no whole answer. */
static void test_broken_answers(void **state)
{
	static const struct {
		const char	*answer;
		const char	*status;	/* "": it is cut */
	} cases[] = {
		{"", "502"},
		{"HTTP/1.1 200 OK\r\nContent-Le", "502"},
		{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", ""},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", ""},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n", ""},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxx", ""},
		{"SSH-2.0-OpenSSH\r\n", "502"},
		{"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "502"},
		{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", "502"},
		{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok", "502"},
		{"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\nok", "502"},
		{"HTTP/1.1 204 No\r\nContent-Length: 2\r\n\r\nok", "502"},
		{"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nxx", "502"},
		{"HTTP/2 200\r\n\r\n", "502"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		flow_begin_backend(WEB, "", SERVER);
		struct fake *c = flow_client(), *b = ask(c, GET);
		fake_say_text(b, cases[i].answer);
		fake_eof(b);
		flow_run();
		assert_true(b->got_close);
		if (cases[i].status[0]) {
			assert_int_equal(strncmp(fake_text(c) + 9, cases[i].status, 3), 0);
			assert_false(c->got_reset);
		} else {
			assert_true(c->got_reset);
			fake_lacks(c, "0\r\n\r\n");
		}
		flow_finish();
	}
}

/* Cut at each byte, by an end or a reset: what is not whole never looks so. */
static void test_cut_anywhere(void **state)
{
	static const struct {
		const char	*answer;
		size_t		 head;		/* bytes until it is answered */
	} cases[] = {
		{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 38},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nok\r\n0\r\nT: t\r\n\r\n", 47},
		{"HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nk", 60},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t at = 0; at < strlen(cases[i].answer); at++)
			for (int how = 0; how < 2; how++) {
				flow_begin_backend(WEB, "", SERVER);
				struct fake *c = flow_client(), *b = ask(c, GET);
				fake_say(b, cases[i].answer, at);
				flow_run();
				if (how)
					fake_reset(b);
				else
					fake_eof(b);
				flow_run();
				if (at < cases[i].head)
					fake_expect_start(c, "HTTP/1.1 502 ");
				else
					fake_lacks(c, "0\r\n\r\n");
				assert_int_equal(c->got_reset, at >= cases[i].head);
				assert_true(b->got_close || b->got_reset);
				assert_int_equal(flow_world.n_fakes, 2);
				flow_finish();
			}
}

/* Interim answers without end cost neither memory nor more time than an answer may take. */
static void test_interim_flood(void **state)
{
	(void)state;
	flow_begin_backend(WEB, "", SERVER " response_timeout = \"10s\";");
	struct fake *c = flow_client(), *b = ask(c, GET);
	for (int i = 0; i < 9; i++) {
		for (int k = 0; k < 1000; k++)
			fake_say_text(b, k % 2 ? "HTTP/1.1 100 Continue\r\n\r\n"
			    : "HTTP/1.1 199 Odd\r\nX: y\r\n\r\n");
		flow_run();
		assert_int_equal(c->out_n, 0);
		assert_int_equal(flow_world.worker.stats.stashed, 0);
		flow_advance(1000);
	}
	flow_advance(1000);
	fake_expect_start(c, "HTTP/1.1 504 ");
	assert_true(b->got_close);
	flow_finish();
}

static void test_large_head(void **state)
{
	char line[200];

	(void)state;
	for (int headers = 0; headers < 2; headers++) {
		flow_begin_backend(WEB, "", SERVER);
		struct fake *c = flow_client(), *b = ask(c, GET);
		fake_say_text(b, "HTTP/1.1 200 OK\r\n");
		for (int i = 0; i < 101; i++) {
			snprintf(line, sizeof(line), "X: %0*d\r\n", headers ? 1 : 160, 0);
			fake_say_text(b, line);
		}
		fake_say_text(b, headers ? "\r\n" : "");
		flow_run();
		fake_expect_start(c, "HTTP/1.1 502 ");
		assert_true(b->got_close);
		flow_finish();
	}
}

/* Client and server at their own pace: what waits stays within `buffer`. */
enum { BULK = 700 * 1000, BUFFER = 65536, SLACK = 20 * 1024 };

static size_t waiting(void)
{
	return (size_t)flow_world.worker.stats.queued + (size_t)flow_world.worker.stats.stashed;
}

static uint8_t *bulk(void)
{
	static uint8_t block[BULK];

	for (size_t i = 0; i < BULK; i++)
		block[i] = (uint8_t)(i * 7 + i / 251);
	return block;
}

static void test_slow_client(void **state)
{
	(void)state;
	flow_begin_backend(WEB, "", SERVER);
	struct fake *c = flow_client(), *b = ask(c, GET);
	char head[80];
	c->window = 0;
	snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", BULK);
	fake_say_text(b, head);
	fake_say(b, bulk(), BULK);
	flow_run();
	assert_true(b->in_at < 2 * BUFFER);
	assert_in_range(waiting(), 1, BUFFER + SLACK);
	for (int i = 0; i < 5; i++) {		/* longer than body_timeout, but it goes on */
		c->window = 1000;
		flow_run();
		flow_advance(70 * 1000);
	}
	for (size_t step = 1; c->out_n < BULK; step = step * 5 % 70001) {
		c->window = step;
		flow_run();
		assert_true(waiting() <= BUFFER + SLACK);
		if (b->in_at == b->in_n)
			c->window = SIZE_MAX;
		flow_run();
	}
	const uint8_t *body = memmem(c->out, c->out_n, "\r\n\r\n", 4);
	assert_int_equal(c->out + c->out_n - body - 4, BULK);
	assert_memory_equal(body + 4, bulk(), BULK);
	c->window = SIZE_MAX;
	assert_ptr_equal(ask(c, GET), b);
	flow_finish();
}

static void test_slow_server(void **state)
{
	(void)state;
	for (int chunked = 0; chunked < 2; chunked++) {
		flow_begin_backend(WEB, "", SERVER);
		struct fake *c = flow_client();
		char head[120];
		snprintf(head, sizeof(head), chunked
		    ? "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n"
		    : "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n", BULK);
		fake_say_text(c, head);
		fake_say(c, bulk(), BULK);
		fake_say_text(c, chunked ? "\r\n0\r\nTrailer: x\r\n\r\n" : "");
		flow_run();
		assert_true(c->in_at < 2 * BUFFER);	/* nobody is there yet */
		flow_advance(0);
		struct fake *b = flow_backend();
		for (size_t step = 1; b->out_n < BULK / 2; step = step * 5 % 70001) {
			b->window = step;
			flow_run();
			b->window = 0;
			flow_run();
			assert_true(waiting() <= 2 * BUFFER + SLACK);
		}
		b->window = SIZE_MAX;
		flow_run();
		flow_advance(0);
		assert_int_equal(c->in_at, c->in_n);
		assert_true(b->out_n > BULK);
		if (!chunked) {
			assert_memory_equal(b->out + b->out_n - BULK, bulk(), BULK);
		} else {
			ends(b, "\r\n0\r\n\r\n");
			fake_lacks(b, "Trailer");
		}
		answer(b, OK);
		ends(c, "ok");
		c->out_n = b->out_n = 0;
		assert_ptr_equal(ask(c, GET), b);
		flow_finish();
	}
}

/* The answer comes before the request is complete: it passes, and that connection is not kept. */
static void test_early_answer(void **state)
{
	(void)state;
	flow_begin_backend(WEB, "", SERVER);
	struct fake *c = flow_client();
	struct fake *b = ask(c, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
	ends(b, "\r\n\r\nabc");
	answer(b, "HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nno");
	fake_expect_start(c, "HTTP/1.1 413 ");
	assert_true(b->got_shut || b->got_close);
	fake_say_text(c, "defghij" GET);	/* so little is drained */
	flow_run();
	flow_advance(0);
	assert_ptr_not_equal(flow_backend(), b);
	fake_contains(flow_backend(), "GET /a?b=c");
	flow_finish();
}

/* Both bodies at the same time, each to its end. */
static void test_full_duplex(void **state)
{
	(void)state;
	flow_begin_backend(WEB, "", SERVER);
	struct fake *c = flow_client();
	struct fake *b = ask(c,
	    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
	answer(b, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nABC\r\n");
	ends(c, "3\r\nABC\r\n");
	fake_say_text(c, "1\r\nd\r\n0\r\n\r\n");
	flow_run();
	ends(b, "1\r\nd\r\n0\r\n\r\n");
	answer(b, "1\r\nD\r\n0\r\n\r\n");
	ends(c, "1\r\nD\r\n0\r\n\r\n");
	c->out_n = b->out_n = 0;
	assert_ptr_equal(ask(c, GET), b);
	flow_finish();
}

static void test_expect(void **state)
{
	static const char post[] = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
	    "Content-Length: 3\r\n\r\n";

	(void)state;
	flow_begin_backend(WEB, "", SERVER);
	struct fake *c = flow_client(), *b = ask(c, post);
	fake_contains(b, "Expect: 100-continue\r\n");
	assert_int_equal(c->out_n, 0);
	answer(b, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n");
	fake_expect(c, "HTTP/1.1 100 Continue\r\n\r\n", 25);
	fake_say_text(c, "abc");
	flow_run();
	ends(b, "\r\n\r\nabc");
	answer(b, OK);
	ends(c, "ok");
	fake_lacks(c, "Connection: close");
	c->out_n = b->out_n = 0;
	assert_ptr_equal(ask(c, post), b);
	answer(b, "HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n");
	fake_expect_start(c, "HTTP/1.1 417 ");
	assert_true(c->got_shut);
	assert_true(b->got_shut || b->got_close);
	flow_finish();
}

static void test_client_leaves(void **state)
{
	(void)state;
	for (int when = 0; when < 4; when++) {
		flow_begin_backend(WEB, "", SERVER);
		struct fake *c = flow_client();
		if (when == 0) {
			fake_say_text(c, GET);
			flow_run();		/* while it is being connected */
			fake_reset(c);
			flow_run();
			flow_advance(0);
			assert_int_equal(flow_world.n_fakes, 1);
			flow_finish();
			continue;
		}
		struct fake *b = ask(c, when == 1 ? GET
		    : "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
		if (when == 3)
			answer(b, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nok");
		fake_reset(c);
		flow_run();
		assert_true(b->got_close);
		flow_finish();
	}
}

static void test_timeouts(void **state)
{
	(void)state;
	flow_begin_backend(WEB, "", SERVER);
	struct fake *c = flow_client(), *b = ask(c, GET);
	flow_advance(59 * 1000);
	assert_int_equal(c->out_n, 0);
	flow_advance(2 * 1000);
	fake_expect_start(c, "HTTP/1.1 504 ");
	assert_true(b->got_close);
	b = ask(c, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
	flow_advance(299 * 1000);
	assert_int_equal(c->out_n, 0);
	flow_advance(2 * 1000);
	fake_expect_start(c, "HTTP/1.1 408 ");
	assert_true(b->got_close);
	fake_say_text(c, "cde");
	b = ask(c, GET);
	answer(b, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok");
	flow_advance(299 * 1000);
	answer(b, "k");
	flow_advance(299 * 1000);
	assert_false(b->got_close);
	flow_advance(2 * 1000);
	assert_true(b->got_close);
	assert_true(c->got_reset);
	flow_finish();
}

/* Who does not wait for the server's word is the one that is waited for. */
static void test_impatient_client(void **state)
{
	(void)state;
	flow_begin_backend(WEB, "", SERVER " response_timeout = 0;");
	struct fake *c = flow_client(), *b = ask(c,
	    "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
	flow_advance(3600 * 1000);		/* the server may think about it */
	fake_say_text(c, "ab");
	flow_run();
	ends(b, "\r\n\r\nab");
	flow_advance(299 * 1000);
	assert_int_equal(c->out_n, 0);
	flow_advance(2 * 1000);
	fake_expect_start(c, "HTTP/1.1 408 ");
	assert_true(b->got_close);
	flow_finish();
}

/* It says no, and takes no more of what is sent: the client is told, and is no longer held up. */
static void test_early_answer_while_full(void **state)
{
	(void)state;
	for (int complete = 0; complete < 2; complete++) {
		flow_begin_backend(WEB, "", SERVER);
		struct fake *c = flow_client();
		char head[80];
		snprintf(head, sizeof(head),
		    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n", BULK);
		struct fake *b = ask(c, head);
		b->window = 0;
		fake_say(c, bulk(), BULK);
		flow_run();
		assert_true(c->in_at < c->in_n);
		answer(b, "HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nn");
		assert_false(c->got_shut);
		if (complete)
			answer(b, "o");
		else
			fake_reset(b);
		flow_run();
		fake_expect_start(c, "HTTP/1.1 413 ");
		assert_int_equal(c->got_reset, !complete);
		assert_int_equal(c->got_shut, complete);
		assert_int_equal(c->in_at == c->in_n, complete);
		flow_advance(60 * 1000);
		assert_true(b->got_close);
		flow_finish();
	}
}

static void test_cannot_be_connected(void **state)
{
	(void)state;
	flow_begin_backend(WEB, "", SERVER);
	struct fake *c = flow_client();
	flow_world.dial = FLOW_DIAL_REFUSE;
	fake_say_text(c, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabcde");
	flow_run();
	flow_advance(0);
	fake_expect_start(c, "HTTP/1.1 502 ");
	flow_world.dial = FLOW_DIAL_ACCEPT;
	struct fake *b = ask(c, GET);
	answer(b, OK);
	ends(c, "ok");
	flow_finish();
}

static void test_no_pool_with_send_proxy(void **state)
{
	(void)state;
	flow_begin_backend(WEB, "", SERVER " send_proxy = \"v1\";");
	struct fake *c = flow_client(), *b = ask(c, GET);
	fake_contains(b, "PROXY ");
	fake_contains(b, "\r\nConnection: close\r\n");
	answer(b, OK);
	ends(c, "ok");
	assert_ptr_not_equal(ask(c, GET), b);
	flow_finish();
}

static void whole_exchange(void)
{
	struct fake *c = flow_client();

	for (int i = 0; i < 4; i++) {
		fake_say_text(c, i == 1
		    ? "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
		    : GET);
		flow_run();
		flow_advance(0);
		if (flow_world.n_fakes < 2)
			return;
		if (i == 3) {
			fake_eof(flow_backend());	/* and is asked again */
			flow_run();
			flow_advance(0);
		}
		fake_say_text(flow_backend(), "HTTP/1.1 200 OK\r\nA: b\r\nContent-Le");
		flow_run();
		fake_say_text(flow_backend(), "ngth: 2\r\n\r\nok");
		flow_run();
		if (i == 1)
			fake_eof(flow_backend());
	}
}

static void test_memory(void **state)
{
	(void)state;
	assert_in_range(flow_fail_each(WEB, "", SERVER, whole_exchange), 10, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request_and_answer),
		cmocka_unit_test(test_connection_is_kept),
		cmocka_unit_test(test_idle_connection_speaks),
		cmocka_unit_test(test_answer_and_more),
		cmocka_unit_test(test_retries),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_broken_answers),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_interim_flood),
		cmocka_unit_test(test_large_head),
		cmocka_unit_test(test_slow_client),
		cmocka_unit_test(test_slow_server),
		cmocka_unit_test(test_early_answer),
		cmocka_unit_test(test_full_duplex),
		cmocka_unit_test(test_expect),
		cmocka_unit_test(test_client_leaves),
		cmocka_unit_test(test_timeouts),
		cmocka_unit_test(test_impatient_client),
		cmocka_unit_test(test_early_answer_while_full),
		cmocka_unit_test(test_cannot_be_connected),
		cmocka_unit_test(test_no_pool_with_send_proxy),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
