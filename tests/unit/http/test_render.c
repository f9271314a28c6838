/* Templates filled in from a request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "fake_exchange.h"
#include "http/render.h"

static struct fake_exchange fake;
static const struct config_route conf = {.name = "a route"};
static const struct route route = {.conf = &conf};

static int begin(void **state)
{
	(void)state;
	fake_exchange_init(&fake);
	fake.x.route = &route;
	fake.client.sni = SLICE("sni.example");
	fake.client.client_cn = SLICE("Jö Doe");
	fake.x.session = "f00d";
	return 0;
}

static int end(void **state)
{
	(void)state;
	fake_exchange_fini(&fake);
	return 0;
}

static enum fault render(const char *text, struct slice *url)
{
	struct template_error error;
	const struct template *t = template_compile(&fake.x.arena, text, &error);

	assert_non_null(t);
	return render_url(&fake.x, t, url);
}

static void test_values(void **state)
{
	static struct header captures[] = {
		{{"id", 2}, {"a%2Fb%20c", 9}}, {{"n", 1}, {"1", 1}},
	};
	static const struct {
		const char	*text, *url;
	} rows[] = {
		{"", ""},
		{"https://example.com/?a=b&c#d", "https://example.com/?a=b&c#d"},
		{"${client.ip} ${client.port}", "192.0.2.1 40000"},
		{"https://${host}:8443${path}", "https://h.example:8443/a%20b/c"},
		{"/${path.id}/${path.n}/${path.none}", "/a/b%20c/1/"},
		{"?q=${query.q}&r=${query.none}", "?q=x%26y%3D%23z%20%25%2B%3F&r="},
		{"${header.x-a}", "v%3Fw"},
		{"${cookie.sid}|${cookie.b}|${cookie.none}", "1%3D2|3|"},
		{"${route}", "a%20route"},
		{"${request.id}", "0123456789abcdef"},
		{"${tls.sni}", "sni.example"},
		{"${tls.client_cn}", "J%C3%B6%20Doe"},
		{"${session.id}", "f00d"},
		{"$${host} $", "${host} $"},
	};
	struct slice url;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_exchange_request(&fake, "GET", "h.example:80",
		    "/a%20b/c?q=x%26y=%23z+%25%2b?");
		fake_exchange_add(&fake, "X-A", "v?w");
		fake_exchange_add(&fake, "Cookie", "a; sid=1=2 ;x=sid=3");
		fake_exchange_add(&fake, "Cookie", "b=3");
		fake.x.request->captures = captures;
		fake.x.request->n_captures = 2;
		assert_int_equal(render(rows[i].text, &url), FAULT_NONE);
		if (!slice_eq(url, slice_of(rows[i].url)))
			fail_msg("%s: %.*s", rows[i].text, SLICE_ARG(url));
	}
}

/* What could end a header and begin another one is refused, however it was spelt. */
static void test_control(void **state)
{
	static const char *const targets[] = {
		"/?q=a%0d%0aSet-Cookie:x", "/?q=%00", "/?q=%7f", "/?q=%09",
	};
	struct slice url;

	(void)state;
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		fake_exchange_request(&fake, "GET", "h", targets[i]);
		assert_int_equal(render("/x/${query.q}", &url), i == 1 ? FAULT_HTTP_SYNTAX
		    : FAULT_CONTROL_CHARACTER);
	}
	fake_exchange_request(&fake, "GET", "h", "/?q=%zz");
	assert_int_equal(render("/${query.q}", &url), FAULT_HTTP_SYNTAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_values, begin, end),
		cmocka_unit_test_setup_teardown(test_control, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
