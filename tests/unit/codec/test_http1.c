/* HTTP/1 request heads, by section of RFC 9112 (and 9110), each fed in all ways of cutting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/http1.h"
#include "unit/cutter.h"

enum { HEADERS = 16 };

struct subject {
	struct http1_limits	 limits;
	struct header		 headers[HEADERS];
	struct http1_request	 request;
	size_t			 scanned;
	bool			 fields;	/* tell the fields too */
};

static struct subject subject;

static void subject_begin(void *me)
{
	struct subject *s = me;

	s->request.headers = s->headers;
	s->scanned = 0;
}

static void tell_slice(struct transcript *t, const char *label, struct slice s)
{
	if (s.p == NULL)
		return;
	transcript_add(t, " %s=", label);
	transcript_bytes(t, s.p, s.n);
}

static void tell(struct transcript *t, const struct subject *s)
{
	const struct http1_request *r = &s->request;

	transcript_bytes(t, r->method.p, r->method.n);
	tell_slice(t, "scheme", r->scheme);
	tell_slice(t, "host", r->host);
	tell_slice(t, "path", r->path);
	tell_slice(t, "query", r->query);
	transcript_add(t, " 1.%u", r->minor);
	if (r->body == HTTP1_BODY_LENGTH)
		transcript_add(t, " length=%llu", (unsigned long long)r->length);
	transcript_add(t, "%s%s%s%s", r->body == HTTP1_BODY_CHUNKED ? " chunked" : "",
	    r->keep_alive ? " keep" : "", r->expect_continue ? " continue" : "",
	    r->upgrade ? " upgrade" : "");
	tell_slice(t, "to", r->upgrade_to);
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
	enum fault f = http1_parse(&s->limits, p, n, &s->scanned, &s->request, &used);
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
	subject.limits = (struct http1_limits){1024, HEADERS};
	subject.fields = false;
	return 0;
}

static void expect(const char *head, const char *expected)
{
	cutter_expect(&cutter, head, strlen(head), expected);
}

/* A request line in a request that is otherwise right. */
static void expect_line(const char *line, const char *expected)
{
	char head[512];

	snprintf(head, sizeof(head), "%s\r\nHost: h\r\n\r\n", line);
	expect(head, expected);
}

/* Field lines, each with its CRLF, in a request that is otherwise right. */
static void expect_fields(const char *fields, const char *expected)
{
	char head[512];

	snprintf(head, sizeof(head), "POST / HTTP/1.1\r\nHost: h\r\n%s\r\n", fields);
	expect(head, expected);
}

static void expect_host(const char *host, const char *expected)
{
	char head[512];

	snprintf(head, sizeof(head), "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", host);
	expect(head, expected);
}

/* The fault comes with the last byte of the head, however the bytes before came. */
static void expect_at_last_byte(const char *head, enum fault fault)
{
	size_t n = strlen(head), used;

	subject_begin(&subject);
	for (size_t i = 1; i <= n; i++) {
		uint8_t *exact = malloc(i);
		assert_non_null(exact);
		memcpy(exact, head, i);
		assert_int_equal(http1_parse(&subject.limits, exact, i, &subject.scanned,
		    &subject.request, &used), i == n ? fault : FAULT_NONE);
		free(exact);
	}
}

static void test_2_1_requests(void **state)
{
	(void)state;
	subject.fields = true;
	expect("GET /a/b?c=d&e HTTP/1.1\r\nHost: example.com:8080\r\nUser-Agent:x y\r\n"
	    "Accept: \t a,\tb \t\r\nEmpty:\r\nEmpty2: \r\nX_Under!: \"q\xe9\"\r\n\r\n",
	    "GET host=example.com:8080 path=/a/b query=c=d&e 1.1 keep [Host=example.com:8080]"
	    " [User-Agent=x y] [Accept=a,\\x09b] [Empty=] [Empty2=] [X_Under!=\"q\\xe9\"]\n");
}

