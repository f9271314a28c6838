/* Whole answers, and answers for faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "fake_exchange.h"
#include "http/status.h"

static struct fake_exchange fake;

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

static void test_answer(void **state)
{
	struct header extra = {SLICE("X-A"), SLICE("b")};

	(void)state;
	exchange_answer(&fake.x, 201, &extra, 1, "text/plain", SLICE("hello"));
	assert_int_equal(fake.status, 201);
	assert_string_equal(fake.head, "X-A: b\nContent-Type: text/plain\n");
	assert_int_equal(fake.length, 5);
	assert_string_equal(fake.body, "hello");
	assert_true(fake.ended);
}

static void test_no_body(void **state)
{
	(void)state;
	exchange_answer(&fake.x, 308, NULL, 0, NULL, SLICE("never seen"));
	assert_int_equal(fake.length, 0);
	assert_string_equal(fake.head, "");
	assert_int_equal(fake.writes, 0);
	assert_true(fake.ended);
	fake_exchange_request(&fake, "GET", "example.com", "/");
	exchange_answer(&fake.x, 304, NULL, 0, "text/plain", SLICE("never seen"));
	assert_int_equal(fake.writes, 0);
	assert_true(fake.ended);
}

static void test_head(void **state)
{
	(void)state;
	fake_exchange_request(&fake, "HEAD", "example.com", "/");
	exchange_answer(&fake.x, 200, NULL, 0, "text/plain", SLICE("hello"));
	assert_int_equal(fake.length, 5);
	assert_int_equal(fake.writes, 0);
	assert_true(fake.ended);
}

static void test_fail_text(void **state)
{
	(void)state;
	exchange_fail(&fake.x, FAULT_NO_ROUTE);
	assert_int_equal(fake.status, 404);
	assert_string_equal(fake.head, "Cache-Control: no-store\n"
	    "Content-Type: text/plain; charset=utf-8\n");
	assert_string_equal(fake.body,
	    "404 Not Found: no route takes this request (request 0123456789abcdef)\n");
	assert_true(fake.ended);
}

static void test_fail_html(void **state)
{
	static const struct {
		const char	*accept;
		bool		 html;
	} rows[] = {
		{"text/html", true},
		{"application/xml;q=0.9, Text/HTML ;q=0.8, */*", true},
		{"text/html;q=0", false},
		{"text/html; q=0.000", false},
		{"text/html;level=1;q=0.1", true},
		{"*/*", false},
		{"text/htmlx", false},
		{"", false},
		{",;,", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_exchange_request(&fake, "GET", "example.com", "/");
		fake_exchange_add(&fake, "Accept", rows[i].accept);
		exchange_fail(&fake.x, FAULT_DIAL_REFUSED);
		assert_int_equal(fake.status, 502);
		bool html = strncmp(fake.body, "<!DOCTYPE html>", 15) == 0;
		assert_int_equal(html, rows[i].html);
		assert_string_equal(fake_exchange_answered(&fake, "Content-Type"),
		    html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8");
		assert_int_equal((size_t)fake.length, fake.n_body);
	}
	assert_non_null(strstr(fake.body, "backend refused the connection"));
}

static void test_html_page(void **state)
{
	(void)state;
	fake_exchange_add(&fake, "Accept", "text/html");
	exchange_fail(&fake.x, FAULT_NO_ROUTE);
	assert_non_null(strstr(fake.body, "<title>404 Not Found</title>"));
	assert_non_null(strstr(fake.body, "<p>No route takes this request.</p>"));
	assert_non_null(strstr(fake.body, "request 0123456789abcdef"));
	assert_non_null(strstr(fake.body, "</html>\n"));
}

/* Every fault has an answer that is whole, in both forms. */
static void test_fail_all(void **state)
{
	(void)state;
	for (int f = 1; f < FAULT_COUNT; f++)
		for (int html = 0; html < 2; html++) {
			fake_exchange_request(&fake, "GET", "example.com", "/");
			if (html)
				fake_exchange_add(&fake, "Accept", "text/html");
			exchange_fail(&fake.x, (enum fault)f);
			assert_int_equal(fake.status, fault_http((enum fault)f));
			assert_true(status_phrase(fake.status)[0] != '\0');
			assert_int_equal(fake.body[fake.n_body - 1], '\n');
		}
}

static void test_fail_extra(void **state)
{
	(void)state;
	exchange_fail(&fake.x, FAULT_WS_VERSION);
	assert_string_equal(fake_exchange_answered(&fake, "Upgrade"), "websocket");
	assert_string_equal(fake_exchange_answered(&fake, "Sec-WebSocket-Version"), "13");
	fake_exchange_request(&fake, "PUT", "example.com", "/");
	exchange_fail(&fake.x, FAULT_METHOD_NOT_ALLOWED);
	assert_string_equal(fake_exchange_answered(&fake, "Allow"), "GET, HEAD");
	fake_exchange_request(&fake, "GET", "example.com", "/");
	exchange_fail(&fake.x, FAULT_CONNECTIONS);
	assert_non_null(fake_exchange_answered(&fake, "Retry-After"));
}

static void test_fail_late(void **state)
{
	(void)state;
	exchange_respond(&fake.x, &(struct response){.status = 200, .length = 10});
	exchange_fail(&fake.x, FAULT_SYSTEM);
	assert_int_equal(fake.reset, FAULT_SYSTEM);
	assert_false(fake.ended);
}

static void test_fail_without_request(void **state)
{
	(void)state;
	fake.x.request = NULL;
	exchange_fail(&fake.x, FAULT_HTTP_SYNTAX);
	assert_int_equal(fake.status, 400);
	assert_true(fake.n_body > 0);
	assert_null(exchange_header(&fake.x, SLICE("Host")).p);
	assert_null(exchange_host(&fake.x).p);
}

static void test_host(void **state)
{
	static const char *const rows[][2] = {
		{"example.com", "example.com"}, {"Example.COM:8080", "Example.COM"},
		{"example.com.", "example.com"}, {"example.com.:80", "example.com"},
		{"[::1]:443", "[::1]"}, {"[::1]", "[::1]"}, {"", ""}, {"a b", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_exchange_request(&fake, "GET", rows[i][0], "/");
		assert_true(slice_eq(exchange_host(&fake.x), slice_of(rows[i][1])));
	}
}

static void test_phrases(void **state)
{
	(void)state;
	assert_string_equal(status_phrase(200), "OK");
	assert_string_equal(status_phrase(426), "Upgrade Required");
	assert_string_equal(status_phrase(299), "");
	assert_string_equal(status_phrase(-1), "");
	assert_string_equal(status_phrase(600), "");
	assert_string_equal(status_phrase(99999), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_answer, begin, end),
		cmocka_unit_test_setup_teardown(test_no_body, begin, end),
		cmocka_unit_test_setup_teardown(test_head, begin, end),
		cmocka_unit_test_setup_teardown(test_fail_text, begin, end),
		cmocka_unit_test_setup_teardown(test_fail_html, begin, end),
		cmocka_unit_test_setup_teardown(test_html_page, begin, end),
		cmocka_unit_test_setup_teardown(test_fail_all, begin, end),
		cmocka_unit_test_setup_teardown(test_fail_extra, begin, end),
		cmocka_unit_test_setup_teardown(test_fail_late, begin, end),
		cmocka_unit_test_setup_teardown(test_fail_without_request, begin, end),
		cmocka_unit_test_setup_teardown(test_host, begin, end),
		cmocka_unit_test(test_phrases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
