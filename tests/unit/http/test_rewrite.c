/* `rewrite`: the request as the backend is to see it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "config/template.h"
#include "fake_exchange.h"
#include "http/rewrite.h"

static struct fake_exchange fake;
static struct config_route conf;
static const struct route route = {.conf = &conf};
static struct arena templates;

static int begin(void **state)
{
	(void)state;
	arena_init(&templates);
	fake_exchange_init(&fake);
	fake.x.route = &route;
	conf = (struct config_route){.name = "app"};
	return 0;
}

static int end(void **state)
{
	(void)state;
	fake_exchange_fini(&fake);
	arena_fini(&templates);
	return 0;
}

static const struct template *compile(const char *text)
{
	struct template_error error;
	const struct template *t = template_compile(&templates, text, &error);

	assert_non_null(t);
	return t;
}

static void is(struct slice s, const char *text)
{
	if (s.p == NULL && text == NULL)
		return;
	if (s.p == NULL || text == NULL || !slice_eq(s, slice_of(text)))
		fail_msg("\"%.*s\" is not \"%s\"", SLICE_ARG(s), text ? text : "(none)");
}

static void test_nothing(void **state)
{
	struct rewrite w;

	(void)state;
	fake_exchange_request(&fake, "GET", "h:80", "/a/b?c=d");
	size_t before = fake.x.arena.used;
	assert_int_equal(rewrite_request(&fake.x, &w), FAULT_NONE);
	is(w.path, "/a/b");
	is(w.query, "c=d");
	is(w.host, "h:80");
	assert_int_equal(w.n_set, 0);
	assert_int_equal(w.n_remove, 0);
	assert_int_equal(fake.x.arena.used, before);
}

static void test_strip(void **state)
{
	static const struct {
		const char	*path, *stripped;
	} rows[] = {
		{"/app", "/"}, {"/app/", "/"}, {"/app/x", "/x"}, {"/app/app", "/app"},
		{"/app/x/", "/x/"}, {"/apple", "/apple"}, {"/ap", "/ap"}, {"/", "/"}, {"*", "*"},
		{"/APP/x", "/APP/x"}, {"/app%2Fx", "/app%2Fx"}, {"/x/app", "/x/app"},
	};
	struct rewrite w;

	(void)state;
	conf.rewrite.strip = "/app";
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_exchange_request(&fake, "GET", "h", rows[i].path);
		assert_int_equal(rewrite_request(&fake.x, &w), FAULT_NONE);
		is(w.path, rows[i].stripped);
		is(w.query, NULL);
	}
	fake_exchange_request(&fake, "GET", "h", "/app?");
	assert_int_equal(rewrite_request(&fake.x, &w), FAULT_NONE);
	is(w.path, "/");
	is(w.query, "");
}

/* Templates of paths, and what comes out of hostile values. */
static void test_path(void **state)
{
	static struct header captures[] = {
		{{"id", 2}, {"a%20b", 5}}, {{"up", 2}, {"%2e%2e", 6}}, {{"x", 1}, {"%5C", 3}},
		{{"nl", 2}, {"%0A", 3}}, {{"slash", 5}, {"a%2F..%2Fb", 10}},
	};
	static const struct {
		const char	*template, *target;
		enum fault	 fault;
		const char	*path, *query;
	} rows[] = {
		{"/fixed", "/a?b", FAULT_NONE, "/fixed", "b"},
		{"/fixed", "/a", FAULT_NONE, "/fixed", NULL},
		{"/fixed?x=1", "/a?b", FAULT_NONE, "/fixed", "x=1"},
		{"/fixed?", "/a?b", FAULT_NONE, "/fixed", ""},
		{"/v2${path}", "/a%20b/c?d=e", FAULT_NONE, "/v2/a%20b/c", "d=e"},
		{"${path}", "*", FAULT_NONE, "*", NULL},
		{"${path}/x", "*", FAULT_HTTP_SYNTAX, NULL, NULL},
		{"/u/${path.id}/", "/x", FAULT_NONE, "/u/a%20b/", NULL},
		{"/u/${query.q}", "/x?q=%3Fa%23b%26c%25", FAULT_NONE, "/u/%3Fa%23b%26c%25",
		    "q=%3Fa%23b%26c%25"},
		{"/u?a=${query.q}&b=1", "/x?q=%26b=2%23+%2b", FAULT_NONE, "/u",
		    "a=%26b%3D2%23%20%2B&b=1"},
		{"/u/${query.none}/x", "/x", FAULT_NONE, "/u/x", NULL},
		{"/u/${query.q}", "/x?q=a/b//c", FAULT_NONE, "/u/a/b/c", "q=a/b//c"},
		{"/u/${query.q}", "/x?q=../secret", FAULT_PATH_ESCAPES, NULL, NULL},
		{"/u/${query.q}", "/x?q=%2e%2E%2Fsecret", FAULT_PATH_ESCAPES, NULL, NULL},
		{"/u/${query.q}", "/x?q=a/..", FAULT_PATH_ESCAPES, NULL, NULL},
		{"/u/${query.q}", "/x?q=.", FAULT_PATH_ESCAPES, NULL, NULL},
		{"/u/${query.q}.", "/x?q=.", FAULT_PATH_ESCAPES, NULL, NULL},
		{"/u/${query.q}", "/x?q=%252e%252e", FAULT_NONE, "/u/%252e%252e", "q=%252e%252e"},
		{"/u/${query.q}", "/x?q=..%5Csecret", FAULT_NONE, "/u/..%5Csecret",
		    "q=..%5Csecret"},
		{"/u/${query.q}", "/x?q=..;a/secret", FAULT_HTTP_SYNTAX, NULL, NULL},
		{"/u/${query.q}", "/x?q=a%0d%0aX:1", FAULT_CONTROL_CHARACTER, NULL, NULL},
		{"/u/${query.q}", "/x?q=%00", FAULT_HTTP_SYNTAX, NULL, NULL},
		{"/u/${path.up}", "/x", FAULT_PATH_ESCAPES, NULL, NULL},
		{"/u/${path.slash}", "/x", FAULT_PATH_ESCAPES, NULL, NULL},
		{"/u/${path.x}", "/x", FAULT_NONE, "/u/%5C", NULL},
		{"/u/${path.nl}", "/x", FAULT_CONTROL_CHARACTER, NULL, NULL},
		{"/u/${header.X-A}", "/x", FAULT_NONE, "/u/%C3%BC%20HTTP/1.1", NULL},
	};
	struct rewrite w;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		conf.rewrite.path = compile(rows[i].template);
		fake_exchange_request(&fake, "GET", "h", rows[i].target);
		fake_exchange_add(&fake, "X-A", "\xc3\xbc HTTP/1.1");
		fake.x.request->captures = captures;
		fake.x.request->n_captures = 5;
		enum fault f = rewrite_request(&fake.x, &w);
		if (f != rows[i].fault)
			fail_msg("row %zu: %s", i, fault_text(f));
		if (f != FAULT_NONE)
			continue;
		is(w.path, rows[i].path);
		is(w.query, rows[i].query);
	}
}