static void test_2_1_pipelined(void **state)
{
	(void)state;
	expect("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n\r\nGET /2? HTTP/1.0\r\n\r\n"
	    "G!T /3 HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /4 HTTP/1.0\r\n",
	    "GET host=h path=/1 1.1 keep\nGET path=/2 query= 1.0\nG!T path=/3 1.0 keep\n[17 left]");
}

static void test_2_2_line_ends(void **state)
{
	(void)state;
	expect("\r\nGET / HTTP/1.0\r\n\r\n", "GET path=/ 1.0\n");
	expect("\r\n\r\nGET / HTTP/1.0\r\n\r\n", "HTTP_SYNTAX");
	expect_at_last_byte("\r\n\r", FAULT_HTTP_SYNTAX);
	expect_at_last_byte("\rG", FAULT_HTTP_SMUGGLING);
	expect_at_last_byte("\n", FAULT_HTTP_SYNTAX);
	expect_at_last_byte("GET / HTTP/1.0\n", FAULT_HTTP_SMUGGLING);
	expect_at_last_byte("GET / HTTP/1.0\rH", FAULT_HTTP_SMUGGLING);
	expect_at_last_byte("GET / HTTP/1.0\r\nA: b\n", FAULT_HTTP_SMUGGLING);
	expect_at_last_byte("GET / HTTP/1.0\r\nA: b\rc", FAULT_HTTP_SMUGGLING);
	expect_at_last_byte("GET / HTTP/1.0\r\nA: b\r\r", FAULT_HTTP_SMUGGLING);
	expect_at_last_byte("GET / HTTP/1.0\r\nA: b\r\n\n", FAULT_HTTP_SMUGGLING);
	expect_at_last_byte("GET / HTTP/1.0\r\nA: b\r\n\rX", FAULT_HTTP_SMUGGLING);
}

/* At the byte itself, wherever in a block it stands. */
static void test_2_2_control_characters(void **state)
{
	static const char before[] = "GET / HTTP/1.0\r\nName: ";
	uint8_t head[64];

	(void)state;
	for (unsigned c = 0; c < 256; c++)
		for (size_t at = sizeof(before) - 1; c != '\r' && at < 45; at++) {
			bool ok = c == '\t' || (c >= 0x20 && c != 0x7f);
			size_t used;
			memset(head, 'v', sizeof(head));
			memcpy(head, before, sizeof(before) - 1);
			head[at] = (uint8_t)c;
			subject_begin(&subject);
			assert_int_equal(http1_parse(&subject.limits, head, sizeof(head),
			    &subject.scanned, &subject.request, &used),
			    ok ? FAULT_NONE : c == '\n' ? FAULT_HTTP_SMUGGLING : FAULT_HTTP_SYNTAX);
		}
	/* A TLS record or any other protocol on this port is not waited for. */
	expect_at_last_byte("\x16", FAULT_HTTP_SYNTAX);
	expect_at_last_byte(" ", FAULT_HTTP_SYNTAX);
	expect_at_last_byte("\r\n ", FAULT_HTTP_SYNTAX);
}

static void test_2_3_version(void **state)
{
	(void)state;
	expect_line("GET / HTTP/1.0", "GET host=h path=/ 1.0\n");
	expect_line("GET / HTTP/1.2", "HTTP_VERSION");
	expect_line("GET / HTTP/0.9", "HTTP_VERSION");
	expect_line("GET / HTTP/2.0", "HTTP_VERSION");
	expect_line("GET / HTTP/9.1", "HTTP_VERSION");
	expect("PRI * HTTP/2.0\r\n\r\n", "HTTP_VERSION");
	expect_line("GET / HTTP/2", "HTTP_SYNTAX");
	expect_line("GET / http/1.1", "HTTP_SYNTAX");
	expect_line("GET / HTTP/1.10", "HTTP_SYNTAX");
	expect_line("GET / HTTP/11.1", "HTTP_SYNTAX");
	expect_line("GET / HTTP/1,1", "HTTP_SYNTAX");
	expect_line("GET / HTTP/1.:", "HTTP_SYNTAX");
	expect_line("GET / HTTP/:.1", "HTTP_SYNTAX");
	expect_line("GET / HTTP/+1.", "HTTP_SYNTAX");
	expect_line("GET / HTTPS1.1", "HTTP_SYNTAX");
}

