/* HTTP/1 response heads, by section of RFC 9112, each fed in all ways of cutting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "codec/http1_response.h"
#include "unit/cutter.h"

enum { HEADERS = 8 };

struct subject {
	struct http1_limits	 limits;
	struct header		 headers[HEADERS];
	struct http1_response	 response;
	size_t			 scanned;
	bool			 fields;	/* tell the fields too */
};

static struct subject subject;

static void subject_begin(void *me)
{
	struct subject *s = me;

	s->response.headers = s->headers;
	s->scanned = 0;
}

static void tell(struct transcript *t, const struct subject *s)
{
	static const char *const bodies[] = {"none", "length", "chunked", "close"};
	const struct http1_response *r = &s->response;

	transcript_add(t, "%u ", r->status);
	transcript_bytes(t, r->reason.p, r->reason.n);
	transcript_add(t, " 1.%u %s", r->minor, bodies[r->body]);
	if (r->has_length)
		transcript_add(t, "=%llu", (unsigned long long)r->length);
	transcript_add(t, "%s%s", r->keep_alive ? " keep" : "", r->upgrade ? " upgrade" : "");
	if (r->upgrade_to.p) {
		transcript_add(t, " to=");
		transcript_bytes(t, r->upgrade_to.p, r->upgrade_to.n);
	}
	for (unsigned i = 0; s->fields && i < r->n_headers; i++) {
		transcript_add(t, " [");
		transcript_bytes(t, r->headers[i].name.p, r->headers[i].name.n);
		transcript_add(t, "=");
		transcript_bytes(t, r->headers[i].value.p, r->headers[i].value.n);
		transcript_add(t, "]");
	}
	transcript_add(t, "\n");
}

static size_t subject_step(void *me, uint8_t *p, size_t n, bool eof, struct transcript *t,
    bool *stop)
{
	struct subject *s = me;
	size_t used;

	(void)eof;
	enum fault f = http1_response_parse(&s->limits, p, n, &s->scanned, &s->response, &used);
	if (f != FAULT_NONE) {
		transcript_add(t, "%s", fault_name(f));
		*stop = true;
		return 0;
	}
	if (used > 0)
		tell(t, s);
	else
		assert_true(s->scanned <= n);
	return used;
}

static const struct cutter cutter = {&subject, subject_begin, subject_step};

static int setup(void **state)
{
	(void)state;
	subject = (struct subject){.limits = {1024, HEADERS}};
	return 0;
}

static void expect(const char *head, const char *expected)
{
	cutter_expect(&cutter, head, strlen(head), expected);
}

/* Field lines, each with its CRLF, in a response that is otherwise right. */
static void expect_fields(const char *status, const char *fields, const char *expected)
{
	char head[512];

	snprintf(head, sizeof(head), "HTTP/1.1 %s\r\n%s\r\n", status, fields);
	expect(head, expected);
}

static void test_2_1_responses(void **state)
{
	(void)state;
	subject.fields = true;
	expect("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX:\t y\t\r\n\r\n",
	    "200 OK 1.1 length=3 keep [Content-Length=3] [X=y]\n");
	expect("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\n",
	    "100 Continue 1.1 none keep\n200 OK 1.0 close\n");
}

static void test_2_2_line_ends(void **state)
{
	(void)state;
	expect("HTTP/1.1 200 OK\n\n", "HTTP_SMUGGLING");
	expect("HTTP/1.1 200 OK\r\r\n", "HTTP_SMUGGLING");
	expect("HTTP/1.1 200 O\x01K\r\n\r\n", "HTTP_SYNTAX");
	expect("\r\nHTTP/1.1 200 OK\r\n\r\n", "HTTP_SYNTAX");
	expect("hTTP/1.1 200 OK\r\n\r\n", "HTTP_SYNTAX");
	expect("<html>", "HTTP_SYNTAX");
}

