/* What the one-liner and the demo make of their arguments: text that the configuration reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "process/conf_text.h"
#include "process/demo.h"
#include "process/one_liner.h"

static struct config *parse(char *text)
{
	struct config *c = config_parse("test", text, NULL);

	free(text);
	return c;
}

static struct config *one_liner(const struct arguments *a)
{
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	one_liner_write(out, a);
	fclose(out);
	return parse(text);
}

static void assert_bind(const char *listen, const char *text, bool dual, int family, int port)
{
	struct arguments a = {.operands = {listen, "localhost:1"}};
	struct config *c = one_liner(&a);

	assert_non_null(c);
	assert_int_equal(c->n_listeners, 1);
	const struct config_listener *l = &c->listeners[0];
	const struct sockaddr_in *in = (const void *)&l->bind[0].sa;
	const struct sockaddr_in6 *in6 = (const void *)&l->bind[0].sa;
	assert_int_equal(l->n_bind, 1);
	assert_string_equal(l->bind[0].text, text);
	assert_int_equal(l->bind_dual[0], dual);
	assert_int_equal(l->bind[0].sa.ss_family, family);
	if (port)
		assert_int_equal(ntohs(family == AF_INET ? in->sin_port : in6->sin6_port), port);
	assert_null(l->tls);
	config_free(c);
}

static void test_listen(void **state)
{
	(void)state;
	assert_bind("6080", "*:6080", true, AF_INET6, 6080);
	assert_bind("*:6080", "*:6080", true, AF_INET6, 6080);
	assert_bind("127.0.0.1:80", "127.0.0.1:80", false, AF_INET, 80);
	assert_bind("localhost:80", "127.0.0.1:80", false, AF_INET, 80);
	assert_bind("[::1]:80", "[::1]:80", false, AF_INET6, 80);
	assert_bind("unix:/run/x.sock", "unix:/run/x.sock", false, AF_UNIX, 0);
}

static void assert_target(const char *target, enum config_server_kind kind, const char *host,
    unsigned port)
{
	struct arguments a = {.operands = {"6080", target}};
	struct config *c = one_liner(&a);

	assert_non_null(c);
	assert_int_equal(c->n_backends, 1);
	const struct config_server *s = &c->backends[0].servers[0];
	assert_int_equal(c->backends[0].n_servers, 1);
	assert_int_equal(s->kind, kind);
	assert_string_equal(s->host, host);
	assert_int_equal(s->port, port);
	config_free(c);
}

static void test_target(void **state)
{
	(void)state;
	assert_target("localhost:5900", SERVER_TCP, "localhost", 5900);
	assert_target("[::1]:5900", SERVER_TCP, "::1", 5900);
	assert_target("tcp://a.example:1", SERVER_TCP, "a.example", 1);
	assert_target("tls://a.example:993", SERVER_TLS, "a.example", 993);
	assert_target("unix:/run/y.sock", SERVER_UNIX, "/run/y.sock", 0);
	assert_target("unix:/odd\"name\\", SERVER_UNIX, "/odd\"name\\", 0);
}

static void test_route(void **state)
{
	struct arguments a = {.operands = {"6080", "localhost:1"}};
	struct config *c = one_liner(&a);

	(void)state;
	assert_non_null(c);
	assert_int_equal(c->n_routes, 1);
	const struct config_route *r = &c->routes[0];
	assert_int_equal(r->path_kind, PATH_ANY);
	assert_int_equal(r->header.n, 0);
	assert_int_equal(r->action, ACTION_BACKEND);
	assert_int_equal(r->framing, FRAMING_BINARY);
	assert_int_equal(r->transports, 1u << TRANSPORT_WEBSOCKET);
	assert_int_equal(r->origins.n, 1);
	assert_string_equal(r->origins.v[0], "*");
	assert_int_equal(r->subprotocols.n, 3);
	assert_string_equal(r->subprotocols.v[0], "binary");
	assert_string_equal(r->subprotocols.v[1], "base64");
	assert_string_equal(r->subprotocols.v[2], "");
	assert_int_equal(r->subprotocol_framing.n, 1);
	assert_string_equal(r->subprotocol_framing.v[0].subprotocol, "base64");
	assert_int_equal(r->subprotocol_framing.v[0].framing, FRAMING_BASE64);
	config_free(c);
}

/* Who does not ask for a WebSocket gets files, on every path. */
static void test_web(void **state)
{
	struct arguments a = {.operands = {"6080", "localhost:1"}};

	(void)state;
	a.value[OPTION_WEB] = "/tmp";
	a.value[OPTION_FRAMING] = "text";
	a.value[OPTION_TRANSPORTS] = "websocket";
	struct config *c = one_liner(&a);
	assert_non_null(c);
	assert_int_equal(c->n_routes, 2);
	assert_int_equal(c->routes[0].header.n, 1);
	assert_string_equal(c->routes[0].header.v[0].value, "13");
	assert_int_equal(c->routes[0].action, ACTION_BACKEND);
	assert_int_equal(c->routes[0].framing, FRAMING_TEXT);
	assert_int_equal(c->routes[1].action, ACTION_STATIC);
	assert_int_equal(c->routes[1].header.n, 0);
	assert_string_equal(c->routes[1].static_dir, "/tmp");
	config_free(c);
}

static void test_string(void **state)
{
	static const char nasty[] = "a\"b\\c\n\r\t\x01\x7f;}; ${x} %s \xc3\xa9";
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	(void)state;
	fputs("listeners: { a: { bind = \"*:1\"; }; };\nroutes: { a: { respond: { status = 200; "
	    "type = \"text/plain\"; body = ", out);
	conf_text_string(out, "prefix ", nasty);
	fputs("; }; }; };\n", out);
	fclose(out);
	struct config *c = parse(text);
	assert_non_null(c);
	assert_memory_equal(c->routes[0].respond_body, "prefix ", 7);
	assert_string_equal(c->routes[0].respond_body + 7, nasty);
	config_free(c);
}

static struct config *demo(const char *target)
{
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	demo_write(out, target);
	fclose(out);
	return parse(text);
}

static void assert_demo(const char *target)
{
	struct config *c = demo(target);

	assert_non_null(c);
	assert_int_equal(c->n_listeners, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct sockaddr_in *in = (const void *)&c->listeners[i].bind[0].sa;
		assert_int_equal(in->sin_family, AF_INET);
		assert_int_equal(ntohl(in->sin_addr.s_addr), INADDR_LOOPBACK);
	}
	assert_null(c->listeners[0].tls);
	assert_string_equal(c->listeners[1].tls->name, "self-signed");
	assert_int_equal(c->routes[0].action, target ? ACTION_BACKEND : ACTION_SERVICE);
	assert_non_null(strstr(c->routes[1].respond_body, target ? target : "{}"));
	assert_non_null(strstr(c->routes[2].respond_body, "</html>"));
	config_free(c);
}

static void test_demo(void **state)
{
	(void)state;
	assert_demo(NULL);
	assert_demo("localhost:6379");
	assert_demo("[::1]:25");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_listen),
	    cmocka_unit_test(test_target),
	    cmocka_unit_test(test_route),
	    cmocka_unit_test(test_web),
	    cmocka_unit_test(test_string),
	    cmocka_unit_test(test_demo),
	};

	return cmocka_run_group_tests_name("one_liner", tests, NULL, NULL);
}
