/* Which route takes a request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../http/fake_exchange.h"
#include "route/pattern.h"
#include "route/router.h"
#include "route/snapshot.h"

static struct fake_exchange fake;

static int begin(void **state)
{
	(void)state;
	fake_exchange_init(&fake);
	return 0;
}

static int end(void **state)
{
	(void)state;
	fake_exchange_fini(&fake);
	return 0;
}

/* The route of one configured route, or NULL; failed: its first criterion that does not hold. */
struct trace {
	struct router_trace	 trace;
	unsigned		 tried;
	enum router_criterion	 failed;
};

static void tried(struct router_trace *t, const struct route *r, enum router_criterion failed)
{
	struct trace *me = LIST_OWNER(t, struct trace, trace);

	(void)r;
	me->tried++;
	me->failed = failed;
}

static enum router_criterion try_one(const struct config_route *conf)
{
	struct route route = {.conf = conf};
	struct snapshot snapshot = {.routes = &route, .n_routes = 1};
	struct trace trace = {.trace.tried = tried};
	const struct route *found;
	char words[PATTERN_WORDS];

	if (conf->path_kind == PATH_REGEX) {
		route.pattern = pattern_new(conf->path, words);
		assert_non_null(route.pattern);
	}
	assert_int_equal(router_find(&snapshot, &fake.x, &trace.trace, &found), FAULT_NONE);
	assert_int_equal(trace.tried, 1);
	assert_ptr_equal(found, trace.failed == ROUTER_CRITERIA ? &route : NULL);
	pattern_free(route.pattern);
	return trace.failed;
}

