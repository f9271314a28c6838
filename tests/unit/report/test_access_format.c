/* The formats of the access log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "report/access_format.h"

#define S(text)	{(text), sizeof(text) - 1}

static const struct access_record request = {
	.listener = S("web"), .route = S("files"), .client_ip = S("192.0.2.1"),
	.client_port = 40000, .protocol = S("http/1.1"), .method = S("GET"),
	.host = S("example.com"), .path = S("/a b\""), .status = 200,
	.user_agent = S("curl/8 \"x\"\xff\x1b"), .started = UINT64_C(1767323045678),
	.duration = 12, .bytes_out = 345, .request_id = S("0123456789abcdef"),
};

static const struct access_record session = {
	.session = true, .listener = S("web"), .route = S("console"), .backend = S("vnc"),
	.server = S("tcp://10.0.0.1:5900"), .client_ip = S("2001:db8::1"), .client_port = 1,
	.user = S("joe"), .protocol = S("http/1.1"), .tls = S("TLSv1.3"), .method = S("GET"),
	.host = S("h"), .path = S("/ws"), .status = 101, .transport = S("websocket"),
	.subprotocol = S("binary"), .framing = S("binary"), .origin = S("https://h"),
	.started = UINT64_C(1767323045678), .duration = 61234, .bytes_in = 1, .messages_in = 1,
	.close_code = 1000, .closed_by = S("client"), .session_id = S("f00d"),
};

static char line[ACCESS_FORMAT_LINE + 1];

static const char *written(const char *format, const struct access_record *r)
{
	struct log_text t = {line, 0, ACCESS_FORMAT_LINE};
	struct slice wrong;
	struct access_format *f = access_format_new(format, &wrong);

	assert_non_null(f);
	access_format_write(f, r, &t);
	access_format_free(f);
	line[t.n] = '\0';
	return line;
}

static void test_json(void **state)
{
	(void)state;
	assert_string_equal(written("json", &request),
	    "{\"time\":\"2026-01-02T03:04:05.678Z\",\"type\":\"request\",\"listener\":\"web\","
	    "\"route\":\"files\",\"client_ip\":\"192.0.2.1\",\"client_port\":40000,"
	    "\"protocol\":\"http/1.1\",\"method\":\"GET\",\"host\":\"example.com\","
	    "\"path\":\"/a b\\\"\",\"status\":200,"
	    "\"user_agent\":\"curl/8 \\\"x\\\"\\\\xff\\u001b\",\"duration\":0.012,"
	    "\"bytes_in\":0,\"bytes_out\":345,\"request_id\":\"0123456789abcdef\"}");
	assert_string_equal(written("json", &session),
	    "{\"time\":\"2026-01-02T03:04:05.678Z\",\"type\":\"session\",\"listener\":\"web\","
	    "\"route\":\"console\",\"backend\":\"vnc\",\"server\":\"tcp://10.0.0.1:5900\","
	    "\"client_ip\":\"2001:db8::1\",\"client_port\":1,\"user\":\"joe\","
	    "\"protocol\":\"http/1.1\",\"tls\":\"TLSv1.3\",\"method\":\"GET\",\"host\":\"h\","
	    "\"path\":\"/ws\",\"status\":101,\"transport\":\"websocket\","
	    "\"subprotocol\":\"binary\",\"framing\":\"binary\",\"origin\":\"https://h\","
	    "\"duration\":61.234,\"bytes_in\":1,\"bytes_out\":0,\"messages_in\":1,"
	    "\"messages_out\":0,\"close_code\":1000,\"closed_by\":\"client\","
	    "\"session\":\"f00d\"}");
}

static void test_combined(void **state)
{
	(void)state;
	assert_string_equal(written("combined", &request),
	    "192.0.2.1 - - [02/Jan/2026:03:04:05 +0000] \"GET /a b\\\" HTTP/1.1\" 200 345 "
	    "\"-\" \"curl/8 \\\"x\\\"\\xff\\x1b\"");
	assert_string_equal(written("combined", &session),
	    "2001:db8::1 - joe [02/Jan/2026:03:04:05 +0000] \"GET /ws HTTP/1.1\" 101 - "
	    "\"-\" \"-\"");
}

static void test_template(void **state)
{
	(void)state;
	assert_string_equal(written("${time}\t${client_ip}:${client_port} ${user} $x $${path} "
	    "${path} ${messages_in}${bytes_in}", &request),
	    "2026-01-02T03:04:05.678Z\t192.0.2.1:40000 - $x ${path} /a b\\\" -0");
	assert_string_equal(written("", &request), "");
	assert_string_equal(written("${status}", &session), "101");
	assert_string_equal(written("$${", &session), "${");
}

static void test_bad_template(void **state)
{
	static const char unknown[] = "a ${path} ${nothing} b";
	struct slice wrong;

	(void)state;
	assert_null(access_format_new(unknown, &wrong));
	assert_ptr_equal(wrong.p, unknown + 12);
	assert_int_equal(wrong.n, 7);
	assert_null(access_format_new("${path", &wrong));
	assert_true(slice_eq(wrong, SLICE("path")));
	assert_null(access_format_new("${", &wrong));
	assert_int_equal(wrong.n, 0);
	assert_non_null(wrong.p);
}

/* However long the values are, a line of JSON is whole. */
static void test_long(void **state)
{
	static char value[32 * 1024];
	struct access_record r = session;

	(void)state;
	memset(value, 0x01, sizeof(value));
	struct slice s = {value, sizeof(value)};
	r.listener = r.route = r.backend = r.server = r.user = r.host = r.path = r.origin = s;
	r.client_ip = r.peer_ip = r.protocol = r.tls = r.method = r.transport = r.framing = s;
	r.user_agent = r.referer = r.reason = r.traceparent = r.subprotocol = s;
	written("json", &r);
	size_t n = strlen(line);
	assert_true(n < ACCESS_FORMAT_LINE);
	assert_memory_equal(line + n - 2, "\"}", 2);
	assert_non_null(strstr(line, "\"closed_by\":\"client\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_combined),
		cmocka_unit_test(test_template),
		cmocka_unit_test(test_bad_template),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
