/* What a route changes in every answer: its own headers, and CORS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "fake_exchange.h"
#include "http/cors.h"

static struct fake_exchange fake;
static struct config_route conf;
static struct route route = {.conf = &conf};

static int begin(void **state)
{
	(void)state;
	fake_exchange_init(&fake);
	conf = (struct config_route){.name = "app"};
	return 0;
}

static int end(void **state)
{
	(void)state;
	amend_free(route.amend);
	route.amend = NULL;
	fake_exchange_fini(&fake);
	return 0;
}

/* The route is as conf says; the request has these headers. */
static void ask(const char *method, const char *const *fields)
{
	amend_free(route.amend);
	assert_int_equal(amend_new(&conf, false, &route.amend), FAULT_NONE);
	fake_exchange_request(&fake, method, "h.example", "/");
	for (; *fields; fields += 2)
		fake_exchange_add(&fake, fields[0], fields[1]);
	fake.x.route = &route;
}

static void answers(const char *head)
{
	if (strcmp(fake.head, head) != 0)
		fail_msg("\"%s\" is not \"%s\"", fake.head, head);
}

static const char *const nothing[] = {NULL};
static const char *const from_a[] = {"Origin", "https://a.example", NULL};
static const char *const from_b[] = {"Origin", "https://b.example", NULL};

static void test_nothing(void **state)
{
	(void)state;
	ask("GET", nothing);
	assert_null(route.amend);
	exchange_answer(&fake.x, 200, NULL, 0, "text/plain", SLICE("x"));
	answers("Content-Type: text/plain\n");
}

static void test_set(void **state)
{
	static struct config_pair set[] = {
		{"Strict-Transport-Security", "max-age=1"}, {"content-TYPE", "text/x"},
	};
	static const char *removed[] = {"server", "X-Powered-By"};
	static const struct header headers[] = {
		{{"Server", 6}, {"old", 3}}, {{"strict-transport-security", 25}, {"0", 1}},
		{{"Strict-Transport-Security", 25}, {"1", 1}}, {{"X-Kept", 6}, {"yes", 3}},
	};

	(void)state;
	conf.rewrite.set_response_headers = (struct config_pairs){set, 2};
	conf.rewrite.remove_response_headers = (struct config_list){removed, 2};
	ask("GET", nothing);
	exchange_answer(&fake.x, 200, headers, 4, "text/plain", SLICE("x"));
	answers("X-Kept: yes\nStrict-Transport-Security: max-age=1\ncontent-TYPE: text/x\n");
	assert_int_equal(fake.length, 1);
	assert_true(fake.ended);

	/* refusals, too */
	ask("GET", nothing);
	exchange_fail(&fake.x, FAULT_SOURCE_DENIED);
	assert_int_equal(fake.status, 403);
	answers("Cache-Control: no-store\nStrict-Transport-Security: max-age=1\n"
	    "content-TYPE: text/x\n");

	/* what came before any route was known has none */
	ask("GET", nothing);
	fake.x.route = NULL;
	exchange_fail(&fake.x, FAULT_NO_ROUTE);
	assert_null(fake_exchange_answered(&fake, "Strict-Transport-Security"));
}

static void test_cors(void **state)
{
	static const char *origins[] = {"https://a.example"}, *all[] = {"*"};
	static const char *exposed[] = {"X-Kept", "ETag"};
	static const struct header own[] = {
		{{"Access-Control-Allow-Origin", 27}, {"*", 1}},
		{{"access-control-expose-headers", 29}, {"x", 1}}, {{"X-Kept", 6}, {"1", 1}},
	};
	static const struct header vary[] = {{{"Vary", 4}, {"Accept, origin", 14}}};
	static const struct header vary_other[] = {{{"Vary", 4}, {"Accept", 6}}};

	(void)state;
	conf.cors.origins = (struct config_list){origins, 1};
	ask("GET", from_a);
	exchange_answer(&fake.x, 200, own, 3, NULL, SLICE(""));
	answers("X-Kept: 1\nVary: Origin\nAccess-Control-Allow-Origin: https://a.example\n");
	ask("GET", from_b);
	exchange_answer(&fake.x, 200, own, 3, NULL, SLICE(""));
	answers("X-Kept: 1\nVary: Origin\n");
	ask("GET", nothing);
	exchange_answer(&fake.x, 200, NULL, 0, NULL, SLICE(""));
	answers("Vary: Origin\n");
	ask("GET", from_a);
	exchange_answer(&fake.x, 200, vary, 1, NULL, SLICE(""));
	answers("Vary: Accept, origin\nAccess-Control-Allow-Origin: https://a.example\n");
	ask("GET", from_a);
	exchange_answer(&fake.x, 200, vary_other, 1, NULL, SLICE(""));
	answers("Vary: Accept\nVary: Origin\nAccess-Control-Allow-Origin: https://a.example\n");

	conf.cors.credentials = true;
	ask("GET", from_a);
	exchange_answer(&fake.x, 200, NULL, 0, NULL, SLICE(""));
	answers("Vary: Origin\nAccess-Control-Allow-Origin: https://a.example\n"
	    "Access-Control-Allow-Credentials: true\n");

	conf.cors.expose = (struct config_list){exposed, 2};
	ask("GET", from_a);
	exchange_answer(&fake.x, 200, own, 3, NULL, SLICE(""));
	answers("X-Kept: 1\nVary: Origin\nAccess-Control-Allow-Origin: https://a.example\n"
	    "Access-Control-Allow-Credentials: true\n"
	    "Access-Control-Expose-Headers: X-Kept, ETag\n");
	ask("GET", from_b);
	exchange_answer(&fake.x, 200, own, 3, NULL, SLICE(""));
	answers("X-Kept: 1\nVary: Origin\n");

	conf.cors = (struct config_cors){.origins = {all, 1}};
	ask("GET", nothing);
	exchange_answer(&fake.x, 200, NULL, 0, NULL, SLICE(""));
	answers("Access-Control-Allow-Origin: *\n");
}

