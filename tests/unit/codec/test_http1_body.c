/* Bodies of HTTP/1 messages (RFC 9112 sections 6 and 7), in all ways of cutting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/http1.h"
#include "unit/cutter.h"

struct subject {
	enum http1_body			 kind;
	uint64_t			 length;
	struct http1_body_reader	 reader;
};

static struct subject subject;

static void subject_begin(void *me)
{
	struct subject *s = me;

	http1_body_begin(&s->reader, s->kind, s->length);
}

static size_t subject_step(void *me, uint8_t *p, size_t n, bool eof, struct transcript *t,
    bool *stop)
{
	struct subject *s = me;
	const uint8_t *data;
	size_t used, data_n;

	(void)eof;
	enum fault f = http1_body_feed(&s->reader, p, n, &used, &data, &data_n);
	if (f != FAULT_NONE) {
		transcript_add(t, "|%s", fault_name(f));
		*stop = true;
		return 0;
	}
	if (data_n > 0)
		assert_true(data >= p && data + data_n <= p + used);
	transcript_bytes(t, data, data_n);
	if (s->reader.end) {
		/* The end is told with the last byte that belongs to the body. */
		transcript_add(t, "|end");
		*stop = true;
		assert_int_equal(http1_body_feed(&s->reader, p, n, &n, &data, &data_n), FAULT_NONE);
		assert_true(n == 0 && data_n == 0);
	} else if (n > 0) {
		assert_true(used > 0);
	}
	return used;
}

static const struct cutter cutter = {&subject, subject_begin, subject_step};

static void expect_chunked(const char *bytes, const char *expected)
{
	subject.kind = HTTP1_BODY_CHUNKED;
	cutter_expect(&cutter, bytes, strlen(bytes), expected);
}

static void test_6_3_length(void **state)
{
	(void)state;
	subject = (struct subject){.kind = HTTP1_BODY_LENGTH, .length = 5};
	cutter_expect(&cutter, "12345next", 9, "12345|end");
	cutter_expect(&cutter, "1234", 4, "1234");
	subject.length = UINT64_MAX;
	cutter_expect(&cutter, "1234", 4, "1234");
	subject.length = 0;
	cutter_expect(&cutter, "1", 1, "|end");
	subject.kind = HTTP1_BODY_NONE;
	cutter_expect(&cutter, "1", 1, "|end");
}

static void test_7_1_chunks(void **state)
{
	(void)state;
	expect_chunked("0\r\n\r\n", "|end");
	expect_chunked("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nGET", "hello world|end");
	expect_chunked("a\r\n0123456789\r\n0000b\r\n0\r\n\r\n345678\r\nA\r\nabcdefghij\r\n000\r\n\r\n",
	    "01234567890\\x0d\\x0a\\x0d\\x0a345678abcdefghij|end");
	expect_chunked("fffffffffffffff\r\nx", "x");
	expect_chunked("ffffffffffffffff\r\nx", "x");
	expect_chunked("10000000000000000\r\n", "|HTTP_SMUGGLING");
}

