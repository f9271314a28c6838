/* Rules: networks and origins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../http/fake_exchange.h"
#include "base/log.h"
#include "channel/channel.h"
#include "http/origin.h"
#include "route/rules.h"

static struct fake_exchange fake;
static const struct back_kind back = {.name = "test"};

static int begin(void **state)
{
	(void)state;
	fake_exchange_init(&fake);
	fake_exchange_request(&fake, "GET", "example.com", "/");
	return 0;
}

static int end(void **state)
{
	(void)state;
	fake_exchange_fini(&fake);
	return 0;
}

static void test_origin(void **state)
{
	static const struct {
		const char	*origin, *entry, *authority;
		bool		 tls, allowed;
	} rows[] = {
		{"https://a.example", "*", "b", false, true},
		{"null", "*", "b", false, true},
		{"null", "null", "b", false, true},
		{"null", "same", "null", false, false},
		{"https://null", "null", "null", true, false},
		{"", "same", "", false, false},

		{"https://a.example", "https://a.example", "b", false, true},
		{"https://A.Example", "https://a.example", "b", false, true},
		{"https://a.example:443", "https://a.example", "b", false, true},
		{"https://a.example", "https://a.example:443", "b", false, true},
		{"http://a.example", "https://a.example", "b", false, false},
		{"https://a.example:8443", "https://a.example", "b", false, false},
		{"https://a.example:8443", "https://a.example:8443", "b", false, true},
		{"https://a.example.evil", "https://a.example", "b", false, false},
		{"https://a.example@evil", "https://a.example", "b", false, false},
		{"https://a.example/x", "https://a.example", "b", false, false},
		{"app://x", "app://x", "b", false, true},
		{"app://x", "app://y", "b", false, false},

		{"https://www.a.example", "https://*.a.example", "b", false, true},
		{"https://x.y.a.example", "https://*.a.example", "b", false, true},
		{"https://a.example", "https://*.a.example", "b", false, false},
		{"https://bada.example", "https://*.a.example", "b", false, false},
		{"https://*.a.example", "https://*.a.example", "b", false, false},
		{"https://w.a.example:1", "https://*.a.example:1", "b", false, true},
		{"https://w.a.example:1", "https://*.a.example", "b", false, false},

		{"https://a.example", "same", "a.example", true, true},
		{"https://a.example", "same", "A.EXAMPLE:443", true, true},
		{"https://a.example:443", "same", "a.example", true, true},
		{"https://a.example:8443", "same", "a.example:8443", true, true},
		{"https://a.example:8443", "same", "a.example", true, false},
		{"https://a.example", "same", "a.example:8443", true, false},
		{"https://b.example", "same", "a.example", true, false},
		{"http://a.example", "same", "a.example", false, true},
		{"http://a.example:8080", "same", "a.example:8080", false, true},
		{"http://a.example", "same", "a.example:80", false, true},
		{"http://[::1]:8080", "same", "[::1]:8080", false, true},
		{"http://[::1]:8080", "same", "[::2]:8080", false, false},
		/* TLS taken off in front of us */
		{"https://a.example", "same", "a.example", false, true},
		/* a page in the clear is not the same place as what TLS protects */
		{"http://a.example", "same", "a.example", true, false},
		{"http://a.example", "same", "a b", false, false},
		{"http://a.example", "same", "", false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (origin_matches(slice_of(rows[i].origin), slice_of(rows[i].entry),
		    slice_of(rows[i].authority), rows[i].tls) != rows[i].allowed)
			fail_msg("origin %s, entry %s, host %s", rows[i].origin, rows[i].entry,
			    rows[i].authority);
}

static enum fault check(const struct config_route *conf, bool messages)
{
	struct route route = {.conf = conf, .back = messages ? &back : NULL};

	fake.x.route = &route;
	enum fault f = rules_check(&fake.x);
	fake.x.route = NULL;
	return f;
}

static void test_origins(void **state)
{
	const char *entries[] = {"same", "https://b.example"};
	struct config_route conf = {.name = "console", .origins = {entries, 2}};

	(void)state;
	assert_int_equal(check(&conf, true), FAULT_NONE);	/* no browser */
	fake_exchange_add(&fake, "Origin", "http://example.com");
	assert_int_equal(check(&conf, true), FAULT_NONE);
	fake_exchange_add(&fake, "origin", "https://evil.example");
	assert_int_equal(check(&conf, true), FAULT_ORIGIN_DENIED);
	assert_int_equal(check(&conf, false), FAULT_NONE);	/* no sessions on this route */
}

static void test_networks(void **state)
{
	struct config_network here = {{[10] = 0xff, 0xff, 192, 0, 2, 0}, 120};
	struct config_network there = {{[10] = 0xff, 0xff, 10, 0, 0, 0}, 104};
	struct config_route conf = {.name = "r"};

	(void)state;
	assert_int_equal(check(&conf, false), FAULT_NONE);
	conf.allow = (struct config_networks){&here, 1};
	assert_int_equal(check(&conf, false), FAULT_NONE);
	conf.allow.v = &there;
	assert_int_equal(check(&conf, false), FAULT_SOURCE_DENIED);
	conf.allow.n = 0;
	conf.deny = (struct config_networks){&there, 1};
	assert_int_equal(check(&conf, false), FAULT_NONE);
	conf.deny.v = &here;
	assert_int_equal(check(&conf, false), FAULT_SOURCE_DENIED);
	conf.allow = (struct config_networks){&here, 1};
	assert_int_equal(check(&conf, true), FAULT_SOURCE_DENIED);
}

/* The log says what to write into the configuration. */
static void test_words(void **state)
{
	char path[] = "/tmp/framegate-rules-XXXXXX", text[4096];
	int fd = mkstemp(path);
	struct log_settings settings = {.level = LOG_LEVEL_INFO, .to = path};
	const char *entries[] = {"same"};
	struct config_route conf = {.name = "console", .origins = {entries, 1}};

	(void)state;
	assert_int_equal(log_configure(&settings), FAULT_NONE);
	fake_exchange_add(&fake, "Origin", "https://evil.example");
	assert_int_equal(check(&conf, true), FAULT_ORIGIN_DENIED);
	log_flush();
	ssize_t n = read(fd, text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	assert_non_null(strstr(text, " warn: route console: origin \"https://evil.example\" "
	    "not allowed (add it to origins)\n"));
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_origin),
		cmocka_unit_test_setup_teardown(test_origins, begin, end),
		cmocka_unit_test_setup_teardown(test_networks, begin, end),
		cmocka_unit_test_setup_teardown(test_words, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
