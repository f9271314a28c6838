/* Snapshots, and the way from a request to its handler. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../../flow/flow.h"
#include "../http/fake_exchange.h"
#include "back/back_echo.h"
#include "back/back_stream.h"
#include "front/front_ws.h"
#include "http/cors.h"
#include "route/route.h"
#include "route/snapshot.h"
#include "serve/serve_files.h"
#include "serve/serve_health.h"
#include "serve/serve_https.h"
#include "serve/serve_preflight.h"
#include "serve/serve_redirect.h"
#include "serve/serve_respond.h"
#include "upstream/backend.h"

static const char text[] =
	"listeners: {\n"
	"	one: { bind = \"*:8080\"; };\n"
	"	two: { bind = \"*:8443\"; tls = \"self-signed\"; };\n"
	"	three: { bind = \"*:8444\"; tls = \"self-signed\"; };\n"
	"};\n"
	"backends: { a: { servers = [\"tcp://127.0.0.1:1\"]; };\n"
	"	b: { servers = [\"tcp://127.0.0.1:2\"]; }; };\n"
	"routes: {\n"
	"	console: { path = \"/console\"; backend = \"b\"; };\n"
	"	softly: { path = \"/softly\"; backend = \"a\"; refuse = \"close\"; };\n"
	"	echo: { path = \"/echo\"; service = \"echo\"; framing = \"text\"; };\n"
	"	health: { path = \"=/health\"; service = \"health\"; };\n"
	"	old: { path = \"~^/old/(?<rest>.*)$\"; redirect = \"/new\"; };\n"
	"	fixed: { path = \"/fixed\"; respond: { status = 200; body = \"x\"; };\n"
	"		rewrite: { set_response_headers = { X-A = \"1\"; }; };\n"
	"		cors: { origins = \"https://a.example\"; methods = [ \"GET\", \"PUT\" ];\n"
	"			headers = [ \"X-B\" ]; max_age = 60; }; };\n"
	"	files: { path = \"/files\"; static = \"/tmp\"; };\n"
	"};\n";

static struct fake_exchange fake;
static struct snapshot *snapshot;

static int begin(void **state)
{
	struct config *config = config_parse("test", text, NULL);

	(void)state;
	assert_non_null(config);
	assert_int_equal(snapshot_new(config, NULL, &snapshot), FAULT_NONE);
	fake_exchange_init(&fake);
	fake.gateway.snapshot = &snapshot->held;
	return 0;
}

static int end(void **state)
{
	(void)state;
	held_put(fake.x.snapshot);
	fake.x.snapshot = NULL;
	fake_exchange_fini(&fake);
	held_put(&snapshot->held);
	return 0;
}

static void test_snapshot(void **state)
{
	const struct route *r = snapshot->routes;

	(void)state;
	assert_int_equal(snapshot->n_routes, 7);
	assert_ptr_equal(r[0].handler, &front_ws_handler);
	assert_ptr_equal(r[0].back, &back_stream_kind);
	assert_ptr_equal(r[0].backend, snapshot->backends[1]);
	assert_ptr_equal(r[0].backend->conf, &snapshot->config->backends[1]);
	assert_string_equal(r[0].framing.framer->name, "binary");
	assert_ptr_equal(r[2].back, &back_echo_kind);
	assert_null(r[2].backend);
	assert_string_equal(r[2].framing.framer->name, "text");
	assert_ptr_equal(r[3].handler, &serve_health_handler);
	assert_ptr_equal(r[4].handler, &serve_redirect_handler);
	assert_non_null(r[4].pattern);
	assert_ptr_equal(r[5].handler, &serve_respond_handler);
	assert_string_equal(r[5].amend->cors->methods.p, "GET, PUT");
	assert_string_equal(r[5].amend->cors->max_age.p, "60");
	assert_ptr_equal(r[6].handler, &serve_files_handler);
	assert_non_null(r[6].files);
	assert_null(r[6].amend);
	assert_null(r[6].back);
	assert_null(snapshot->listeners[0].tls);
	assert_non_null(snapshot->listeners[1].tls);
	assert_ptr_equal(snapshot->listeners[1].tls, snapshot->listeners[2].tls);
	assert_ptr_equal(snapshot->listeners[2].conf, &snapshot->config->listeners[2]);
}

static void test_sketch(void **state)
{
	struct config *config = config_parse("test", text, NULL);
	struct snapshot *s;

	(void)state;
	assert_int_equal(snapshot_sketch(config, &s), FAULT_NONE);
	assert_int_equal(s->n_routes, 7);
	assert_null(s->tls);
	held_put(&s->held);
}

/* What is wrong with a pattern is on the log, and nothing is left behind. */
static void test_bad(void **state)
{
	struct config *config = config_parse("test", text, NULL);
	struct snapshot *s = NULL;

	(void)state;
	assert_non_null(config);
	config->routes[4].path = "^/(";
	assert_int_equal(snapshot_new(config, NULL, &s), FAULT_SYSTEM);
	assert_null(s);
}