static void test_host(void **state)
{
	static const struct {
		const char	*wanted, *authority;
		bool		 takes;
	} rows[] = {
		{"example.com", "example.com", true},
		{"example.com", "EXAMPLE.com:8080", true},
		{"example.com", "example.com.", true},
		{"example.com", "www.example.com", false},
		{"example.com", "example.com.evil", false},
		{"example.com", "", false},
		{"*.example.com", "www.example.com", true},
		{"*.example.com", "a.b.Example.com:1", true},
		{"*.example.com", "example.com", false},
		{"*.example.com", ".example.com", false},
		{"*.example.com", "badexample.com", false},
		{"[::1]", "[::1]:8443", true},
		{"[::1]", "[::2]:8443", false},
		{"10.0.0.1", "10.0.0.1", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *hosts[] = {"other.example", rows[i].wanted};
		struct config_route conf = {.name = "r", .host = {hosts, 2}};
		fake_exchange_request(&fake, "GET", rows[i].authority, "/");
		assert_int_equal(try_one(&conf), rows[i].takes ? ROUTER_CRITERIA : ROUTER_HOST);
	}
}

static void test_path(void **state)
{
	static const struct {
		enum config_path kind;
		const char	*wanted, *path;
		bool		 takes;
	} rows[] = {
		{PATH_ANY, NULL, "/", true},
		{PATH_ANY, NULL, "*", true},
		{PATH_PREFIX, "/", "/", true},
		{PATH_PREFIX, "/", "/a/b", true},
		{PATH_PREFIX, "/", "*", false},
		{PATH_PREFIX, "/x", "/x", true},
		{PATH_PREFIX, "/x", "/x/", true},
		{PATH_PREFIX, "/x", "/x/y", true},
		{PATH_PREFIX, "/x", "/xy", false},
		{PATH_PREFIX, "/x", "/", false},
		{PATH_PREFIX, "/x", "/X", false},
		{PATH_PREFIX, "/x/", "/x", false},
		{PATH_PREFIX, "/x/", "/x/", true},
		{PATH_PREFIX, "/x/", "/x/y", true},
		{PATH_EXACT, "/x", "/x", true},
		{PATH_EXACT, "/x", "/x/", false},
		{PATH_EXACT, "/x", "/xy", false},
		{PATH_REGEX, "^/(\\d+)$", "/42", true},
		{PATH_REGEX, "^/(\\d+)$", "/42a", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config_route conf = {.name = "r", .path_kind = rows[i].kind,
		    .path = rows[i].wanted};
		fake_exchange_request(&fake, "GET", "h", rows[i].path);
		assert_int_equal(try_one(&conf), rows[i].takes ? ROUTER_CRITERIA : ROUTER_PATH);
	}
}

static void test_method(void **state)
{
	const char *methods[] = {"GET", "PUT"};
	struct config_route conf = {.name = "r", .method = {methods, 2}};
	static const struct {
		const char	*method;
		bool		 takes;
	} rows[] = {
		{"GET", true}, {"HEAD", true}, {"PUT", true}, {"POST", false}, {"get", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_exchange_request(&fake, rows[i].method, "h", "/");
		assert_int_equal(try_one(&conf), rows[i].takes ? ROUTER_CRITERIA : ROUTER_METHOD);
	}
}

static void test_header(void **state)
{
	struct config_pair pairs[] = {{"X-Version", "2"}, {"X-Team", "a"}};
	struct config_route conf = {.name = "r", .header = {pairs, 2}};

	(void)state;
	fake_exchange_request(&fake, "GET", "h", "/");
	fake_exchange_add(&fake, "x-version", "2");
	assert_int_equal(try_one(&conf), ROUTER_HEADER);
	fake_exchange_add(&fake, "X-Team", "b");
	assert_int_equal(try_one(&conf), ROUTER_HEADER);
	fake_exchange_add(&fake, "X-Team", "a");
	assert_int_equal(try_one(&conf), ROUTER_CRITERIA);
}

static void test_query(void **state)
{
	struct config_pair pairs[] = {{"v", "a b"}, {"w", ""}};
	struct config_route conf = {.name = "r", .query = {pairs, 2}};
	static const struct {
		const char	*target;
		bool		 takes;
	} rows[] = {
		{"/?v=a%20b&w=", true}, {"/?w=&v=a+b", true}, {"/?v=a%20b&w", true},
		{"/?v=a%20b", false}, {"/", false}, {"/?", false}, {"/?v=a&w=", false},
		{"/?v=a%2&w=", false}, {"/?V=a+b&w=", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_exchange_request(&fake, "GET", "h", rows[i].target);
		assert_int_equal(try_one(&conf), rows[i].takes ? ROUTER_CRITERIA : ROUTER_QUERY);
	}
}

static void test_source(void **state)
{
	struct config_network inside = {{[10] = 0xff, 0xff, 192, 0, 2, 0}, 120};
	struct config_network outside = {{[10] = 0xff, 0xff, 10, 0, 0, 0}, 104};
	struct config_route conf = {.name = "r", .source = {&inside, 1}};

	(void)state;
	fake_exchange_request(&fake, "GET", "h", "/");
	assert_int_equal(try_one(&conf), ROUTER_CRITERIA);
	conf.source.v = &outside;
	assert_int_equal(try_one(&conf), ROUTER_SOURCE);
	conf.source.v = &inside;
	fake.client.address.known = false;
	assert_int_equal(try_one(&conf), ROUTER_SOURCE);
}

static void test_order(void **state)
{
	struct config_route confs[] = {
		{.name = "a", .path_kind = PATH_EXACT, .path = "/a"},
		{.name = "b", .path_kind = PATH_PREFIX, .path = "/"},
		{.name = "c"},
	};
	struct route routes[] = {{.conf = &confs[0]}, {.conf = &confs[1]}, {.conf = &confs[2]}};
	struct snapshot snapshot = {.routes = routes, .n_routes = 3};
	const struct route *found;

	(void)state;
	fake_exchange_request(&fake, "GET", "h", "/a");
	assert_int_equal(router_find(&snapshot, &fake.x, NULL, &found), FAULT_NONE);
	assert_ptr_equal(found, &routes[0]);
	fake_exchange_request(&fake, "GET", "h", "/a/b");
	assert_int_equal(router_find(&snapshot, &fake.x, NULL, &found), FAULT_NONE);
	assert_ptr_equal(found, &routes[1]);
	fake_exchange_request(&fake, "OPTIONS", "h", "*");
	assert_int_equal(router_find(&snapshot, &fake.x, NULL, &found), FAULT_NONE);
	assert_ptr_equal(found, &routes[2]);
	snapshot.n_routes = 2;
	assert_int_equal(router_find(&snapshot, &fake.x, NULL, &found), FAULT_NONE);
	assert_null(found);
}

/* Captures are those of the route that took the request, not of one that matched by path only. */
static void test_captures(void **state)
{
	const char *methods[] = {"POST"};
	struct config_route confs[] = {
		{.name = "a", .path_kind = PATH_REGEX, .path = "^/(?<id>.*)$",
		    .method = {methods, 1}},
		{.name = "b"},
		{.name = "c", .path_kind = PATH_REGEX, .path = "^/(?<name>.*)$"},
	};
	char words[PATTERN_WORDS];
	struct route routes[] = {{.conf = &confs[0], .pattern = pattern_new(confs[0].path, words)},
	    {.conf = &confs[1]}, {.conf = &confs[2], .pattern = pattern_new(confs[2].path, words)}};
	struct snapshot snapshot = {.routes = routes, .n_routes = 3};
	const struct route *found;

	(void)state;
	fake_exchange_request(&fake, "GET", "h", "/xyz");
	assert_int_equal(router_find(&snapshot, &fake.x, NULL, &found), FAULT_NONE);
	assert_ptr_equal(found, &routes[1]);
	assert_int_equal(fake.x.request->n_captures, 0);
	fake_exchange_request(&fake, "POST", "h", "/xyz");
	assert_int_equal(router_find(&snapshot, &fake.x, NULL, &found), FAULT_NONE);
	assert_int_equal(fake.x.request->n_captures, 1);
	assert_true(slice_eq(fake.x.request->captures[0].name, SLICE("id")));
	assert_true(slice_eq(fake.x.request->captures[0].value, SLICE("xyz")));
	pattern_free(routes[0].pattern);
	pattern_free(routes[2].pattern);
}

/* What a pattern cannot tell in time ends the search: the next route might let in too much. */
static void test_limit(void **state)
{
	struct config_route confs[] = {
		{.name = "a", .path_kind = PATH_REGEX, .path = "^/(a+)+$"},
		{.name = "b"},
	};
	char words[PATTERN_WORDS];
	struct route routes[] = {{.conf = &confs[0], .pattern = pattern_new(confs[0].path, words)},
	    {.conf = &confs[1]}};
	struct snapshot snapshot = {.routes = routes, .n_routes = 2};
	const struct route *found;

	(void)state;
	fake_exchange_request(&fake, "GET", "h", "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!");
	assert_int_equal(router_find(&snapshot, &fake.x, NULL, &found), FAULT_PATTERN_LIMIT);
	assert_null(found);
	pattern_free(routes[0].pattern);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_host, begin, end),
		cmocka_unit_test_setup_teardown(test_path, begin, end),
		cmocka_unit_test_setup_teardown(test_method, begin, end),
		cmocka_unit_test_setup_teardown(test_header, begin, end),
		cmocka_unit_test_setup_teardown(test_query, begin, end),
		cmocka_unit_test_setup_teardown(test_source, begin, end),
		cmocka_unit_test_setup_teardown(test_order, begin, end),
		cmocka_unit_test_setup_teardown(test_captures, begin, end),
		cmocka_unit_test_setup_teardown(test_limit, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
