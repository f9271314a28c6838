/* Values arrive where the other rooms look for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "config/template.h"
#include "unit/config/said.h"

static void test_defaults(void **state)
{
	struct config *c = said_good(SAID_LISTENERS SAID_ROUTES);
	const struct config_route *r = &c->routes[0];

	(void)state;
	assert_null(c->user);
	assert_null(c->group);
	assert_true(c->workers > 0);
	assert_null(c->pid_file);
	assert_int_equal(c->stop_timeout, 30000);
	assert_int_equal(c->log.level, LOG_LEVEL_INFO);
	assert_string_equal(c->log.to, "stderr");
	assert_int_equal(c->log.format, LOG_FORMAT_TEXT);
	assert_null(c->access_to);
	assert_int_equal(c->limits.connections, 0);
	assert_int_equal(c->limits.head, 16 * 1024);
	assert_int_equal(c->limits.headers, 100);
	assert_int_equal(c->limits.head_timeout, 10000);
	assert_int_equal(c->limits.keepalive, 75000);
	assert_int_equal(c->n_listeners, 1);
	assert_int_equal(c->n_tls, 0);
	assert_int_equal(c->n_backends, 0);
	assert_int_equal(c->n_routes, 1);
	assert_false(c->listeners[0].redirect);
	assert_int_equal(c->listeners[0].backlog, 1024);
	assert_int_equal(c->listeners[0].mode, 0);
	assert_int_equal(r->path_kind, PATH_ANY);
	assert_int_equal(r->transports, 1u << TRANSPORT_WEBSOCKET);
	assert_int_equal(r->framing, FRAMING_BINARY);
	assert_int_equal(r->subprotocols.n, 0);
	assert_int_equal(r->invalid, INVALID_CLOSE);
	assert_int_equal(r->origins.n, 1);
	assert_string_equal(r->origins.v[0], "same");
	assert_int_equal(r->max_message, 1 << 20);
	assert_int_equal(r->ping, 25000);
	assert_int_equal(r->ping_timeout, 20000);
	assert_int_equal(r->idle, 0);
	assert_int_equal(r->max_lifetime, 0);
	assert_int_equal(r->buffer, 64 * 1024);
	assert_int_equal(r->refuse, REFUSE_HTTP);
	assert_int_equal(r->allow.n, 0);
	config_free(c);
}

static void test_top(void **state)
{
	struct config *c = said_good("workers = 3; stop_timeout = 5; pid_file = \"run/x.pid\";\n"
	    "log: { level = \"debug\"; to = \"/var/log/x\"; format = \"json\"; };\n"
	    "access_log: { to = \"stdout\"; format = \"combined\"; };\n"
	    "limits: { connections = \"9223372036854775807\"; head = 2048; headers = 1; "
	    "head_timeout = \"250ms\"; keepalive = \"0\"; };\n" SAID_LISTENERS SAID_ROUTES);

	(void)state;
	assert_int_equal(c->workers, 3);
	assert_int_equal(c->stop_timeout, 5000);
	assert_string_equal(c->pid_file, "run/x.pid");
	assert_int_equal(c->log.level, LOG_LEVEL_DEBUG);
	assert_string_equal(c->log.to, "/var/log/x");
	assert_int_equal(c->log.format, LOG_FORMAT_JSON);
	assert_string_equal(c->access_to, "stdout");
	assert_string_equal(c->access_format, "combined");
	assert_int_equal(c->limits.connections, INT64_MAX);
	assert_int_equal(c->limits.head, 2048);
	assert_int_equal(c->limits.headers, 1);
	assert_int_equal(c->limits.head_timeout, 250);
	assert_int_equal(c->limits.keepalive, 0);
	config_free(c);
}

static void test_listeners(void **state)
{
	struct config *c = said_good(
	    "listeners: {\n"
	    "  a: { bind = [ \"*:80\", \"unix:run/x\" ]; redirect_https = true; backlog = 5; "
	    "mode = \"0600\"; };\n"
	    "  b: { bind = \"[::1]:81\"; redirect_https = 8443; };\n"
	    "  c: { bind = \"127.0.0.1:443\"; tls = \"self-signed\"; };\n"
	    "  d: { bind = \"127.0.0.2:443\"; tls = \"self-signed\"; };\n"
	    "};\n" SAID_ROUTES);
	const struct config_listener *l = c->listeners;

	(void)state;
	assert_int_equal(c->n_listeners, 4);
	assert_string_equal(l[0].name, "a");
	assert_int_equal(l[0].n_bind, 2);
	assert_true(l[0].bind_dual[0]);
	assert_false(l[0].bind_dual[1]);
	assert_string_equal(l[0].bind[1].text, "unix:run/x");
	assert_true(l[0].redirect);
	assert_int_equal(l[0].redirect_port, 443);
	assert_int_equal(l[0].backlog, 5);
	assert_int_equal(l[0].mode, 0600);
	assert_string_equal(l[0].place.file, "t");
	assert_int_equal(l[0].place.line, 2);
	assert_null(l[0].tls);
	assert_int_equal(l[1].redirect_port, 8443);
	assert_int_equal(c->n_tls, 1);
	assert_ptr_equal(l[2].tls, &c->tls[0]);
	assert_ptr_equal(l[3].tls, &c->tls[0]);
	assert_string_equal(c->tls[0].name, "self-signed");
	assert_int_equal(c->tls[0].n_certificates, 0);
	assert_int_equal(c->tls[0].min_version, 0x0303);
	assert_int_equal(c->tls[0].max_version, 0);
	assert_true(c->tls[0].tickets);
	assert_int_equal(c->tls[0].ticket_rotation, 12 * 3600000);
	config_free(c);
}

static void test_backends(void **state)
{
	struct config *c = said_good(SAID_LISTENERS
	    "routes: { x: { path = \"/a\"; backend = \"a\"; }; y: { backend = \"b\"; }; };\n"
	    "backends: {\n"
	    "  a: { servers = [ \"tcp://one:1\", \"tcp://[::1]:2\" ]; };\n"
	    "  b: { servers = \"tls://two:3\"; balance = \"roundrobin\"; tries = 1; resolve = \"1h\";\n"
	    "    connect_timeout = \"1ms\"; tls: { sni = \"s\"; verify = false; min_version = \"1.3\"; };"
	    " };\n};\n");
	const struct config_backend *b = c->backends;

	(void)state;
	assert_int_equal(c->n_backends, 2);
	assert_string_equal(b[0].name, "a");
	assert_int_equal(b[0].n_servers, 2);
	assert_string_equal(b[0].servers[1].text, "tcp://[::1]:2");
	assert_int_equal(b[0].servers[1].kind, SERVER_TCP);
	assert_string_equal(b[0].servers[1].host, "::1");
	assert_int_equal(b[0].servers[1].port, 2);
	assert_int_equal(b[0].servers[1].place.line, 4);
	assert_int_equal(b[0].connect_timeout, 3000);
	assert_int_equal(b[0].tries, 2);
	assert_int_equal(b[0].resolve, 30000);
	assert_true(b[0].tls.verify);
	assert_int_equal(b[1].servers[0].kind, SERVER_TLS);
	assert_string_equal(b[1].tls.sni, "s");
	assert_false(b[1].tls.verify);
	assert_int_equal(b[1].tls.min_version, 0x0304);
	assert_int_equal(b[1].connect_timeout, 1);
	assert_int_equal(b[1].tries, 1);
	assert_ptr_equal(c->routes[0].backend, &b[0]);
	assert_ptr_equal(c->routes[1].backend, &b[1]);
	config_free(c);
}

/* A certificate's key is in the same file unless something else is said. */
static void test_client_certificate(void **state)
{
	struct said said;

	(void)state;
	said_init(&said);
	struct config *c = said_parse(&said,
	    SAID_LISTENERS "routes: { x: { backend = \"b\"; }; };\n"
	    "backends: { b: { servers = \"tls://x:1\"; tls: { cert = \"/etc/passwd\"; }; }; };");
	assert_non_null(c);
	assert_string_equal(c->backends[0].tls.cert, "/etc/passwd");
	assert_string_equal(c->backends[0].tls.key, "/etc/passwd");
	config_free(c);
	said_fini(&said);
}