static void test_3_request_line(void **state)
{
	static const char *const wrong[] = {"GET", "GET ", "GET /", "GET / ", "GET  / HTTP/1.1",
	    "GET /  HTTP/1.1", "GET / HTTP/1.1 ", "GET\t/ HTTP/1.1", "GET /\tHTTP/1.1",
	    "GET /a b HTTP/1.1", "G(T / HTTP/1.1", "G\xc9T / HTTP/1.1", "GET /\xc3\xa9 HTTP/1.1",
	    "GET /# HTTP/1.1", "GET /a#b HTTP/1.1", "GET /\" HTTP/1.1", "GET /< HTTP/1.1",
	    "GET /> HTTP/1.1", "GET /?a#b HTTP/1.1", "(GET / HTTP/1.1", ": / HTTP/1.1"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		expect_line(wrong[i], "HTTP_SYNTAX");
	/* What browsers send as it is. */
	expect_line("M-SEARCH /a|b^[c]{d}\\?`{|}^[]'?# HTTP/1.1", "HTTP_SYNTAX");
	expect_line("M-SEARCH /a|b^[c]{d}?`{|}^[]'?\\ HTTP/1.1",
	    "M-SEARCH host=h path=/a|b^[c]{d} query=`{|}^[]'?\\ 1.1 keep\n");
}

static void test_3_2_target_forms(void **state)
{
	(void)state;
	expect_line("GET //x//..?/? HTTP/1.1", "GET host=h path=//x//.. query=/? 1.1 keep\n");
	expect_line("GET http://H/x?y HTTP/1.1", "GET scheme=http host=h path=/x query=y 1.1 keep\n");
	expect_line("GET HTTPS://h HTTP/1.1", "GET scheme=HTTPS host=h path=/ 1.1 keep\n");
	expect_line("GET http://h?q HTTP/1.1", "GET scheme=http host=h path=/ query=q 1.1 keep\n");
	expect_line("GET http://h: HTTP/1.1", "GET scheme=http host=h path=/ 1.1 keep\n");
	expect_line("OPTIONS * HTTP/1.1", "OPTIONS host=h path=* 1.1 keep\n");
	expect_line("OPTIONS http://h HTTP/1.1", "OPTIONS scheme=http host=h path=* 1.1 keep\n");
	expect_line("OPTIONS http://h/ HTTP/1.1", "OPTIONS scheme=http host=h path=/ 1.1 keep\n");
	expect_line("OPTIONS http://h?a HTTP/1.1",
	    "OPTIONS scheme=http host=h path=/ query=a 1.1 keep\n");
	expect("GET http://a.b:1/ HTTP/1.0\r\n\r\n", "GET scheme=http host=a.b:1 path=/ 1.0\n");

	static const char *const wrong[] = {"GET * HTTP/1.1", "OPTIONS ** HTTP/1.1", "GET h HTTP/1.1",
	    "GET ?q HTTP/1.1", "GET h:80 HTTP/1.1", "CONNECT h:80 HTTP/1.1", "CONNECT / HTTP/1.1",
	    "CONNECT http://h/ HTTP/1.1", "GET ftp://h/ HTTP/1.1", "GET http:/h/ HTTP/1.1",
	    "GET http:h/ HTTP/1.1", "GET http:// HTTP/1.1", "GET http:///x HTTP/1.1",
	    "GET http://u@h/ HTTP/1.1", "GET http://u:p@h/ HTTP/1.1", "GET http://h:0/ HTTP/1.1",
	    "GET http://h:65536/ HTTP/1.1", "GET http://h:x/ HTTP/1.1", "GET ://h/ HTTP/1.1",
	    "GET http://h\\x/ HTTP/1.1", "GET http HTTP/1.1", "GET http: HTTP/1.1"};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		expect_line(wrong[i], "HTTP_SYNTAX");
}

static void test_3_2_host(void **state)
{
	(void)state;
	expect("GET / HTTP/1.1\r\n\r\n", "HTTP_SYNTAX");
	expect("GET / HTTP/1.1\r\nHosts: h\r\n\r\n", "HTTP_SYNTAX");
	expect_fields("HOST: h\r\n", "HTTP_SMUGGLING");
	expect_fields("host: other\r\n", "HTTP_SMUGGLING");
	expect_line("GET http://other/ HTTP/1.1", "HTTP_SMUGGLING");
	expect_line("GET http://h:80/ HTTP/1.1", "HTTP_SMUGGLING");
	expect_line("GET http://other/ HTTP/1.0", "HTTP_SMUGGLING");
	expect("GET http://a/ HTTP/1.1\r\n\r\n", "HTTP_SYNTAX");
	expect("GET / HTTP/1.0\r\nHost:\r\n\r\n", "GET host= path=/ 1.0\n");
	expect("GET / HTTP/1.0\r\nHost:\r\nHost: a\r\n\r\n", "HTTP_SMUGGLING");
	expect("GET http://a/ HTTP/1.0\r\nHost:\r\n\r\n", "HTTP_SMUGGLING");
	expect_host("example.com", "GET host=example.com path=/ 1.1 keep\n");
	expect_host("127.0.0.1:65535", "GET host=127.0.0.1:65535 path=/ 1.1 keep\n");
	expect_host("[::1]:80", "GET host=[::1]:80 path=/ 1.1 keep\n");
	expect_host("[2001:DB8::192.0.2.1]", "GET host=[2001:DB8::192.0.2.1] path=/ 1.1 keep\n");
	expect_host("_a-b.c~d.", "GET host=_a-b.c~d. path=/ 1.1 keep\n");
	expect_host("h:", "GET host=h path=/ 1.1 keep\n");
	expect_host("h:00080", "GET host=h:00080 path=/ 1.1 keep\n");

	static const char *const wrong[] = {"", ":", ":80", "h:0", "h:65536", "h:000080", "h:99999",
	    "h:+1", "h:1x", "h:-1", "u@h", "a b", "a,b", "a/b", "a?b", "a#b", "a\\b", "h:80:80", "%61",
	    "[::1", "[::1]x", "[]", "[1.2.3.4]", "[::g]", "[fe80::1%25eth0]", "[v1.x]", "::1", "h\xc3\xa9",
	    "[1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc]", "a;b", "\"h\""};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		expect_host(wrong[i], "HTTP_SYNTAX");
}

static void test_5_fields(void **state)
{
	(void)state;
	expect_fields(": x\r\n", "HTTP_SYNTAX");
	expect_fields("Name\r\n", "HTTP_SYNTAX");
	expect_fields("Na(me: x\r\n", "HTTP_SYNTAX");
	expect_fields("Na/me: x\r\n", "HTTP_SYNTAX");
	expect_fields("N\xe4me: x\r\n", "HTTP_SYNTAX");
	expect_fields("Name: a:b\r\n", "POST host=h path=/ 1.1 keep\n");
	/* 5.1: white space before the colon */
	expect_fields("Name : x\r\n", "HTTP_SMUGGLING");
	expect_fields("Name\t: x\r\n", "HTTP_SMUGGLING");
	expect_fields("Transfer-Encoding : chunked\r\n", "HTTP_SMUGGLING");
	/* 5.2: obs-fold, also as the first line, which some take for a field of the request line */
	expect_fields("Name: x\r\n y\r\n", "HTTP_SMUGGLING");
	expect_fields("Name: x\r\n\ty: z\r\n", "HTTP_SMUGGLING");
	expect("GET / HTTP/1.1\r\n Host: h\r\n\r\n", "HTTP_SMUGGLING");
}

static void test_6_1_transfer_encoding(void **state)
{
	(void)state;
	expect_fields("Transfer-Encoding: chunked\r\n", "POST host=h path=/ 1.1 chunked keep\n");
	expect_fields("transfer-encoding:\tCHUNKED \r\n", "POST host=h path=/ 1.1 chunked keep\n");

	static const char *const wrong[] = {"", "identity", "gzip", "gzip, chunked", "chunked, chunked",
	    "chunked,", ",chunked", "chunked;a=b", "xchunked", "chunkedx", "\"chunked\"",
	    "chunked\r\nTransfer-Encoding: chunked", "chunked\r\nTransfer-Encoding: identity",
	    "identity\r\nTransfer-Encoding: chunked", "chunked\r\nContent-Length: 3",
	    "chunked\r\nContent-Length: 0"};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char fields[128];
		snprintf(fields, sizeof(fields), "Transfer-Encoding: %s\r\n", wrong[i]);
		expect_fields(fields, "HTTP_SMUGGLING");
	}
	expect_fields("Transfer-Encoding: \x0b" "chunked\r\n", "HTTP_SYNTAX");
	expect_fields("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "HTTP_SMUGGLING");
	expect("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP_SMUGGLING");
}

static void test_6_2_content_length(void **state)
{
	(void)state;
	expect_fields("Content-Length: 0\r\n", "POST host=h path=/ 1.1 length=0 keep\n");
	expect_fields("Content-Length: 007\r\n", "POST host=h path=/ 1.1 length=7 keep\n");
	expect_fields("Content-Length: 18446744073709551615\r\n",
	    "POST host=h path=/ 1.1 length=18446744073709551615 keep\n");

	static const char *const wrong[] = {"", "+1", "-1", "1 1", "1,1", "1, 1", "0x1", "1.0", "1e3", "a",
	    "18446744073709551616", "99999999999999999999", "\"1\"", "1;", "1\r\nContent-Length: 1",
	    "1\r\nContent-Length: 2", "1\r\ncontent-length:", "\xd9\xa1"};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char fields[128];
		snprintf(fields, sizeof(fields), "Content-Length: %s\r\n", wrong[i]);
		expect_fields(fields, "HTTP_SMUGGLING");
	}
}