/* An Origin field for each of two, of which one is allowed, is no browser's. */
static void test_two_origins(void **state)
{
	static const char *origins[] = {"https://a.example"};
	static const char *const both[] = {"Origin", "https://a.example",
	    "Origin", "https://b.example", NULL};

	(void)state;
	conf.cors.origins = (struct config_list){origins, 1};
	ask("GET", both);
	exchange_answer(&fake.x, 200, NULL, 0, NULL, SLICE(""));
	answers("Vary: Origin\n");
}

static void lacks(const char *key, const char *entry)
{
	struct slice missing = {NULL, 0};
	const char *found = cors_lacks(route.amend->cors, &fake.x, &missing);

	if (key == NULL)
		assert_null(found);
	else
		assert_string_equal(found, key);
	if (key && !slice_eq(missing, slice_of(entry)))
		fail_msg("lacks \"%.*s\"", SLICE_ARG(missing));
}

static void test_preflight(void **state)
{
	static const char *origins[] = {"https://a.example", "same"};
	static const char *methods[] = {"GET", "PUT"}, *headers[] = {"X-A", "content-type"};
	static const char *any[] = {"*"};
	static const char *const put[] = {"Origin", "https://a.example",
	    "Access-Control-Request-Method", "PUT",
	    "Access-Control-Request-Headers", "content-type,  x-a,,", NULL};
	static const char *const patch[] = {"Origin", "https://a.example",
	    "Access-Control-Request-Method", "PATCH", NULL};
	static const char *const post[] = {"Origin", "https://h.example",
	    "Access-Control-Request-Method", "POST",
	    "Access-Control-Request-Headers", "x-b", NULL};
	static const char *const stranger[] = {"Origin", "https://b.example",
	    "Access-Control-Request-Method", "GET", NULL};

	(void)state;
	conf.cors = (struct config_cors){.origins = {origins, 2}};
	ask("OPTIONS", put);
	assert_true(cors_is_preflight(&fake.x));
	lacks("methods", "PUT");
	exchange_answer(&fake.x, 204, NULL, 0, NULL, SLICE(""));
	answers("Vary: Origin\nAccess-Control-Allow-Origin: https://a.example\n"
	    "Access-Control-Allow-Methods: GET, HEAD, POST\n");

	conf.cors = (struct config_cors){.origins = {origins, 2}, .methods = {methods, 2},
	    .headers = {headers, 2}, .expose = {headers, 2}, .max_age = 600 * 1000, .credentials = true};
	ask("OPTIONS", put);
	lacks(NULL, NULL);
	exchange_answer(&fake.x, 204, NULL, 0, NULL, SLICE(""));
	answers("Vary: Origin\nAccess-Control-Allow-Origin: https://a.example\n"
	    "Access-Control-Allow-Credentials: true\nAccess-Control-Allow-Methods: GET, PUT\n"
	    "Access-Control-Allow-Headers: X-A, content-type\nAccess-Control-Max-Age: 600\n");
	ask("OPTIONS", patch);
	lacks("methods", "PATCH");
	ask("OPTIONS", post);
	lacks("headers", "x-b");
	ask("OPTIONS", stranger);
	lacks("origins", "https://b.example");
	exchange_answer(&fake.x, 204, NULL, 0, NULL, SLICE(""));
	answers("Vary: Origin\n");

	conf.cors = (struct config_cors){.origins = {any, 1}, .headers = {any, 1}};
	ask("OPTIONS", post);
	lacks(NULL, NULL);
	exchange_answer(&fake.x, 204, NULL, 0, NULL, SLICE(""));
	answers("Access-Control-Allow-Origin: *\nAccess-Control-Allow-Methods: GET, HEAD, POST\n"
	    "Access-Control-Allow-Headers: x-b\n");

	ask("OPTIONS", from_a);
	assert_false(cors_is_preflight(&fake.x));
	ask("GET", put);
	assert_false(cors_is_preflight(&fake.x));
}

/* As many headers as a backend may send. */
static void test_many(void **state)
{
	static struct config_pair set[] = {{"X-Set", "1"}};
	static struct header headers[CONFIG_HEADERS_MAX];

	(void)state;
	conf.rewrite.set_response_headers = (struct config_pairs){set, 1};
	ask("GET", nothing);
	for (size_t i = 0; i < CONFIG_HEADERS_MAX; i++)
		headers[i] = (struct header){i ? SLICE("X-set") : SLICE("X-Kept"), SLICE("2")};
	exchange_respond(&fake.x, &(struct response){.status = 200, .headers = headers,
	    .n_headers = CONFIG_HEADERS_MAX, .length = 0});
	answers("X-Kept: 2\nX-Set: 1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing, begin, end),
		cmocka_unit_test_setup_teardown(test_set, begin, end),
		cmocka_unit_test_setup_teardown(test_cors, begin, end),
		cmocka_unit_test_setup_teardown(test_two_origins, begin, end),
		cmocka_unit_test_setup_teardown(test_preflight, begin, end),
		cmocka_unit_test_setup_teardown(test_many, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
