/* What SockJS clients get. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "codec/sockjs_frame.h"

static void expect(struct buffer *b, struct slice expected)
{
	assert_false(b->failed);
	assert_int_equal(b->n, expected.n);
	assert_memory_equal(b->p, expected.p, expected.n);
	buffer_clear(b);
}

static void test_strings(void **state)
{
	struct buffer b = {0};

	(void)state;
	sockjs_frame_add_text(&b, SLICE("  \0\n\r \x7f\xc3\xa9\"\\/<"));
	expect(&b, SLICE("\"  \\u0000\\n\\r \x7f\xc3\xa9\\\"\\\\/<\""));
	sockjs_frame_add_bytes(&b, SLICE("\xff\0\x01"));
	expect(&b, SLICE("\"/wAB\""));
	sockjs_frame_add_bytes(&b, SLICE(""));
	expect(&b, SLICE("\"\""));
}

/* Where what must be escaped begins and ends. */
static void test_what_is_mangled(void **state)
{
	struct buffer b = {0};

	(void)state;
	sockjs_frame_add_text(&b, SLICE("\xe2\x80\x8b\xe2\x80\x8c\xe2\x80\x8f\xe2\x80\x90"));
	expect(&b, SLICE("\"\xe2\x80\x8b\\u200c\\u200f\xe2\x80\x90\""));
	sockjs_frame_add_text(&b, SLICE("\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xaf\xe2\x80\xb0"));
	expect(&b, SLICE("\"\xe2\x80\xa7\\u2028\\u202f\xe2\x80\xb0\""));
	sockjs_frame_add_text(&b, SLICE("\xe2\x81\x9f\xe2\x81\xa0\xe2\x81\xaf\xe2\x81\xb0"));
	expect(&b, SLICE("\"\xe2\x81\x9f\\u2060\\u206f\xe2\x81\xb0\""));
	sockjs_frame_add_text(&b, SLICE("\xef\xbf\xaf\xef\xbf\xb0\xef\xbf\xbf\xf0\x90\x80\x80"));
	expect(&b, SLICE("\"\xef\xbf\xaf\\ufff0\\uffff\xf0\x90\x80\x80\""));
}

static void test_close(void **state)
{
	struct buffer b = {0};

	(void)state;
	sockjs_frame_add_close(&b, 3000, SLICE("Go away!"));
	expect(&b, SLICE("c[3000,\"Go away!\"]"));
	sockjs_frame_add_close(&b, 4000, SLICE("\"\n"));
	expect(&b, SLICE("c[4000,\"\\\"\\n\"]"));
	sockjs_frame_add_close(&b, 1006, SLICE("peer closed the connection"));
	expect(&b, SLICE("c[1002,\"Connection interrupted\"]"));
}

static void test_wrapped(void **state)
{
	struct slice frame = SLICE("a[\"x\\n\",\"</script><!--\"]");
	struct buffer b = {0};

	(void)state;
	buffer_add(&b, frame);
	sockjs_frame_to_line(&b);
	expect(&b, SLICE("a[\"x\\n\",\"</script><!--\"]\n"));
	buffer_add(&b, frame);
	sockjs_frame_to_event(&b);
	expect(&b, SLICE("data: a[\"x\\n\",\"</script><!--\"]\r\n\r\n"));
	buffer_add(&b, frame);
	sockjs_frame_to_script(&b, SLICE("_jp.abc"));
	expect(&b, SLICE("/**/_jp.abc(\"a[\\\"x\\\\n\\\",\\\"</script><!--\\\"]\");\r\n"));
	buffer_add(&b, frame);
	sockjs_frame_to_html(&b);
	expect(&b, SLICE("<script>\np(\"a[\\\"x\\\\n\\\",\\\"\\u003c/script>\\u003c!--\\\"]\");\n"
	    "</script>\r\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_what_is_mangled),
		cmocka_unit_test(test_close),
		cmocka_unit_test(test_wrapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
