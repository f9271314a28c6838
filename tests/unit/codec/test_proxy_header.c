/* PROXY headers, whole, byte by byte and cut; what is wrong at its first byte; what is written. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "codec/proxy_header.h"
#include "unit/cutter.h"

static void begin(void *me)
{
	(void)me;
}

static size_t step(void *me, uint8_t *p, size_t n, bool eof, struct transcript *t, bool *stop)
{
	struct proxy_header h;
	char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];
	size_t used;
	enum fault f = proxy_header_read(p, n, &h, &used);

	(void)me;
	if (f == FAULT_NONE && used == 0) {
		if (eof)
			transcript_add(t, "more");
		return 0;
	}
	*stop = true;
	if (f != FAULT_NONE)
		transcript_add(t, "%s", fault_name(f));
	else if (!h.known)
		transcript_add(t, "unknown %zu", used);
	else
		transcript_add(t, "%s|%u %s|%u %zu",
		    inet_ntop(AF_INET6, h.source, source, sizeof(source)), h.source_port,
		    inet_ntop(AF_INET6, h.destination, destination, sizeof(destination)),
		    h.destination_port, used);
	return 0;
}

static void expect(const char *bytes, size_t n, const char *said)
{
	const struct cutter cutter = {NULL, begin, step};

	if (strcmp(said, "more") == 0) {	/* what is left over is told, too */
		struct proxy_header h;
		size_t used;
		assert_int_equal(proxy_header_read((const uint8_t *)bytes, n, &h, &used), FAULT_NONE);
		assert_int_equal(used, 0);
		return;
	}
	cutter_expect(&cutter, bytes, n, said);
}

#define EXPECT(bytes, said)	expect(bytes, sizeof(bytes) - 1, said)
#define WRONG(bytes)		expect(bytes, sizeof(bytes) - 1, "PROXY_HEADER")

static void test_v1(void **state)
{
	(void)state;
	EXPECT("PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\nGET /",
	    "::ffff:192.0.2.1|56324 ::ffff:198.51.100.7|443 45");
	EXPECT("PROXY TCP6 2001:db8::1 ::1 0 65535\r\n", "2001:db8::1|0 ::1|65535 36");
	EXPECT("PROXY UNKNOWN\r\n", "unknown 15");
	EXPECT("PROXY UNKNOWN ffff:: 2 3\r\nx", "unknown 26");
	EXPECT("PROXY TCP4 192.0.2.1 198.51.100.7 1 2", "more");
	EXPECT("", "more");
}

static void test_v1_wrong(void **state)
{
	char long_line[200];

	(void)state;
	WRONG("GET / HTTP/1.1\r\n");
	WRONG("PROXX");
	WRONG("PROXY\r\n");
	WRONG("PROXY \r\n");
	WRONG("PROXY TCP5 192.0.2.1 198.51.100.7 1 2\r\n");
	WRONG("PROXY TCP4 192.0.2.1 198.51.100.7 1 2\n");
	WRONG("PROXY TCP4 192.0.2.1 198.51.100.7 1 2 \r\n");
	WRONG("PROXY TCP4  192.0.2.1 198.51.100.7 1 2\r\n");
	WRONG("PROXY TCP4 192.0.2.1 198.51.100.7 1\r\n");
	WRONG("PROXY TCP4 192.0.2.1 198.51.100.7 01 2\r\n");
	WRONG("PROXY TCP4 192.0.2.1 198.51.100.7 1 65536\r\n");
	WRONG("PROXY TCP4 192.0.2.01 198.51.100.7 1 2\r\n");
	WRONG("PROXY TCP4 ::1 ::1 1 2\r\n");
	WRONG("PROXY TCP6 192.0.2.1 198.51.100.7 1 2\r\n");
	WRONG("PROXY TCP4 192.0.2.1 198.51.100.7 -1 2\r\n");
	WRONG("PROXY TCP4 192.0.2.1\r198.51.100.7 1 2\r\n");
	WRONG("PROXY UNKNOWN \x01\r\n");
	memset(long_line, 'x', sizeof(long_line));
	memcpy(long_line, "PROXY UNKNOWN ", 14);
	expect(long_line, 107, "PROXY_HEADER");
	memcpy(long_line + 105, "\r\n", 2);
	expect(long_line, 107, "unknown 107");
}

#define SIGNATURE	"\r\n\r\n\0\r\nQUIT\n"
#define TCP4		"\xc0\0\2\1\xc6\x33\x64\7\xdc\4\1\xbb"

static void test_v2(void **state)
{
	(void)state;
	EXPECT(SIGNATURE "\x21\x11\0\x0c" TCP4 "GET", "::ffff:192.0.2.1|56324 ::ffff:198.51.100.7|443 28");
	EXPECT(SIGNATURE "\x21\x12\0\x0c" TCP4, "unknown 28");		/* UDP */
	EXPECT(SIGNATURE "\x20\x11\0\x0c" TCP4, "unknown 28");		/* LOCAL */
	EXPECT(SIGNATURE "\x20\0\0\0", "unknown 16");
	EXPECT(SIGNATURE "\x21\0\0\4abcd", "unknown 20");
	EXPECT(SIGNATURE "\x21\x11\0\x13" TCP4 "\4\0\4abcd", "::ffff:192.0.2.1|56324 "
	    "::ffff:198.51.100.7|443 35");
	EXPECT(SIGNATURE "\x21\x11\0\x0c\xc0", "more");
	EXPECT(SIGNATURE, "more");
}

