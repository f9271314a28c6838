/* The framers, each through the shared torture and with what is its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "framer_torture.h"

static const struct framer_options close_on_bad = {0, false}, replace = {0, true};

static void test_table(void **state)
{
	(void)state;
	assert_ptr_equal(framing_table[FRAMING_BINARY], &framing_binary);
	assert_ptr_equal(framing_table[FRAMING_TEXT], &framing_text);
	for (size_t i = 0; i < framing_count; i++)
		assert_ptr_equal(framing_find(slice_of(framing_table[i]->name)), framing_table[i]);
	assert_null(framing_find(SLICE("binar")));
	assert_null(framing_find(SLICE("")));
}

static void test_binary(void **state)
{
	(void)state;
	assert_string_equal(framing_binary.name, "binary");
	framer_torture(&framing_binary, TORTURE_BINARY);
	framer_torture(&framing_binary, TORTURE_TEXT);
	framer_torture_next(&framing_binary, &close_on_bad, "a\xff\xc3", 3, "a\\xff\\xc3");
}

static void test_text(void **state)
{
	(void)state;
	assert_string_equal(framing_text.name, "text");
	framer_torture(&framing_text, TORTURE_TEXT);
}

static void expect_text(const char *bytes, const char *closed, const char *replaced)
{
	framer_torture_next(&framing_text, &close_on_bad, bytes, strlen(bytes), closed);
	framer_torture_next(&framing_text, &replace, bytes, strlen(bytes), replaced);
}

#define U_FFFD "\\xef\\xbf\\xbd"

/* The examples of the Unicode Standard, section 3.9, tables 3-8 to 3-11. */
static void test_text_invalid(void **state)
{
	(void)state;
	expect_text("a\xff" "b", "a|BACK_UTF8", "a" U_FFFD "b");
	expect_text("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82" "A", "|BACK_UTF8",
	    U_FFFD U_FFFD U_FFFD U_FFFD U_FFFD U_FFFD U_FFFD U_FFFD "A");
	expect_text("\xed\xa0\x80\xed\xbf\xbf\xed\xaf" "A", "|BACK_UTF8",
	    U_FFFD U_FFFD U_FFFD U_FFFD U_FFFD U_FFFD U_FFFD U_FFFD "A");
	expect_text("\xf4\x91\x92\x93\xff" "A\x80\xbf" "B", "|BACK_UTF8",
	    U_FFFD U_FFFD U_FFFD U_FFFD U_FFFD "A" U_FFFD U_FFFD "B");
	expect_text("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf" "A", "|BACK_UTF8",
	    U_FFFD U_FFFD U_FFFD U_FFFD "A");
	expect_text("0123456789abcdef\xe2\x82\xacg\xe2\x28", "0123456789abcdef\\xe2\\x82\\xacg|BACK_UTF8",
	    "0123456789abcdef\\xe2\\x82\\xacg" U_FFFD "(");
}

static void test_text_ends_within_a_character(void **state)
{
	(void)state;
	expect_text("a\xf0\x9f\x98", "a|BACK_UTF8", "a" U_FFFD);
	expect_text("\xe2", "|BACK_UTF8", U_FFFD);
	expect_text("\xff\xe2\x82", "|BACK_UTF8", U_FFFD U_FFFD);
}

/* A long run of bad bytes is taken in few messages, and each byte counts once. */
static void test_text_run(void **state)
{
	uint8_t bytes[100];
	struct msg m;
	size_t used, taken = 0, steps = 0;

	(void)state;
	memset(bytes, 0xfe, sizeof(bytes));
	for (; taken < sizeof(bytes); taken += used, steps++) {
		assert_int_equal(framing_text.next(&replace, bytes + taken, sizeof(bytes) - taken,
		    false, &m, &used), FAULT_NONE);
		assert_int_equal(m.n, used * 3);
		assert_int_equal(m.kind, MSG_TEXT);
	}
	assert_true(steps < 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_table),
	    cmocka_unit_test(test_binary),
	    cmocka_unit_test(test_text),
	    cmocka_unit_test(test_text_invalid),
	    cmocka_unit_test(test_text_ends_within_a_character),
	    cmocka_unit_test(test_text_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
