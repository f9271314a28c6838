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

/* No value leads to another host than the template does. */
static void test_redirect_elsewhere(void **state)
{
	static const struct {
		const char	*template, *rest;
		int		 status;
		const char	*location;
	} rows[] = {
		/* "//evil.example" is one. */
		{"/${path.rest}", "%2Fevil.example", 400, NULL},
		{"${path.rest}${path.rest}", "%2Fevil", 308, "/evil/evil"},
		{"${path.rest}", "%2F%2Fevil", 400, NULL},
		{"${path.rest}/", "%2F", 400, NULL},
		{"/x/${path.rest}", "%2Fevil", 308, "/x//evil"},
		{"//cdn.example/${path.rest}", "%2Fevil", 308, "//cdn.example//evil"},
		{"https://new.example/${path.rest}", "%2Fevil", 308, "https://new.example//evil"},
		/* A name does not go on where the template ended it. */
		{"https://new.example${path.rest}", "%2Fa", 308, "https://new.example/a"},
		{"https://new.example${path.rest}", "", 308, "https://new.example"},
		{"https://new.example${path.rest}", ".evil", 400, NULL},
		{"https://new.example${path.rest}/", ".evil", 400, NULL},
		{"https://new.example${path.rest}?q", "evil", 400, NULL},
		{"https://new.example${path.rest}", "@evil", 400, NULL},
		{"https://new.example${path.rest}", ":x@evil", 400, NULL},
		{"https://new.example${path.rest}${path.rest}", "evil", 400, NULL},
		{"https://${host}${path.rest}", ".evil", 400, NULL},
		{"https://${host}${path.rest}", "%2Fa", 308, "https://h/a"},
		{"https://${host}:8443${path}", "", 308, "https://h:8443/old"},
		{"https://new.example:80${path.rest}", "90", 400, NULL},
		/* Nor does it end where the template goes on. */
		{"https://${path.rest}.example/", "a", 308, "https://a.example/"},
		{"https://x${path.rest}.example/", "a.b-c_d", 308, "https://xa.b-c_d.example/"},
		{"https://${path.rest}.example/", "evil%2F", 400, NULL},
		{"https://${path.rest}.example/", "evil%3F", 400, NULL},
		{"https://${path.rest}.example/", "evil:80", 400, NULL},
		{"https://${path.rest}.example/", "a@evil", 400, NULL},
		{"https://${path.rest}.example/", "evil%5C", 400, NULL},
		{"https://${path.rest}/", "%2Fevil", 400, NULL},
		{"//${path.rest}.example", "evil%2F", 400, NULL},
		/* What it leaves open is the value's. */
		{"https://www.${path.rest}/x", "a.example", 308, "https://www.a.example/x"},
		{"https://new.example:${path.rest}/", "8080", 308, "https://new.example:8080/"},
		{"${path.rest}", "https://a.example/", 308, "https://a.example/"},
		{"?x=//${path.rest}", "@a", 308, "?x=//@a"},
	};
	struct arena arena;
	struct template_error error;

	(void)state;
	arena_init(&arena);
	conf.status = 308;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		conf.redirect = template_compile(&arena, rows[i].template, &error);
		struct header captures[] = {{{"rest", 4}, slice_of(rows[i].rest)}};
		fake_exchange_request(&fake, "GET", "h", "/old");
		fake.x.request->captures = captures;
		fake.x.request->n_captures = 1;
		fake_exchange_run(&fake, &serve_redirect_handler);
		if (fake.status != rows[i].status)
			fail_msg("%s of \"%s\": %d", rows[i].template, rows[i].rest, fake.status);
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
