/* The text of metrics: names, types, escapes, both formats, and which one a client gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "admin/metrics.h"

static struct numbers_route routes[] = {
	{.name = "chat", .backend = "b\"\\\n\xff" "c", .exchanges_messages = true,
	    .transports = 1u << COUNTS_SSE,
	    .traffic = {{100, 2}, {UINT64_C(18446744073709551615), 3}},
	    .held = {0, -1}, .held_ms = {1500, 1}, .sessions = {[COUNTS_WEBSOCKET] = 4},
	    .sessions_total = {[COUNTS_WEBSOCKET] = 5},
	    .handshakes = {.v = {{FAULT_NONE, 5}, {FAULT_ORIGIN_DENIED, 2}}, .n = 2},
	    .closes = {.v = {{COUNTS_CLOSE(1000, COUNTS_CLIENT), 1}}, .n = 1, .other = 7},
	    .requests = {.v = {{101, 5}, {404, 1}}, .n = 2, .other = 9}},
	{.name = "files", .backend = "", .requests = {.v = {{200, 1}}, .n = 1}},
};

static struct numbers_server servers[] = {{"tcp://a:1", true, false, 3},
    {"tcp://b:1", false, false, 0}};
static struct numbers_backend backends[] = {{.name = "b", .servers = servers, .n_servers = 2,
    .waiting = 6, .dials = {.counts = {1, 0, 2, [HISTOGRAM_BUCKETS] = 1}, .sum = 61000500}}};
static struct numbers_listener listeners[] = {{.name = "web", .connections = 8,
    .connections_total = 9}};
static struct numbers_certificate certificates[] = {{"e2e", "CN=a,O=\"b\"", 1800000000}};

static const struct numbers numbers = {
	.routes = routes, .n_routes = 2, .backends = backends, .n_backends = 1,
	.listeners = listeners, .n_listeners = 1, .certificates = certificates,
	.n_certificates = 1, .ready = true, .reload_time = UINT64_C(1767323045678),
	.totals = {.queued = 77, .stashed = -1, .refusals = {[FAULT_ORIGIN_DENIED] = 2}},
	.process = {.cpu = 1500000, .max_files = 1024},
};

static char *text;

static int write_both(void **state)
{
	struct buffer b = {0};

	(void)state;
	metrics_write(&b, &numbers, false);
	buffer_add(&b, SLICE("\f"));
	metrics_write(&b, &numbers, true);
	buffer_add(&b, (struct slice){"", 1});
	assert_false(b.failed);
	text = (char *)b.p;
	return 0;
}

static int forget(void **state)
{
	(void)state;
	free(text);
	return 0;
}

static char *open_metrics(void)
{
	return strchr(text, '\f') + 1;
}

/* A whole line, in this format. */
static bool has(const char *in, const char *end, const char *line)
{
	size_t n = strlen(line);

	for (const char *p = in; (p = strstr(p, line)) != NULL && (end == NULL || p < end); p++)
		if ((p == in || p[-1] == '\n') && p[n] == '\n')
			return true;
	return false;
}

/* In both formats. */
static void expect(const char *line)
{
	if (!has(text, open_metrics(), line))
		fail_msg("Prometheus: no line \"%s\"", line);
	if (!has(open_metrics(), NULL, line))
		fail_msg("OpenMetrics: no line \"%s\"", line);
}