static void test_match(void **state)
{
	struct config *c = said_good(SAID_LISTENERS
	    "routes: { a: { service = \"echo\"; host = [ \"A.Example\", \"*.B\" ]; path = \"=/x\";\n"
	    "method = [ \"GET\", \"PUT\" ]; header: { X-A = \"1\"; }; query: { q = \"\"; r = \"2\"; };\n"
	    "source = [ \"10.0.0.0/8\", \"::1\" ]; };\n"
	    "b: { service = \"health\"; path = \"~^/y\"; }; c: { service = \"echo\"; path = \"/z/\"; }; };");
	const struct config_route *r = c->routes;

	(void)state;
	assert_int_equal(r->host.n, 2);
	assert_string_equal(r->host.v[0], "a.example");
	assert_string_equal(r->host.v[1], "*.b");
	assert_int_equal(r->path_kind, PATH_EXACT);
	assert_string_equal(r->path, "/x");
	assert_string_equal(r->method.v[1], "PUT");
	assert_string_equal(r->header.v[0].name, "X-A");
	assert_string_equal(r->query.v[0].value, "");
	assert_int_equal(r->query.n, 2);
	assert_int_equal(r->source.v[0].prefix, 104);
	assert_int_equal(r->source.v[0].addr[12], 10);
	assert_int_equal(r[1].path_kind, PATH_REGEX);
	assert_string_equal(r[1].path, "^/y");
	assert_int_equal(r[1].service, SERVICE_HEALTH);
	assert_int_equal(r[2].path_kind, PATH_PREFIX);
	assert_string_equal(r[2].path, "/z/");
	config_free(c);
}

