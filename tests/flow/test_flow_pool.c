/* Idle connections to web servers: how many, for how long, and which is used next. */
#include <stdio.h>
#include <string.h>

#include "flow.h"

#define SERVER "servers = [\"http://127.0.0.1:7\"];"
#define WEB "r: { backend = \"b\"; };"
#define GET "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

enum { MOST = 5 };

/* A client's request as far as the server: by a new connection, or by one that was idle. */
static void ask(struct fake *c)
{
	fake_say_text(c, GET);
	flow_run();
	flow_advance(0);
}

static void answer(struct fake *b, const char *text)
{
	b->out_n = 0;
	fake_say_text(b, text);
	flow_run();
}

static bool is_gone(const struct fake *b)
{
	return b->got_shut || b->got_close;
}

/* Is the server told that it will not be asked again? */
static bool says_close(const struct fake *b)
{
	return fake_find(b, "\r\nConnection: close\r\n") != NULL;
}

/* n requests at a time, so that there are as many connections. */
static void crowd(struct fake *clients[MOST], struct fake *servers[MOST], int n)
{
	for (int i = 0; i < n; i++) {
		clients[i] = flow_client();
		ask(clients[i]);
		servers[i] = flow_backend();
		assert_true(i == 0 || servers[i] != servers[i - 1]);
	}
}

/* The oldest goes where there are too many; the one that was used last is used next. */
static void test_max(void **state)
{
	struct fake *c[MOST], *b[MOST];

	(void)state;
	flow_begin_backend(WEB, "", SERVER " keepalive: { max = 3; };");
	crowd(c, b, MOST);
	static const int order[MOST] = {3, 0, 4, 1, 2};
	for (int i = 0; i < MOST; i++) {
		answer(b[order[i]], OK);
		for (int k = 0; k < MOST; k++)
			assert_int_equal(is_gone(b[order[k]]), k <= i - 3);
	}
	int fakes = flow_world.n_fakes;
	static const int next[] = {2, 1, 4};
	for (size_t i = 0; i < sizeof(next) / sizeof(next[0]); i++) {
		ask(c[i]);
		assert_true(b[next[i]]->out_n > 0);
		assert_int_equal(flow_world.n_fakes, fakes);
	}
	ask(c[3]);
	assert_int_equal(flow_world.n_fakes, fakes + 1);
	flow_finish();
}

/* It is idle for so long at most, and each use counts anew. */
static void test_idle(void **state)
{
	(void)state;
	flow_begin_backend(WEB, "", SERVER " keepalive: { idle = \"5s\"; };");
	struct fake *c = flow_client();
	for (int i = 0; i < 3; i++) {
		ask(c);
		assert_int_equal(flow_world.n_fakes, 2);
		answer(flow_backend(), OK);
		flow_advance(4999);
		assert_false(is_gone(flow_backend()));
	}
	flow_advance(1);
	assert_true(is_gone(flow_backend()));
	ask(c);
	assert_int_equal(flow_world.n_fakes, 3);
	flow_finish();
}

/* A server that says how long it will wait is left a second earlier; never later than `idle`. */
static void test_server_says(void **state)
{
	static const struct {
		const char	*said;
		uint64_t	 lasts;
	} cases[] = {
		{"timeout=3", 2000}, {"max=100, timeout=3", 2000}, {"timeout=1", 0}, {"timeout=0", 0},
		{"timeout=100", 5000}, {"Timeout = 3 ,max=1", 2000}, {"timeout", 5000},
		{"timeout=x", 5000}, {"timeout=99999999999999999999", 5000}, {",,=,timeout=3", 2000},
	};
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		flow_begin_backend(WEB, "", SERVER " keepalive: { idle = \"5s\"; };");
		ask(flow_client());
		snprintf(text, sizeof(text),
		    "HTTP/1.1 200 OK\r\nKeep-Alive: %s\r\nContent-Length: 0\r\n\r\n", cases[i].said);
		answer(flow_backend(), text);
		if (cases[i].lasts) {
			flow_advance(cases[i].lasts - 1);
			assert_false(is_gone(flow_backend()));
			flow_advance(1);
		}
		assert_true(is_gone(flow_backend()));
		flow_finish();
	}
}

/* What ends a connection in a server's words, and what none is kept for at all. */
static void test_not_kept(void **state)
{
	static const struct {
		const char	*conf, *answer;
	} cases[] = {
		{"keepalive: { max = 0; };", OK},
		{"keepalive: { idle = 0; };", OK},
		{"", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"},
		{"", "HTTP/1.1 200 OK\r\nConnection: x, CLOSE\r\nContent-Length: 0\r\n\r\n"},
		{"", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"},
		{"", OK "H"},
		{"", "HTTP/1.1 204 No\r\n\r\nbody"},
		{"", "HTTP/1.1 304 No\r\nContent-Length: 4\r\n\r\nbody"},
	};
	char conf[200];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(conf, sizeof(conf), SERVER " %s", cases[i].conf);
		flow_begin_backend(WEB, "", conf);
		struct fake *c = flow_client();
		ask(c);
		assert_int_equal(says_close(flow_backend()), i == 0);
		answer(flow_backend(), cases[i].answer);
		assert_true(is_gone(flow_backend()));
		fake_expect_start(c, "HTTP/1.1 ");
		ask(c);
		assert_int_equal(flow_world.n_fakes, 3);
		flow_finish();
	}
}

/* Idle connections are no sessions of their server. */
static void test_no_place(void **state)
{
	struct fake *c[MOST], *b[MOST];

	(void)state;
	flow_begin_backend(WEB, "", SERVER " max_sessions = 2;");
	crowd(c, b, 2);
	struct fake *third = flow_client();
	ask(third);
	fake_expect_start(third, "HTTP/1.1 503 ");
	answer(b[0], OK);
	answer(b[1], OK);
	ask(third);
	assert_true(b[1]->out_n > 0);
	flow_finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_max),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_server_says),
		cmocka_unit_test(test_not_kept),
		cmocka_unit_test(test_no_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