static void test_samples(void **state)
{
	(void)state;
	expect("framegate_connections{listener=\"web\"} 8");
	expect("framegate_connections_total{listener=\"web\"} 9");
	expect("framegate_sessions{route=\"chat\",transport=\"websocket\","
	    "backend=\"b\\\"\\\\\\n?c\"} 4");
	expect("framegate_sessions_total{route=\"chat\",transport=\"sse\","
	    "backend=\"b\\\"\\\\\\n?c\"} 0");
	expect("framegate_handshakes_total{route=\"chat\",result=\"accepted\"} 5");
	expect("framegate_handshakes_total{route=\"chat\",result=\"origin_denied\"} 2");
	expect("framegate_messages_total{route=\"chat\",direction=\"in\"} 2");
	expect("framegate_bytes_total{route=\"chat\",direction=\"out\"} 18446744073709551615");
	expect("framegate_closes_total{route=\"chat\",code=\"1000\",initiator=\"client\"} 1");
	expect("framegate_closes_total{route=\"chat\",code=\"other\",initiator=\"other\"} 7");
	expect("framegate_refusals_total{reason=\"origin_denied\"} 2");
	expect("framegate_refusals_total{reason=\"system\"} 0");
	expect("framegate_http_requests_total{route=\"chat\",code=\"101\"} 5");
	expect("framegate_http_requests_total{route=\"chat\",code=\"other\"} 9");
	expect("framegate_http_requests_total{route=\"files\",code=\"200\"} 1");
	expect("framegate_backend_up{backend=\"b\",server=\"tcp://a:1\"} 1");
	expect("framegate_backend_up{backend=\"b\",server=\"tcp://b:1\"} 0");
	expect("framegate_backend_sessions{backend=\"b\",server=\"tcp://a:1\"} 3");
	expect("framegate_queue_length{backend=\"b\"} 6");
	expect("framegate_buffered_bytes{place=\"out\"} 77");
	expect("framegate_buffered_bytes{place=\"stash\"} 0");
	expect("framegate_backpressure_seconds_total{route=\"chat\",direction=\"in\"} 1.500000");
	expect("framegate_backpressure_sessions{route=\"chat\",direction=\"out\"} 0");
	expect("framegate_config_last_reload_success 1");
	expect("framegate_config_last_reload_timestamp_seconds 1767323045.678000");
	expect("framegate_certificate_expiry_timestamp_seconds{profile=\"e2e\","
	    "subject=\"CN=a,O=\\\"b\\\"\"} 1800000000");
	expect("process_cpu_seconds_total 1.500000");
	expect("process_max_fds 1024");
	assert_null(strstr(text, "\nprocess_open_fds"));
	/* Who exchanges no messages has no series for them; nor has a plain listener for TLS. */
	assert_null(strstr(text, "messages_total{route=\"files\""));
	assert_null(strstr(text, "handshake_duration_seconds_count{"));
}

static void test_histogram(void **state)
{
	(void)state;
	expect("framegate_dial_duration_seconds_bucket{backend=\"b\",le=\"0.0005\"} 1");
	expect("framegate_dial_duration_seconds_bucket{backend=\"b\",le=\"0.001\"} 1");
	expect("framegate_dial_duration_seconds_bucket{backend=\"b\",le=\"1.0\"} 3");
	expect("framegate_dial_duration_seconds_bucket{backend=\"b\",le=\"10.0\"} 3");
	expect("framegate_dial_duration_seconds_bucket{backend=\"b\",le=\"+Inf\"} 4");
	expect("framegate_dial_duration_seconds_count{backend=\"b\"} 4");
	expect("framegate_dial_duration_seconds_sum{backend=\"b\"} 61.000500");
}

static void test_types(void **state)
{
	(void)state;
	assert_true(has(text, open_metrics(), "# TYPE framegate_bytes_total counter"));
	assert_true(has(open_metrics(), NULL, "# TYPE framegate_bytes counter"));
	assert_true(has(open_metrics(), NULL, "# UNIT framegate_bytes bytes"));
	assert_true(has(text, open_metrics(), "# TYPE framegate_sessions_total counter"));
	assert_true(has(open_metrics(), NULL, "# TYPE framegate_sessions_total unknown"));
	assert_true(has(text, open_metrics(), "# TYPE framegate_build_info gauge"));
	assert_true(has(open_metrics(), NULL, "# TYPE framegate_build info"));
	assert_true(has(open_metrics(), NULL, "# EOF"));
	assert_false(has(text, open_metrics(), "# EOF"));
	assert_string_equal(open_metrics() + strlen(open_metrics()) - 6, "# EOF\n");
}

/* A family's help and type come once, and no two families have the same name. */
static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < metrics_count; i++) {
		const struct metric *m = &metrics_table[i];
		assert_true(m->help[strlen(m->help) - 1] == '.');
		if (m->unit)
			assert_string_equal(m->name + strlen(m->name) - strlen(m->unit), m->unit);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(metrics_table[k].name, m->name);
	}
}

static void test_accept(void **state)
{
	static const struct {
		const char	*accept;
		bool		 wanted;
	} cases[] = {
		{NULL, false},
		{"", false},
		{"*/*", false},
		{"text/plain", false},
		{"application/openmetrics-text", true},
		{"application/OpenMetrics-text; version=1.0.0; q=0.5, */*", true},
		{"application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
		    "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true},
		{"text/plain, application/openmetrics-text;q=0.9", false},
		{"text/plain;q=0.3, application/openmetrics-text;q=0.30", true},
		{"application/openmetrics-text;q=0", false},
		{"application/openmetrics-text;q=0.000,text/html", false},
		{"application/openmetrics-text;;;q=,", false},
		{",;q==;,", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (metrics_text_wanted(slice_of(cases[i].accept)) != cases[i].wanted)
			fail_msg("Accept: %s", cases[i].accept ? cases[i].accept : "(none)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_samples),
	    cmocka_unit_test(test_histogram),
	    cmocka_unit_test(test_types),
	    cmocka_unit_test(test_table),
	    cmocka_unit_test(test_accept),
	};

	return cmocka_run_group_tests(tests, write_both, forget);
}