static void test_host(void **state)
{
	static const struct {
		const char	*template, *host;
		enum fault	 fault;
	} rows[] = {
		{"app.internal", "app.internal", FAULT_NONE},
		{"app.internal:8080", "app.internal:8080", FAULT_NONE},
		{"${host}", "h.example", FAULT_NONE},
		{"${header.X-Host}.internal", "b.internal", FAULT_NONE},
		{"${query.none}", "", FAULT_NONE},
		{"${query.bad}", NULL, FAULT_HTTP_SYNTAX},
		{"${query.user}", NULL, FAULT_HTTP_SYNTAX},
		{"${query.nl}", NULL, FAULT_CONTROL_CHARACTER},
	};
	struct rewrite w;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		conf.rewrite.host = compile(rows[i].template);
		fake_exchange_request(&fake, "GET", "h.example:1",
		    "/?bad=a+b&user=a@b&nl=a%0Ab");
		fake_exchange_add(&fake, "X-Host", "b");
		assert_int_equal(rewrite_request(&fake.x, &w), rows[i].fault);
		if (rows[i].fault == FAULT_NONE)
			is(w.host, rows[i].host);
	}
}

static void test_headers(void **state)
{
	static const char *removed[] = {"X-Debug", "Cookie"};
	struct config_field fields[] = {
		{"X-Client", compile("${client.ip}")}, {"X-Empty", compile("${query.none}")},
		{"X-Value", compile(" [${query.v}] ")},
	};
	struct rewrite w;

	(void)state;
	conf.rewrite.set_headers = (struct config_fields){fields, 3};
	conf.rewrite.remove_headers = (struct config_list){removed, 2};
	fake_exchange_request(&fake, "GET", "h", "/?v=%C3%BC:1");
	assert_int_equal(rewrite_request(&fake.x, &w), FAULT_NONE);
	assert_int_equal(w.n_set, 3);
	is(w.set[0].name, "X-Client");
	is(w.set[0].value, "192.0.2.1");
	is(w.set[1].value, "");
	is(w.set[2].value, "[\xc3\xbc:1]");
	assert_int_equal(w.n_remove, 2);
	is(w.remove[0], "X-Debug");
	is(w.remove[1], "Cookie");
	is(w.path, "/");

	fake_exchange_request(&fake, "GET", "h", "/?v=%0d%0aHost:x");
	assert_int_equal(rewrite_request(&fake.x, &w), FAULT_CONTROL_CHARACTER);
	fake_exchange_request(&fake, "GET", "h", "/?v=%7f");
	assert_int_equal(rewrite_request(&fake.x, &w), FAULT_CONTROL_CHARACTER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing, begin, end),
		cmocka_unit_test_setup_teardown(test_strip, begin, end),
		cmocka_unit_test_setup_teardown(test_path, begin, end),
		cmocka_unit_test_setup_teardown(test_host, begin, end),
		cmocka_unit_test_setup_teardown(test_headers, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
