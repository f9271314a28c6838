/* Forwarded and X-Forwarded-For, from the right. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "codec/forwarded.h"

/* "ADDRESS|PORT" from the right, "?" for what is none. */
static void expect_chain(const struct forwarded_chain *chain, const char *expected)
{
	const struct forwarded_node *node;
	char said[2000] = "", one[80], ip[INET6_ADDRSTRLEN];

	for (unsigned i = 0; (node = forwarded_at(chain, i)) != NULL; i++) {
		if (node->known)
			snprintf(one, sizeof(one), "%s|%u ",
			    inet_ntop(AF_INET6, node->ip, ip, sizeof(ip)), (unsigned)node->port);
		else
			strcpy(one, "? ");
		strcat(said, one);
	}
	assert_string_equal(said, expected);
}

static void expect(const char *value, const char *expected)
{
	struct forwarded_chain chain = {.n = 0};

	forwarded_add(&chain, slice_of(value));
	expect_chain(&chain, expected);
}

static void expect_for(const char *value, const char *expected)
{
	struct forwarded_chain chain = {.n = 0};

	forwarded_add_for(&chain, slice_of(value));
	expect_chain(&chain, expected);
}

static void test_for(void **state)
{
	(void)state;
	expect_for("192.0.2.1", "::ffff:192.0.2.1|0 ");
	expect_for("10.0.0.1, 2001:db8::1 ,192.0.2.1:80", "::ffff:192.0.2.1|80 2001:db8::1|0 "
	    "::ffff:10.0.0.1|0 ");
	expect_for("[2001:db8::1]:443, [::1]", "::1|0 2001:db8::1|443 ");
	expect_for("unknown, 1.2.3, 1.2.3.4:x, [::1, [::1]x, 1.2.3.4:99999, <x>",
	    "? ? ? ? ? ? ? ");
	expect_for(" , ,", "");
	expect_for("", "");
}

/* RFC 7239 section 4's examples, and what is none. */
static void test_forwarded(void **state)
{
	(void)state;
	expect("for=\"_gazonk\"", "? ");
	expect("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17|4711 ");
	expect("for=192.0.2.60;proto=http;by=203.0.113.43", "::ffff:192.0.2.60|0 ");
	expect("for=192.0.2.43, for=198.51.100.17", "::ffff:198.51.100.17|0 ::ffff:192.0.2.43|0 ");
	expect("proto=https;for=\"192.0.2.43:8080\";host=\"a,b;for=1.2.3.4\"",
	    "::ffff:192.0.2.43|8080 ");
	expect("by=1.2.3.4", "? ");
	expect("for=1.2.3.4;for=5.6.7.8", "? ");
	expect("for=\"1.2.3.4\\\", for=9.9.9.9", "? ");
	expect("for=, for", "? ? ");
}

static void expect_said(const char *value, bool says, bool broken)
{
	struct forwarded_chain chain = {.n = 0};

	forwarded_add(&chain, slice_of(value));
	assert_int_equal(chain.says, says);
	assert_int_equal(chain.broken, broken);
}

static void test_said(void **state)
{
	(void)state;
	expect_said("", false, false);
	expect_said("proto=https;host=a, by=\"[::1]\"", false, false);
	expect_said("proto=https, for=unknown", true, false);
	expect_said("for=\"_a\\\"\", for=1.2.3.4", true, false);
	expect_said("for=\", for=1.2.3.4", true, true);
	expect_said("for=\"a, for=\"[::1]\"", true, true);
	expect_said("for=\"a\\", true, true);
	expect_said("by=\"", false, true);
}

static void test_lines(void **state)
{
	struct forwarded_chain chain = {.n = 0};

	(void)state;
	forwarded_add_for(&chain, SLICE("10.0.0.1"));
	forwarded_add_for(&chain, SLICE("10.0.0.2, 10.0.0.3"));
	expect_chain(&chain, "::ffff:10.0.0.3|0 ::ffff:10.0.0.2|0 ::ffff:10.0.0.1|0 ");
	for (unsigned i = 0; i < 100; i++)
		forwarded_add_for(&chain, SLICE("10.0.0.9"));
	assert_non_null(forwarded_at(&chain, FORWARDED_MAX - 1));
	assert_null(forwarded_at(&chain, FORWARDED_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_for),
	    cmocka_unit_test(test_forwarded),
	    cmocka_unit_test(test_said),
	    cmocka_unit_test(test_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
