/* Addresses, servers and networks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "config/endpoint.h"

static struct config_address expect_listen(const char *text, bool expected_dual)
{
	struct config_address a = {.text = NULL};
	bool dual;

	assert_null(endpoint_listen(text, &a, &dual));
	assert_int_equal(dual, expected_dual);
	assert_string_equal(a.text, text);
	return a;
}

static void test_listen(void **state)
{
	struct config_address a = expect_listen("127.0.0.1:80", false);
	const struct sockaddr_in *in = (const struct sockaddr_in *)&a.sa;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&a.sa;
	const struct sockaddr_un *un = (const struct sockaddr_un *)&a.sa;

	(void)state;
	assert_int_equal(in->sin_family, AF_INET);
	assert_int_equal(ntohl(in->sin_addr.s_addr), INADDR_LOOPBACK);
	assert_int_equal(ntohs(in->sin_port), 80);
	assert_int_equal(a.size, sizeof(*in));

	a = expect_listen("[::1]:65535", false);
	assert_int_equal(in6->sin6_family, AF_INET6);
	assert_true(IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr));
	assert_int_equal(ntohs(in6->sin6_port), 65535);

	a = expect_listen("*:0", true);
	assert_int_equal(in6->sin6_family, AF_INET6);
	assert_true(IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr));

	a = expect_listen("unix:/run/x.sock", false);
	assert_int_equal(un->sun_family, AF_UNIX);
	assert_string_equal(un->sun_path, "/run/x.sock");
}

static void test_listen_wrong(void **state)
{
	static const char *const texts[][2] = {
	    {"", "its port is missing"},
	    {"127.0.0.1", "its port is missing"},
	    {"[::1]", "its port is missing"},
	    {"[::1]80", "its port is missing"},
	    {"[::1:80", "the ']' is missing"},
	    {"[1.2.3.4]:80", "what stands in brackets is no IPv6 address"},
	    {"[::1%lo]:80", "what stands in brackets is no IPv6 address"},
	    {"::1:80", "an IPv6 address stands in brackets"},
	    {"1.2.3.4:", "its port must be a number up to 65535"},
	    {"1.2.3.4:65536", "its port must be a number up to 65535"},
	    {"1.2.3.4:-1", "its port must be a number up to 65535"},
	    {"1.2.3.4:80 ", "its port must be a number up to 65535"},
	    {"1.2.3:80", "names are not looked up here: write an address, or '*' for all"},
	    {"localhost:80", "names are not looked up here: write an address, or '*' for all"},
	    {":80", "names are not looked up here: write an address, or '*' for all"},
	    {"unix:", "its path is missing"},
	};
	struct config_address a;
	bool dual;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_string_equal(endpoint_listen(texts[i][0], &a, &dual), texts[i][1]);
}

static void test_unix_length(void **state)
{
	char text[5 + 108 + 1] = "unix:/";
	struct config_address a;
	bool dual;

	(void)state;
	memset(text + 6, 'x', 106);
	assert_null(endpoint_listen(text, &a, &dual));
	text[5 + 107] = 'x';
	assert_string_equal(endpoint_listen(text, &a, &dual),
	    "its path is too long: 107 bytes at most");
}

static void expect_server(const char *text, enum config_server_kind kind, const char *host,
    uint16_t port)
{
	struct config_server s = {.text = NULL};
	struct arena arena;

	arena_init(&arena);
	assert_null(endpoint_server(&arena, text, &s));
	assert_int_equal(s.kind, kind);
	assert_string_equal(s.text, text);
	assert_string_equal(s.host, host);
	assert_int_equal(s.port, port);
	arena_fini(&arena);
}

static void test_server(void **state)
{
	(void)state;
	expect_server("tcp://localhost:5900", SERVER_TCP, "localhost", 5900);
	expect_server("TCP://LocalHost.:1", SERVER_TCP, "LocalHost.", 1);
	expect_server("tls://[2001:db8::1]:993", SERVER_TLS, "2001:db8::1", 993);
	expect_server("tcp://192.0.2.1:65535", SERVER_TCP, "192.0.2.1", 65535);
	expect_server("tcp://my_service-1.internal:7", SERVER_TCP, "my_service-1.internal", 7);
	expect_server("unix:/run/redis.sock", SERVER_UNIX, "/run/redis.sock", 0);
	expect_server("ws://x:1/a", SERVER_WS, "x", 1);
	expect_server("wss://[::1]:2", SERVER_WSS, "::1", 2);
	expect_server("http://x:3", SERVER_HTTP, "x", 3);
	expect_server("HTTPS://x:4", SERVER_HTTPS, "x", 4);
}

static void test_server_wrong(void **state)
{
	static const char begins[] =
	    "it begins with tcp://, tls://, unix:, ws://, wss://, http:// or https://";
	static const char *const texts[][2] = {
	    {"localhost:80", begins},
	    {"udp://x:1", begins},
	    {"tcp:x:1", begins},
	    {"tcp://", "its port is missing"},
	    {"tcp://x", "its port is missing"},
	    {"tcp://x:0", "its port must be a number from 1 to 65535"},
	    {"tcp://x:http", "its port must be a number up to 65535"},
	    {"tcp://x:1/", "nothing follows the port"},
	    {"tcp://x:1/path", "nothing follows the port"},
	    {"tcp://::1:1", "an IPv6 address stands in brackets"},
	    {"tcp://:1", "its host is neither a name nor an address"},
	    {"tcp://a..b:1", "its host is neither a name nor an address"},
	    {"tcp://1.2.3.256:1", "its host is neither a name nor an address"},
	    {"tcp://caf\xc3\xa9:1", "its host is neither a name nor an address"},
	    {"unix:", "its path is missing"},
	    {"http://x", "its port is missing"},
	    {"https://x:1/", "nothing follows the port"},
	    {"ws://x", "its port is missing"},
	    {"ws:///a:1", "its port is missing"},
	    {"ws://x:1?a", "its port must be a number up to 65535"},
	    {"ws://x:1/a#b", "other characters of its path must be percent-encoded"},
	    {"ws://x:1/\xc3\xa9", "other characters of its path must be percent-encoded"},
	};
	struct config_server s;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_string_equal(endpoint_server(&arena, texts[i][0], &s), texts[i][1]);
	}
	arena_fini(&arena);
}

static void expect_path(const char *text, const char *path)
{
	struct config_server s = {.text = NULL};
	struct arena arena;

	arena_init(&arena);
	assert_null(endpoint_server(&arena, text, &s));
	if (path)
		assert_string_equal(s.path, path);
	else
		assert_null(s.path);
	arena_fini(&arena);
}

static void test_server_path(void **state)
{
	(void)state;
	expect_path("ws://x:1", NULL);
	expect_path("ws://x:1/", "/");
	expect_path("wss://[::1]:1/a:2/b%20?c=d backup", "/a:2/b%20?c=d");
	expect_path("http://x:1", NULL);
	expect_path("tcp://x:1", NULL);
}

static void test_server_options(void **state)
{
	static const char *const wrong[] = {"tcp://x:1 weight", "tcp://x:1 weight=0",
	    "tcp://x:1 max=-1", "tcp://x:1 weight=1000001", "tcp://x:1 down", "tcp://x:1 backup=1"};
	struct config_server s = {0};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	assert_null(endpoint_server(&arena, "tcp://x:1  weight=3 max=100 backup ", &s));
	assert_string_equal(s.text, "tcp://x:1");
	assert_string_equal(s.host, "x");
	assert_int_equal(s.weight, 3);
	assert_int_equal(s.max, 100);
	assert_true(s.backup);
	s = (struct config_server){0};
	assert_null(endpoint_server(&arena, "unix:/x", &s));
	assert_int_equal(s.weight, 1);
	assert_false(s.backup);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_non_null(endpoint_server(&arena, wrong[i], &s));
	arena_fini(&arena);
}

static void expect_network(const char *text, const char *back, unsigned prefix, bool loose)
{
	char again[ENDPOINT_NETWORK];
	struct config_network n;
	bool was_loose;

	assert_null(endpoint_network(slice_of(text), &n, &was_loose));
	assert_int_equal(n.prefix, prefix);
	assert_int_equal(was_loose, loose);
	assert_string_equal(endpoint_network_text(&n, again), back);
}

static void test_network(void **state)
{
	(void)state;
	expect_network("192.0.2.0/24", "192.0.2.0/24", 120, false);
	expect_network("192.0.2.7", "192.0.2.7/32", 128, false);
	expect_network("0.0.0.0/0", "0.0.0.0/0", 96, false);
	expect_network("10.1.2.3/8", "10.0.0.0/8", 104, true);
	expect_network("192.0.2.255/31", "192.0.2.254/31", 127, true);
	expect_network("::/0", "::/0", 0, false);
	expect_network("2001:db8::/32", "2001:db8::/32", 32, false);
	expect_network("2001:db8::1", "2001:db8::1/128", 128, false);
	expect_network("2001:db8::1/33", "2001:db8::/33", 33, true);
	expect_network("::ffff:192.0.2.0/120", "192.0.2.0/24", 120, false);
}

static void test_network_wrong(void **state)
{
	static const char *const texts[] = {"", "x", "localhost", "1.2.3/8", "1.2.3.4/33",
	    "1.2.3.4/",
	    "1.2.3.4/-1", "::/129", "[::1]", "1.2.3.4:80", "/8", "1.2.3.4/8/8"};
	struct config_network n;
	bool loose;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_non_null(endpoint_network(slice_of(texts[i]), &n, &loose));
}

static bool clash(const char *a, const char *b)
{
	struct config_address x, y;
	bool x_dual, y_dual;

	assert_null(endpoint_listen(a, &x, &x_dual));
	assert_null(endpoint_listen(b, &y, &y_dual));
	assert_int_equal(endpoint_clash(&x, x_dual, &y, y_dual),
	    endpoint_clash(&y, y_dual, &x, x_dual));
	return endpoint_clash(&x, x_dual, &y, y_dual);
}

static void test_clash(void **state)
{
	(void)state;
	assert_true(clash("127.0.0.1:80", "127.0.0.1:80"));
	assert_true(clash("*:80", "*:80"));
	assert_true(clash("*:80", "127.0.0.1:80"));
	assert_true(clash("*:80", "[::1]:80"));
	assert_true(clash("*:80", "0.0.0.0:80"));
	assert_true(clash("0.0.0.0:80", "127.0.0.1:80"));
	assert_true(clash("[::]:80", "[::1]:80"));
	assert_true(clash("[::1]:80", "[0:0:0:0:0:0:0:1]:80"));
	assert_true(clash("unix:/x", "unix:/x"));
	assert_false(clash("127.0.0.1:80", "127.0.0.1:81"));
	assert_false(clash("127.0.0.1:80", "127.0.0.2:80"));
	assert_false(clash("0.0.0.0:80", "[::]:80"));
	assert_false(clash("*:80", "unix:/x"));
	assert_false(clash("unix:/x", "unix:/xx"));
	assert_false(clash("*:0", "*:0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_listen),
	    cmocka_unit_test(test_listen_wrong),
	    cmocka_unit_test(test_unix_length),
	    cmocka_unit_test(test_server),
	    cmocka_unit_test(test_server_wrong),
	    cmocka_unit_test(test_server_path),
	    cmocka_unit_test(test_server_options),
	    cmocka_unit_test(test_network),
	    cmocka_unit_test(test_network_wrong),
	    cmocka_unit_test(test_clash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
