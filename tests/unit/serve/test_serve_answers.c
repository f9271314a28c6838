/* The handlers that answer at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../http/fake_exchange.h"
#include "config/template.h"
#include "serve/serve_health.h"
#include "serve/serve_https.h"
#include "serve/serve_redirect.h"
#include "serve/serve_respond.h"

static struct fake_exchange fake;
static struct config_route conf;
static const struct route route = {.conf = &conf};

static int begin(void **state)
{
	(void)state;
	memset(&conf, 0, sizeof(conf));
	conf.name = "r";
	fake_exchange_init(&fake);
	fake.x.route = &route;
	return 0;
}

static int end(void **state)
{
	(void)state;
	fake_exchange_fini(&fake);
	return 0;
}

static void test_health(void **state)
{
	(void)state;
	fake_exchange_request(&fake, "GET", "h", "/");
	fake_exchange_run(&fake, &serve_health_handler);
	assert_int_equal(fake.status, 200);
	assert_string_equal(fake.body, "ok\n");
	assert_string_equal(fake_exchange_answered(&fake, "Cache-Control"), "no-store");
	fake_exchange_request(&fake, "HEAD", "h", "/");
	fake_exchange_run(&fake, &serve_health_handler);
	assert_int_equal(fake.length, 3);
	assert_int_equal(fake.n_body, 0);
	fake_exchange_request(&fake, "POST", "h", "/");
	fake_exchange_run(&fake, &serve_health_handler);
	assert_int_equal(fake.status, 405);
	assert_true(fake.ended);
}

static void test_respond(void **state)
{
	static char large[100 * 1024 + 1];

	(void)state;
	conf.status = 410;
	conf.respond_type = "text/x";
	conf.respond_body = "gone\n";
	fake_exchange_request(&fake, "DELETE", "h", "/");
	fake_exchange_run(&fake, &serve_respond_handler);
	assert_int_equal(fake.status, 410);
	assert_string_equal(fake.head, "Content-Type: text/x\n");
	assert_string_equal(fake.body, "gone\n");
	memset(large, 'a', sizeof(large) - 1);
	conf.respond_body = large;
	fake_exchange_request(&fake, "GET", "h", "/");
	fake_exchange_run(&fake, &serve_respond_handler);
	assert_int_equal(fake.n_body, sizeof(large) - 1);
	assert_true(fake.ended);
	conf.respond_body = NULL;
	fake_exchange_request(&fake, "GET", "h", "/");
	fake_exchange_run(&fake, &serve_respond_handler);
	assert_int_equal(fake.length, 0);
	assert_true(fake.ended);
}

static void test_redirect(void **state)
{
	struct arena arena;
	struct template_error error;

	(void)state;
	arena_init(&arena);
	conf.status = 302;
	conf.redirect = template_compile(&arena, "https://new.example${path}?u=${query.u}",
	    &error);
	fake_exchange_request(&fake, "GET", "h", "/a/b?u=1%202");
	fake_exchange_run(&fake, &serve_redirect_handler);
	assert_int_equal(fake.status, 302);
	assert_string_equal(fake.head, "Location: https://new.example/a/b?u=1%202\n");
	assert_true(fake.ended);
	fake_exchange_request(&fake, "GET", "h", "/a/b?u=1%0d%0aX:y");
	fake_exchange_run(&fake, &serve_redirect_handler);
	assert_int_equal(fake.status, 400);
	assert_null(fake_exchange_answered(&fake, "Location"));
	arena_fini(&arena);
}

/* "//evil.example" is another host: no value may make that of a path. */
static void test_redirect_elsewhere(void **state)
{
	static struct header captures[] = {{{"rest", 4}, {"%2Fevil.example", 15}}};
	static const struct {
		const char	*template;
		int		 status;
		const char	*location;
	} rows[] = {
		{"/${path.rest}", 400, NULL},
		{"${path.rest}${path.rest}", 308, "/evil.example/evil.example"},
		{"/x/${path.rest}", 308, "/x//evil.example"},
		{"//cdn.example/${path.rest}", 308, "//cdn.example//evil.example"},
		{"https://new.example/${path.rest}", 308, "https://new.example//evil.example"},
	};
	struct arena arena;
	struct template_error error;

	(void)state;
	arena_init(&arena);
	conf.status = 308;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		conf.redirect = template_compile(&arena, rows[i].template, &error);
		fake_exchange_request(&fake, "GET", "h", "/old/%2Fevil.example");
		fake.x.request->captures = captures;
		fake.x.request->n_captures = 1;
		fake_exchange_run(&fake, &serve_redirect_handler);
		assert_int_equal(fake.status, rows[i].status);
		const char *location = fake_exchange_answered(&fake, "Location");
		if (rows[i].location)
			assert_string_equal(location, rows[i].location);
		else
			assert_null(location);
	}
	arena_fini(&arena);
}

static void test_https(void **state)
{
	static const struct {
		const char	*host, *target;
		uint16_t	 port;
		const char	*location;
	} rows[] = {
		{"example.com", "/", 443, "https://example.com/"},
		{"example.com:8080", "/a%20b?c=d&e", 443, "https://example.com/a%20b?c=d&e"},
		{"example.com:8080", "/?", 8443, "https://example.com:8443/?"},
		{"[::1]:80", "/x", 8443, "https://[::1]:8443/x"},
		{"example.com", "*", 443, "https://example.com/"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake.listener.redirect_port = rows[i].port;
		fake_exchange_request(&fake, "POST", rows[i].host, rows[i].target);
		fake_exchange_run(&fake, &serve_https_handler);
		assert_int_equal(fake.status, 308);
		assert_string_equal(fake_exchange_answered(&fake, "Location"), rows[i].location);
		assert_true(fake.ended);
	}
	fake_exchange_request(&fake, "GET", "", "/");
	fake_exchange_run(&fake, &serve_https_handler);
	assert_int_equal(fake.status, 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_health, begin, end),
		cmocka_unit_test_setup_teardown(test_respond, begin, end),
		cmocka_unit_test_setup_teardown(test_redirect, begin, end),
		cmocka_unit_test_setup_teardown(test_redirect_elsewhere, begin, end),
		cmocka_unit_test_setup_teardown(test_https, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