static void test_actions(void **state)
{
	struct config *c = said_good(SAID_LISTENERS
	    "routes: { a: { path = \"/a\"; redirect = \"/x/${host}\"; };\n"
	    "b: { path = \"/b\"; redirect = \"/\"; status = 302; };\n"
	    "c: { path = \"/c\"; respond: { }; };\n"
	    "d: { path = \"/d\"; respond: { status = 404; type = \"text/html\"; body = \"\\x41\\n\"; };"
	    " };\ne: { path = \"/e\"; static = \"/\"; index = \"i\"; }; };");
	const struct config_route *r = c->routes;

	(void)state;
	assert_int_equal(r[0].action, ACTION_REDIRECT);
	assert_int_equal(r[0].status, 308);
	assert_int_equal(r[0].redirect->n, 2);
	assert_int_equal(r[1].status, 302);
	assert_int_equal(r[2].action, ACTION_RESPOND);
	assert_int_equal(r[2].status, 200);
	assert_string_equal(r[2].respond_type, "text/plain; charset=utf-8");
	assert_null(r[2].respond_body);
	assert_int_equal(r[3].status, 404);
	assert_string_equal(r[3].respond_type, "text/html");
	assert_string_equal(r[3].respond_body, "A\n");
	assert_int_equal(r[4].action, ACTION_STATIC);
	assert_string_equal(r[4].static_dir, "/");
	assert_string_equal(r[4].index, "i");
	config_free(c);
}

static void test_sessions(void **state)
{
	struct config *c = said_good(SAID_LISTENERS
	    "routes: { a: { service = \"echo\"; transports = \"websocket\"; framing = \"text\";\n"
	    "subprotocols = [ \"b\", \"\" ]; invalid = \"replace\"; origins = [ \"HTTPS://A.b\", \"null\" ];\n"
	    "max_message = \"2G\"; ping = \"0\"; ping_timeout = 1; idle = \"1h\"; max_lifetime = \"7d\";\n"
	    "buffer = \"1K\"; refuse = \"close\"; allow = \"10.0.0.0/8\"; deny = [ \"10.0.0.1\" ]; }; };");
	const struct config_route *r = c->routes;

	(void)state;
	assert_int_equal(r->framing, FRAMING_TEXT);
	assert_int_equal(r->subprotocols.n, 2);
	assert_string_equal(r->subprotocols.v[1], "");
	assert_int_equal(r->invalid, INVALID_REPLACE);
	assert_string_equal(r->origins.v[0], "https://a.b");
	assert_int_equal(r->max_message, 2ull << 30);
	assert_int_equal(r->ping, 0);
	assert_int_equal(r->ping_timeout, 1000);
	assert_int_equal(r->idle, 3600000);
	assert_int_equal(r->max_lifetime, 7 * 86400000ull);
	assert_int_equal(r->buffer, 1024);
	assert_int_equal(r->refuse, REFUSE_CLOSE);
	assert_int_equal(r->allow.n, 1);
	assert_int_equal(r->deny.v[0].prefix, 128);
	config_free(c);
}

static void test_route_defaults(void **state)
{
	struct config *c = said_good(SAID_LISTENERS
	    "defaults: { service = \"health\"; ping = \"1m\"; respond: { type = \"text/html\"; };\n"
	    "origins = \"*\"; };\n"
	    "routes: { a: { path = \"/a\"; service = \"echo\"; ping = \"2m\"; };\n"
	    "b: { path = \"/b\"; respond: { status = 204; }; }; };");

	(void)state;
	assert_int_equal(c->routes[0].service, SERVICE_ECHO);
	assert_int_equal(c->routes[0].ping, 120000);
	assert_string_equal(c->routes[0].origins.v[0], "*");
	assert_int_equal(c->routes[1].action, ACTION_RESPOND);
	assert_int_equal(c->routes[1].status, 204);
	assert_string_equal(c->routes[1].respond_type, "text/html");
	assert_int_equal(c->routes[1].ping, 60000);
	config_free(c);
}

static void test_default_action(void **state)
{
	struct config *c = said_good(SAID_LISTENERS "defaults: { service = \"health\"; };\n"
	    "routes: { a: { path = \"/a\"; }; b: { service = \"echo\"; }; };");

	(void)state;
	assert_int_equal(c->routes[0].action, ACTION_SERVICE);
	assert_int_equal(c->routes[0].service, SERVICE_HEALTH);
	assert_int_equal(c->routes[1].service, SERVICE_ECHO);
	config_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_defaults),
	    cmocka_unit_test(test_top),
	    cmocka_unit_test(test_listeners),
	    cmocka_unit_test(test_backends),
	    cmocka_unit_test(test_client_certificate),
	    cmocka_unit_test(test_match),
	    cmocka_unit_test(test_actions),
	    cmocka_unit_test(test_sessions),
	    cmocka_unit_test(test_route_defaults),
	    cmocka_unit_test(test_default_action),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