/* Whatever allocation fails, nothing is left behind. */
static void test_memory(void **state)
{
	enum fault f = FAULT_NO_MEMORY;
	struct snapshot *s;
	unsigned n;

	(void)state;
	for (n = 1; f != FAULT_NONE && n < 1000; n++) {
		struct config *config = config_parse("test", text, NULL);
		assert_non_null(config);
		flow_fail_allocation(n);
		f = snapshot_new(config, NULL, &s);
		flow_fail_allocation(0);
	}
	assert_int_equal(f, FAULT_NONE);
	assert_in_range(n, 8, 100);
	held_put(&s->held);
}

static void route_to(const char *target)
{
	held_put(fake.x.snapshot);
	fake.x.snapshot = NULL;
	fake.x.route = NULL;
	fake_exchange_request(&fake, "GET", "example.com", target);
}

static void test_route(void **state)
{
	(void)state;
	route_to("/health");
	assert_int_equal(route_exchange(&fake.x), FAULT_NONE);
	assert_ptr_equal(fake.x.route, &snapshot->routes[3]);
	assert_ptr_equal(fake.x.handler, &serve_health_handler);
	assert_ptr_equal(fake.x.snapshot, &snapshot->held);
	route_to("/none");
	assert_int_equal(route_exchange(&fake.x), FAULT_NO_ROUTE);
	assert_ptr_equal(fake.x.route, &snapshot->unrouted);
	route_to("/old/x");
	assert_int_equal(route_exchange(&fake.x), FAULT_NONE);
	assert_int_equal(fake.x.request->n_captures, 1);
}

/* A browser's question gets no handler, where the route has cors. */
static void test_preflight(void **state)
{
	static const struct {
		const char		*target;
		const struct handler	*handler;
	} rows[] = {
		{"/fixed", &serve_preflight_handler}, {"/health", &serve_health_handler},
		{"/files", &serve_files_handler},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		route_to(rows[i].target);
		fake.x.request->method = SLICE("OPTIONS");
		fake_exchange_add(&fake, "Origin", "https://a.example");
		fake_exchange_add(&fake, "Access-Control-Request-Method", "PUT");
		assert_int_equal(route_exchange(&fake.x), FAULT_NONE);
		assert_ptr_equal(fake.x.handler, rows[i].handler);
	}
}

static void test_redirect_https(void **state)
{
	(void)state;
	fake.listener.redirect = true;
	route_to("/health");
	assert_int_equal(route_exchange(&fake.x), FAULT_NONE);
	assert_null(fake.x.route);
	assert_ptr_equal(fake.x.handler, &serve_https_handler);
}

/* A refusal is told within the WebSocket only where that is wanted, and there is one. */
static void test_refused(void **state)
{
	(void)state;
	route_to("/console");
	fake_exchange_add(&fake, "Origin", "https://evil.example");
	fake.x.request->websocket = true;
	assert_int_equal(route_exchange(&fake.x), FAULT_ORIGIN_DENIED);
	assert_int_equal(fake.x.refused, FAULT_NONE);
	route_to("/softly");
	fake_exchange_add(&fake, "Origin", "https://evil.example");
	fake.x.request->websocket = true;
	assert_int_equal(route_exchange(&fake.x), FAULT_NONE);
	assert_int_equal(fake.x.refused, FAULT_ORIGIN_DENIED);
	assert_ptr_equal(fake.x.handler, &front_ws_handler);
	fake.x.request->websocket = false;
	assert_int_equal(route_exchange(&fake.x), FAULT_ORIGIN_DENIED);
	assert_int_equal(fake.x.refused, FAULT_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_snapshot, begin, end),
		cmocka_unit_test(test_sketch),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_memory),
		cmocka_unit_test_setup_teardown(test_route, begin, end),
		cmocka_unit_test_setup_teardown(test_preflight, begin, end),
		cmocka_unit_test_setup_teardown(test_redirect_https, begin, end),
		cmocka_unit_test_setup_teardown(test_refused, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
