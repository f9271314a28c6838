/* Who takes what below a route's path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "front/front_ws.h"
#include "front/plain.h"
#include "front/transport.h"
#include "../http/fake_exchange.h"

#define ID "abcdefghijklmnopqrs-_0"
enum {
	WS = 1u << TRANSPORT_WEBSOCKET,
	SSE = 1u << TRANSPORT_SSE,
	POLL = 1u << TRANSPORT_LONGPOLL
};

static const struct {
	unsigned		 transports;
	const char		*method, *route, *path;
	bool			 events;	/* it accepts them */
	const struct handler	*handler;
} rows[] = {
	{WS, "GET", "/p", "/p", false, &front_ws_handler},
	{WS, "POST", "/p", "/p/" ID, false, &front_ws_handler},
	{SSE, "POST", "/p", "/p", false, &plain_open_handler},
	{WS | POLL, "POST", "/p", "/p/", false, &plain_open_handler},
	{POLL, "POST", "/p/", "/p/", false, &plain_open_handler},
	{POLL, "POST", NULL, "/", false, &plain_open_handler},
	{POLL, "POST", "/", "/", false, &plain_open_handler},
	{POLL, "GET", "/p", "/p/" ID, true, &plain_poll_handler},
	{SSE, "GET", "/p", "/p/" ID, false, &plain_events_handler},
	{SSE | POLL, "GET", "/p", "/p/" ID, true, &plain_events_handler},
	{SSE | POLL, "GET", "/p", "/p/" ID, false, &plain_poll_handler},
	{SSE | POLL, "GET", NULL, "/" ID, false, &plain_poll_handler},
	{SSE | POLL, "GET", "/p/", "/p/" ID, false, &plain_poll_handler},
	{SSE, "POST", "/p", "/p/" ID, false, &plain_post_handler},
	{SSE, "DELETE", "/p", "/p/" ID, false, &plain_close_handler},
	{SSE, "PUT", "/p", "/p/" ID, false, &plain_method_handler},
	{WS | SSE, "GET", "/p", "/p", false, &plain_method_handler},
	{SSE, "GET", "/p", "/p/" ID "1", false, NULL},
	{SSE, "GET", "/p", "/p/abcdefghijklmnopqrs-_", false, NULL},
	{SSE, "GET", "/p", "/p/abcdefghijklmnopqrs-_.", false, NULL},
	{SSE, "GET", "/p", "/p/" ID "/", false, NULL},
	{SSE, "GET", "/p", "/p//" ID, false, NULL},
	{SSE, "POST", "/p", "/p/x", false, NULL},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct config_route conf = {.name = "r", .transports = rows[i].transports,
		    .path_kind = rows[i].route ? PATH_PREFIX : PATH_ANY, .path = rows[i].route};
		const struct route route = {.conf = &conf};
		struct fake_exchange fake;
		fake_exchange_init(&fake);
		fake_exchange_request(&fake, rows[i].method, "h", rows[i].path);
		if (rows[i].events)
			fake_exchange_add(&fake, "Accept", "text/html, text/event-stream");
		fake.x.route = &route;
		if (transport_handler(&fake.x) != rows[i].handler)
			fail_msg("row %zu: %s %s", i, rows[i].method, rows[i].path);
		fake.x.request->websocket = true;
		if (rows[i].transports & WS)
			assert_ptr_equal(transport_handler(&fake.x), &front_ws_handler);
		fake.x.route = NULL;
		fake_exchange_fini(&fake);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
