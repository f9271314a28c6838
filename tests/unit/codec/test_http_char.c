/* The table of characters against the words of the grammars it was made from. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "codec/http_char.h"

static bool in(const char *set, unsigned c)
{
	return c != 0 && strchr(set, (int)c) != NULL;
}

static bool ascii_alnum(unsigned c)
{
	return c < 0x80 && isalnum((int)c);
}

static void test_classes(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		uint8_t b = (uint8_t)c;
		bool visible = c > 0x20 && c < 0x7f;
		/* RFC 9110 section 5.6.2 */
		assert_int_equal(http_char_is(b, HTTP_CHAR_TOKEN),
		    ascii_alnum(c) || in("!#$%&'*+-.^_`|~", c));
		/* RFC 3986 section 2.3 */
		assert_int_equal(http_char_is(b, HTTP_CHAR_UNRESERVED),
		    ascii_alnum(c) || in("-._~", c));
		/* RFC 9110 section 5.5: SP, HTAB, VCHAR, obs-text */
		assert_int_equal(http_char_is(b, HTTP_CHAR_VALUE),
		    c == ' ' || c == '\t' || visible || c >= 0x80);
		assert_int_equal(http_char_is(b, HTTP_CHAR_TARGET), visible && !in("\"<>#", c));
		assert_int_equal(http_char_is(b, HTTP_CHAR_HEX), c < 0x80 && isxdigit((int)c));
	}
}

static void test_hex(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 16; i++) {
		assert_int_equal(http_char_hex((uint8_t)"0123456789abcdef"[i]), i);
		assert_int_equal(http_char_hex((uint8_t)"0123456789ABCDEF"[i]), i);
	}
}

static void test_span(void **state)
{
	(void)state;
	assert_int_equal(http_char_span(SLICE("abc def"), HTTP_CHAR_TOKEN), 3);
	assert_int_equal(http_char_span(SLICE("abc"), HTTP_CHAR_TOKEN), 3);
	assert_int_equal(http_char_span(SLICE(" abc"), HTTP_CHAR_TOKEN), 0);
	assert_int_equal(http_char_span(SLICE(""), HTTP_CHAR_TOKEN), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_classes),
	    cmocka_unit_test(test_hex),
	    cmocka_unit_test(test_span),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