static void test_7_1_broken(void **state)
{
	static const char *const wrong[] = {"\r\n", "\n", " 5\r\n", "+5\r\n", "-1\r\n", "0x5\r\n", "g\r\n",
	    "5 \r\n", "5\n", "5\rx", "5,\r\n", "5 5\r\n", "\xef\xbc\x95\r\n", ";a\r\n", "5;a\n", "5;a\rb",
	    "5;a\x01\r\n", "5\x0b\r\n", "0\r\n\n", "0\r\n\rX", "0\r\n A: b\r\n\r\n",
	    "0\r\nA : b\r\n\r\n", "0\r\nA\r\n\r\n", "0\r\n: b\r\n\r\n", "0\r\nA: b\n\r\n",
	    "0\r\nA: b\rc\r\n\r\n", "0\r\nA: \x7f\r\n\r\n", "0\r\nA: b\r\n c\r\n\r\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		expect_chunked(wrong[i], "|HTTP_SMUGGLING");
	subject.kind = HTTP1_BODY_CHUNKED;
	cutter_expect(&cutter, "5;a\0b\r\n", 7, "|HTTP_SMUGGLING");
	expect_chunked("2\r\nabX", "ab|HTTP_SMUGGLING");
	expect_chunked("2\r\nab\n", "ab|HTTP_SMUGGLING");
	expect_chunked("2\r\nab\r\r", "ab|HTTP_SMUGGLING");
	expect_chunked("2\r\nab\r\n\r\n", "ab|HTTP_SMUGGLING");
	expect_chunked("2\r\nab0\r\n\r\n", "ab|HTTP_SMUGGLING");
}

static void test_7_1_1_extensions(void **state)
{
	(void)state;
	expect_chunked("2;a\r\nxy\r\n2;a=b;c=\"d\xe9;\t\"\r\nzz\r\n0;last\r\n\r\n", "xyzz|end");
	expect_chunked("2 \t;a\r\nxy\r\n0\r\n\r\n", "xy|end");
}

static void test_7_1_2_trailers(void **state)
{
	(void)state;
	expect_chunked("0\r\nA: b\r\nC:\r\nd-e!: \"\xff:\t;\"\r\n\r\nrest", "|end");
}

/* What is skipped is bounded over the whole body, be it in one extension or in a million. */
static void test_7_1_bounded(void **state)
{
	enum { MANY = 9000 };
	struct http1_body_reader b;
	const uint8_t *data;
	size_t used, n;
	static const struct {
		const char	*before, *again;
	} cases[] = {{"1;", "x"}, {"0\r\nA:", "x"}, {"0\r\nA", "x"}, {"0\r\n", "A:\r\n"}, {"0", "0"},
	    {"1 ", " "}, {"", "1;\r\nx\r\n"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum fault f;
		size_t taken = 0;
		http1_body_begin(&b, HTTP1_BODY_CHUNKED, 0);
		const uint8_t *p = (const uint8_t *)cases[i].before;
		f = http1_body_feed(&b, p, strlen(cases[i].before), &used, &data, &n);
		while (f == FAULT_NONE && taken < MANY) {
			p = (const uint8_t *)cases[i].again;
			size_t left = strlen(cases[i].again);
			for (; f == FAULT_NONE && left > 0; p += used, left -= used)
				f = http1_body_feed(&b, p, left, &used, &data, &n);
			taken++;
		}
		assert_int_equal(f, FAULT_HTTP_SMUGGLING);
		assert_true(taken > 4000);
	}
}

/* How many chunks there are is nobody's business. */
static void test_7_1_many_chunks(void **state)
{
	struct http1_body_reader b;
	const uint8_t *data;
	size_t used, n, total = 0;

	(void)state;
	http1_body_begin(&b, HTTP1_BODY_CHUNKED, 0);
	for (unsigned i = 0; i < 70000; i++)
		for (size_t at = 0; at < 6; at += used) {
			assert_int_equal(http1_body_feed(&b, (const uint8_t *)"1\r\nx\r\n" + at, 6 - at,
			    &used, &data, &n), FAULT_NONE);
			total += n;
		}
	assert_int_equal(total, 70000);
}

static void test_nothing_to_read(void **state)
{
	struct http1_body_reader b;

	(void)state;
	http1_body_begin(&b, HTTP1_BODY_NONE, 0);
	assert_true(b.end);
	http1_body_begin(&b, HTTP1_BODY_LENGTH, 0);
	assert_true(b.end);
	http1_body_begin(&b, HTTP1_BODY_LENGTH, 1);
	assert_false(b.end);
	http1_body_begin(&b, HTTP1_BODY_CHUNKED, 0);
	assert_false(b.end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_6_3_length),
	    cmocka_unit_test(test_7_1_chunks),
	    cmocka_unit_test(test_7_1_broken),
	    cmocka_unit_test(test_7_1_1_extensions),
	    cmocka_unit_test(test_7_1_2_trailers),
	    cmocka_unit_test(test_7_1_bounded),
	    cmocka_unit_test(test_7_1_many_chunks),
	    cmocka_unit_test(test_nothing_to_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
