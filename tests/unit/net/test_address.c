/* Addresses: from and to sockaddrs, as text, and in networks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "net/address.h"

static struct address address_parse(const char *text, uint16_t port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		return address_of((struct sockaddr *)&in);
	assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
	return address_of((struct sockaddr *)&in6);
}

static struct config_network address_network(const char *text, unsigned prefix)
{
	struct config_network n = {.prefix = prefix};
	struct address a = address_parse(text, 0);

	memcpy(n.addr, a.ip, sizeof(n.addr));
	return n;
}

static void test_text(void **state)
{
	static const char *const texts[][2] = {
	    {"192.0.2.1", "192.0.2.1"},
	    {"::ffff:192.0.2.1", "192.0.2.1"},
	    {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
	    {"::", "::"},
	    {"2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"},
	};
	char out[ADDRESS_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct address a = address_parse(texts[i][0], 8080);
		assert_true(a.known);
		assert_int_equal(a.port, 8080);
		assert_string_equal(address_text(&a, out), texts[i][1]);
	}
}

static void test_unix(void **state)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct address a = address_of((struct sockaddr *)&un);
	struct config_network all = {.prefix = 0};
	struct config_networks networks = {&all, 1};
	char out[ADDRESS_TEXT];

	(void)state;
	assert_false(a.known);
	assert_string_equal(address_text(&a, out), "unix");
	assert_false(address_in(&a, &networks));
}

static void test_sockaddr(void **state)
{
	struct sockaddr_storage sa;
	struct address a = address_parse("192.0.2.1", 80), b;

	(void)state;
	assert_int_equal(address_sockaddr(&a, &sa), sizeof(struct sockaddr_in));
	assert_int_equal(sa.ss_family, AF_INET);
	b = address_of((struct sockaddr *)&sa);
	assert_memory_equal(&a, &b, sizeof(a));
	a = address_parse("2001:db8::1", 443);
	assert_int_equal(address_sockaddr(&a, &sa), sizeof(struct sockaddr_in6));
	b = address_of((struct sockaddr *)&sa);
	assert_memory_equal(a.ip, b.ip, sizeof(a.ip));
	assert_int_equal(b.port, 443);
}

static void test_networks(void **state)
{
	struct config_network v[] = {
	    address_network("10.0.0.0", 96 + 8),
	    address_network("192.0.2.128", 96 + 25),
	    address_network("2001:db8::", 33),
	    address_network("::1", 128),
	};
	struct config_networks networks = {v, sizeof(v) / sizeof(v[0])}, none = {NULL, 0};
	static const struct {
		const char	*text;
		bool		 in;
	} cases[] = {
	    {"10.255.255.255", true},
	    {"11.0.0.0", false},
	    {"192.0.2.128", true},
	    {"192.0.2.255", true},
	    {"192.0.2.127", false},
	    {"2001:db8:7fff::1", true},
	    {"2001:db8:8000::1", false},
	    {"::1", true},
	    {"::2", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct address a = address_parse(cases[i].text, 0);
		assert_int_equal(address_in(&a, &networks), cases[i].in);
		assert_false(address_in(&a, &none));
	}
}

/* IPv4 is written into IPv6 in here only: "::/0" is no word about it, "0.0.0.0/0" none about IPv6. */
static void test_families(void **state)
{
	struct config_network six = address_network("::", 0), four = address_network("0.0.0.0", 96);
	struct config_networks all_six = {&six, 1}, all_four = {&four, 1};
	struct address a = address_parse("192.0.2.1", 0), b = address_parse("2001:db8::1", 0);
	struct address mapped = address_parse("::ffff:192.0.2.1", 0);

	(void)state;
	assert_false(address_in(&a, &all_six));
	assert_false(address_in(&mapped, &all_six));
	assert_true(address_in(&b, &all_six));
	assert_true(address_in(&a, &all_four));
	assert_true(address_in(&mapped, &all_four));
	assert_false(address_in(&b, &all_four));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_text),
	    cmocka_unit_test(test_unix),
	    cmocka_unit_test(test_sockaddr),
	    cmocka_unit_test(test_networks),
	    cmocka_unit_test(test_families),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