static void test_9_3_persistence(void **state)
{
	static const struct {
		const char	*connection;
		bool		 keep_0, keep_1;
	} cases[] = {{"", false, true}, {"close", false, false}, {"keep-alive", true, true},
	    {"Keep-Alive", true, true}, {"x, keep-alive ,y", true, true}, {"CLOSE", false, false},
	    {"keep-alive, close", false, false}, {"keepalive", false, true}, {"closed", false, true},
	    {"x\r\nConnection: close", false, false}, {"close\r\nConnection: keep-alive", false, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (unsigned minor = 0; minor < 2; minor++) {
			char head[256], expected[64];
			snprintf(head, sizeof(head), "GET / HTTP/1.%u\r\nHost: h\r\nConnection: %s\r\n\r\n",
			    minor, cases[i].connection);
			bool keep = minor ? cases[i].keep_1 : cases[i].keep_0;
			snprintf(expected, sizeof(expected), "GET host=h path=/ 1.%u%s\n", minor,
			    keep ? " keep" : "");
			expect(head, expected);
		}
}

/* RFC 9110 section 10.1.1 */
static void test_9110_expect(void **state)
{
	(void)state;
	expect_fields("Expect: 100-continue\r\nContent-Length: 1\r\n",
	    "POST host=h path=/ 1.1 length=1 keep continue\n");
	expect_fields("Expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n",
	    "POST host=h path=/ 1.1 chunked keep continue\n");
	expect_fields("Expect: 100-continue\r\n", "POST host=h path=/ 1.1 keep\n");
	expect_fields("Expect: 200-ok\r\n", "EXPECTATION");
	expect_fields("Expect: 100-continue, x\r\n", "EXPECTATION");
	expect_fields("Expect: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n", "HTTP_SMUGGLING");
	expect("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n",
	    "POST path=/ 1.0 length=1\n");
	expect("POST / HTTP/1.0\r\nExpect: x\r\n\r\n", "POST path=/ 1.0\n");
}

/* RFC 9110 section 7.8 */
static void test_9110_upgrade(void **state)
{
	(void)state;
	expect_fields("Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n",
	    "POST host=h path=/ 1.1 keep upgrade to=websocket\n");
	expect_fields("Upgrade: a, b\r\nUpgrade: c\r\n", "POST host=h path=/ 1.1 keep to=a, b\n");
	expect_fields("Connection: upgrade\r\nConnection: x\r\n",
	    "POST host=h path=/ 1.1 keep upgrade\n");
	expect_fields("Connection: upgrade\r\nContent-Length: 2\r\n",
	    "POST host=h path=/ 1.1 length=2 keep upgrade\n");
	expect_fields("Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n",
	    "HTTP_SMUGGLING");
	expect_fields("Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n",
	    "HTTP_SMUGGLING");
	expect_fields("Upgrade: h2c\r\nTransfer-Encoding: chunked\r\nConnection: upgrade\r\n",
	    "HTTP_SMUGGLING");
}

static void test_limits(void **state)
{
	static const char head[] = "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n";

	(void)state;
	subject.limits = (struct http1_limits){sizeof(head) - 1, 2};
	expect(head, "GET host=h path=/ 1.1 keep\n");
	subject.limits.head--;
	expect(head, "HEAD_TOO_LARGE");
	subject.limits.head = 10;
	expect_at_last_byte("GET /aaaaa", FAULT_HEAD_TOO_LARGE);
	subject.limits = (struct http1_limits){1024, 1};
	expect(head, "HEADERS_TOO_MANY");
	subject.limits.headers = 0;
	expect("GET / HTTP/1.0\r\n\r\n", "GET path=/ 1.0\n");
	expect("GET / HTTP/1.0\r\nA: b\r\n\r\n", "HEADERS_TOO_MANY");
}

/* A head that drips in is not searched from its beginning each time. */
static void test_scanned_grows(void **state)
{
	static const char head[] = "GET / HTTP/1.1\r\nHost: h\r\n\r";
	size_t used, before = 0;

	(void)state;
	subject_begin(&subject);
	for (size_t i = 1; i < sizeof(head); i++) {
		assert_int_equal(http1_parse(&subject.limits, (const uint8_t *)head, i,
		    &subject.scanned, &subject.request, &used), FAULT_NONE);
		assert_int_equal(used, 0);
		assert_true(subject.scanned >= before && subject.scanned + 1 >= i);
		before = subject.scanned;
	}
}

static void test_find(void **state)
{
	static const struct header h[] = {{SLICE("A"), SLICE("1")}, {SLICE("Bb"), SLICE("2")},
	    {SLICE("bB"), SLICE("3")}};

	(void)state;
	assert_ptr_equal(http1_find(h, 3, SLICE("BB")), &h[1]);
	assert_ptr_equal(http1_find(h, 3, SLICE("a")), &h[0]);
	assert_null(http1_find(h, 3, SLICE("B")));
	assert_null(http1_find(h, 0, SLICE("A")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_2_1_requests, setup),
	    cmocka_unit_test_setup(test_2_1_pipelined, setup),
	    cmocka_unit_test_setup(test_2_2_line_ends, setup),
	    cmocka_unit_test_setup(test_2_2_control_characters, setup),
	    cmocka_unit_test_setup(test_2_3_version, setup),
	    cmocka_unit_test_setup(test_3_request_line, setup),
	    cmocka_unit_test_setup(test_3_2_target_forms, setup),
	    cmocka_unit_test_setup(test_3_2_host, setup),
	    cmocka_unit_test_setup(test_5_fields, setup),
	    cmocka_unit_test_setup(test_6_1_transfer_encoding, setup),
	    cmocka_unit_test_setup(test_6_2_content_length, setup),
	    cmocka_unit_test_setup(test_9_3_persistence, setup),
	    cmocka_unit_test_setup(test_9110_expect, setup),
	    cmocka_unit_test_setup(test_9110_upgrade, setup),
	    cmocka_unit_test_setup(test_limits, setup),
	    cmocka_unit_test_setup(test_scanned_grows, setup),
	    cmocka_unit_test_setup(test_find, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