static void test_4_status_line(void **state)
{
	(void)state;
	expect("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", "200  1.1 length=0 keep\n");
	expect("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "200  1.1 length=0 keep\n");
	expect("HTTP/1.1 999 a b\xe9\r\nContent-Length: 0\r\n\r\n",
	    "999 a b\\xe9 1.1 length=0 keep\n");
	expect("HTTP/1.1 099 OK\r\n\r\n", "HTTP_SYNTAX");
	expect("HTTP/1.1 20 OK\r\n\r\n", "HTTP_SYNTAX");
	expect("HTTP/1.1 2000 OK\r\n\r\n", "HTTP_SYNTAX");
	expect("HTTP/1.1 2x0 OK\r\n\r\n", "HTTP_SYNTAX");
	expect("HTTP/1.1 +20 OK\r\n\r\n", "HTTP_SYNTAX");
	expect("HTTP/1.1  200 OK\r\n\r\n", "HTTP_SYNTAX");
	expect("HTTP/1.1 200\tOK\r\n\r\n", "HTTP_SYNTAX");
	expect("HTTP/1.1\r\n\r\n", "HTTP_SYNTAX");
	expect("HTTP/2.0 200 OK\r\n\r\n", "HTTP_VERSION");
	expect("HTTP/1.2 200 OK\r\n\r\n", "HTTP_VERSION");
	expect("HTTQ/1.1 200 OK\r\n\r\n", "HTTP_SYNTAX");
}

static void test_5_fields(void **state)
{
	(void)state;
	expect_fields("200 OK", "A b: c\r\n", "HTTP_SMUGGLING");
	expect_fields("200 OK", "A : c\r\n", "HTTP_SMUGGLING");
	expect_fields("200 OK", "A: b\r\n c\r\n", "HTTP_SMUGGLING");
	expect_fields("200 OK", ": c\r\n", "HTTP_SYNTAX");
	expect_fields("200 OK", "A\r\n", "HTTP_SYNTAX");
}

static void test_6_3_where_it_ends(void **state)
{
	(void)state;
	expect_fields("200 OK", "", "200 OK 1.1 close\n");
	expect_fields("200 OK", "Transfer-Encoding: chunked\r\n", "200 OK 1.1 chunked keep\n");
	expect_fields("404 No", "Content-Length: 18446744073709551615\r\n",
	    "404 No 1.1 length=18446744073709551615 keep\n");
	expect_fields("200 OK", "Content-Length: 18446744073709551616\r\n", "HTTP_SMUGGLING");
	expect_fields("200 OK", "Content-Length: 3\r\nContent-Length: 3\r\n", "HTTP_SMUGGLING");
	expect_fields("200 OK", "Content-Length: 3, 3\r\n", "HTTP_SMUGGLING");
	expect_fields("200 OK", "Content-Length: -1\r\n", "HTTP_SMUGGLING");
	expect_fields("200 OK", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
	    "HTTP_SMUGGLING");
	expect_fields("200 OK", "Transfer-Encoding: gzip\r\n", "HTTP_SMUGGLING");
	expect_fields("200 OK", "Transfer-Encoding: gzip, chunked\r\n", "HTTP_SMUGGLING");
	expect_fields("200 OK", "Transfer-Encoding: chunked, chunked\r\n", "HTTP_SMUGGLING");
	expect("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP_SMUGGLING");
}

static void test_6_3_no_body(void **state)
{
	(void)state;
	expect_fields("204 No", "", "204 No 1.1 none keep\n");
	expect_fields("204 No", "Content-Length: 0\r\n", "204 No 1.1 none=0 keep\n");
	expect_fields("204 No", "Content-Length: 5\r\n", "HTTP_SMUGGLING");
	expect_fields("204 No", "Transfer-Encoding: chunked\r\n", "HTTP_SMUGGLING");
	expect_fields("100 Go", "Content-Length: 5\r\n", "HTTP_SMUGGLING");
	expect_fields("304 Same", "Content-Length: 5\r\n", "304 Same 1.1 none=5 keep\n");
	expect_fields("304 Same", "Transfer-Encoding: chunked\r\n", "304 Same 1.1 none keep\n");
	subject.response.head_only = true;
	expect_fields("200 OK", "", "200 OK 1.1 none keep\n");
	expect_fields("200 OK", "Content-Length: 5\r\n", "200 OK 1.1 none=5 keep\n");
	expect_fields("200 OK", "Transfer-Encoding: chunked\r\n", "200 OK 1.1 none keep\n");
	expect_fields("204 No", "Content-Length: 5\r\n", "204 No 1.1 none=5 keep\n");
}

static void test_9_3_persistence(void **state)
{
	(void)state;
	expect_fields("204 No", "Connection: close\r\n", "204 No 1.1 none\n");
	expect_fields("204 No", "Connection: x, Close\r\n", "204 No 1.1 none\n");
	expect("HTTP/1.0 204 No\r\n\r\n", "204 No 1.0 none\n");
	expect("HTTP/1.0 204 No\r\nConnection: keep-alive\r\n\r\n", "204 No 1.0 none keep\n");
	expect("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n", "200 OK 1.0 close\n");
}

static void test_9110_upgrade(void **state)
{
	(void)state;
	expect_fields("101 Go", "Connection: Upgrade\r\nUpgrade: websocket\r\n",
	    "101 Go 1.1 none keep upgrade to=websocket\n");
	expect_fields("200 OK", "Upgrade: h2c\r\nContent-Length: 1\r\n",
	    "200 OK 1.1 length=1 keep to=h2c\n");
}

/* What only means something in requests is a field like any other. */
static void test_fields_of_requests(void **state)
{
	(void)state;
	expect_fields("204 No", "Host: a b\r\nExpect: wonders\r\n", "204 No 1.1 none keep\n");
}

static void test_limits(void **state)
{
	(void)state;
	subject.limits.headers = 1;
	expect_fields("204 No", "A: b\r\n", "204 No 1.1 none keep\n");
	expect_fields("204 No", "A: b\r\nC: d\r\n", "HEADERS_TOO_MANY");
	subject.limits.head = 19;
	expect("HTTP/1.1 204 No\r\n\r\n", "204 No 1.1 none keep\n");
	expect("HTTP/1.1 204 Non\r\n\r\n", "HEAD_TOO_LARGE");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_2_1_responses, setup),
	    cmocka_unit_test_setup(test_2_2_line_ends, setup),
	    cmocka_unit_test_setup(test_4_status_line, setup),
	    cmocka_unit_test_setup(test_5_fields, setup),
	    cmocka_unit_test_setup(test_6_3_where_it_ends, setup),
	    cmocka_unit_test_setup(test_6_3_no_body, setup),
	    cmocka_unit_test_setup(test_9_3_persistence, setup),
	    cmocka_unit_test_setup(test_9110_upgrade, setup),
	    cmocka_unit_test_setup(test_fields_of_requests, setup),
	    cmocka_unit_test_setup(test_limits, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