static void test_v2_wrong(void **state)
{
	(void)state;
	WRONG("\r\n\r\n\0\r\nQUIT\r");
	WRONG(SIGNATURE "\x11");
	WRONG(SIGNATURE "\x22");
	WRONG(SIGNATURE "\x21\x11\x0f\xf1");			/* larger than anything sensible */
	EXPECT(SIGNATURE "\x21\x11\x0f\xf0", "more");
	WRONG(SIGNATURE "\x21\x11\0\x0b\xc0\0\2\1\xc6\x33\x64\7\xdc\4\1");
	WRONG(SIGNATURE "\x21\x11\0\x0e" TCP4 "\4\0");		/* half a TLV */
	WRONG(SIGNATURE "\x21\x11\0\x10" TCP4 "\4\0\2a");	/* one that is too short */
	WRONG(SIGNATURE "\x21\x11\0\x13" TCP4 "\3\0\4abcd");	/* a wrong checksum */
	WRONG(SIGNATURE "\x21\x11\0\x0f" TCP4 "\3\0\0");		/* none at all */
	WRONG(SIGNATURE "\x21\x11\0\x11" TCP4 "\3\0\2ab");	/* half of one */
}

/* A checksum by the specification's rule, computed elsewhere. */
static void test_v2_checksum(void **state)
{
	(void)state;
	EXPECT(SIGNATURE "\x21\x11\0\x13" TCP4 "\3\0\4\xd4\x5a\x11\xb9",
	    "::ffff:192.0.2.1|56324 ::ffff:198.51.100.7|443 35");
}

static void test_write(void **state)
{
	struct proxy_header h = {.known = true, .source = {[10] = 0xff, 0xff, 192, 0, 2, 1},
	    .destination = {[10] = 0xff, 0xff, 198, 51, 100, 7}, .source_port = 56324,
	    .destination_port = 443};
	const struct proxy_extra none = {.alpn = {NULL, 0}}, all = {
	    .alpn = SLICE("http/1.1"), .authority = SLICE("a.example"), .unique_id = SLICE("0123"),
	    .tls_version = SLICE("TLSv1.3"), .certificate = true, .client_cn = SLICE("me")};
	uint8_t out[PROXY_HEADER_ROOM];

	(void)state;
	assert_int_equal(proxy_header_write_v1(out, &h), 45);
	assert_memory_equal(out, "PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n", 45);
	assert_int_equal(proxy_header_write_v2(out, &h, &none), 28);
	assert_memory_equal(out, SIGNATURE "\x21\x11\0\x0c" TCP4, 28);
	static const char tlvs[] = "\1\0\x08http/1.1\2\0\x09" "a.example\5\0\4" "0123"
	    "\x20\0\x14\7\0\0\0\0\x21\0\7TLSv1.3\x22\0\2me";
	assert_int_equal(proxy_header_write_v2(out, &h, &all), 28 + sizeof(tlvs) - 1);
	assert_memory_equal(out + 28, tlvs, sizeof(tlvs) - 1);
	memset(h.destination, 0, 16);
	h.destination[15] = 1;
	assert_int_equal(proxy_header_write_v1(out, &h), 43);
	assert_memory_equal(out, "PROXY TCP6 ::ffff:192.0.2.1 ::1 56324 443\r\n", 43);
	h.known = false;
	assert_int_equal(proxy_header_write_v1(out, &h), 15);
	assert_memory_equal(out, "PROXY UNKNOWN\r\n", 15);
	assert_int_equal(proxy_header_write_v2(out, &h, &none), 16);
	assert_memory_equal(out, SIGNATURE "\x21\0\0\0", 16);
	assert_int_equal(proxy_header_write_v2(out, NULL, NULL), 16);
	assert_memory_equal(out, SIGNATURE "\x20\0\0\0", 16);
	assert_int_equal(proxy_header_write_v1(out, NULL), 15);
	assert_memory_equal(out, "PROXY UNKNOWN\r\n", 15);
}

/* Whether a certificate was shown is one thing, whether it has a name another. */
static void test_write_certificate(void **state)
{
	static const struct {
		bool	certificate, resumed;
		char	said[5];
	} rows[] = {
	    {false, false, "\1\0\0\0\1"},
	    {false, true, "\1\0\0\0\1"},
	    {true, false, "\7\0\0\0\0"},
	    {true, true, "\5\0\0\0\0"},
	};
	const struct proxy_header nobody = {.known = false};
	uint8_t out[PROXY_HEADER_ROOM];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct proxy_extra extra = {.tls_version = SLICE("TLSv1.2"),
		    .certificate = rows[i].certificate, .resumed = rows[i].resumed};
		assert_int_equal(proxy_header_write_v2(out, &nobody, &extra), 34);
		assert_memory_equal(out + 19, rows[i].said, 5);
	}
}

static void test_write_bounds(void **state)
{
	static char longest[300];
	const struct proxy_header h = {.known = true};
	uint8_t out[PROXY_HEADER_ROOM];

	(void)state;
	memset(longest, 'x', sizeof(longest));
	for (size_t n = 120; n < sizeof(longest); n++) {
		struct slice s = {longest, n};
		const struct proxy_extra extra = {s, s, s, s, true, false, s};
		struct proxy_header back;
		size_t used, size = proxy_header_write_v2(out, &h, &extra);
		assert_true(size <= sizeof(out));
		assert_int_equal(proxy_header_read(out, size, &back, &used), FAULT_NONE);
		assert_int_equal(used, size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_v1),
	    cmocka_unit_test(test_v1_wrong),
	    cmocka_unit_test(test_v2),
	    cmocka_unit_test(test_v2_wrong),
	    cmocka_unit_test(test_v2_checksum),
	    cmocka_unit_test(test_write),
	    cmocka_unit_test(test_write_certificate),
	    cmocka_unit_test(test_write_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
