/* Text as JSON has it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "codec/json_text.h"

static void expect(const char *text, size_t n, const struct json_text_set *set, const char *json)
{
	struct buffer b = {0};

	json_text_add(&b, (struct slice){text, n}, set);
	assert_false(b.failed);
	assert_int_equal(b.n, __builtin_strlen(json));
	assert_memory_equal(b.p, json, b.n);
	buffer_clear(&b);
}

#define EXPECT(text, set, json) expect((text), sizeof(text) - 1, (set), (json))

static void test_plain(void **state)
{
	(void)state;
	EXPECT("", NULL, "\"\"");
	EXPECT("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80/", NULL,
	    "\"a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80/\"");
	EXPECT("\"\\", NULL, "\"\\\"\\\\\"");
	EXPECT("\b\t\n\f\r", NULL, "\"\\b\\t\\n\\f\\r\"");
	EXPECT("\0\x01\x1f\x7f", NULL, "\"\\u0000\\u0001\\u001f\x7f\"");
}

static void test_set(void **state)
{
	static const struct json_text_range ranges[] = {
		{'a', 'b'}, {0x200c, 0x200f}, {0xfff0, 0xffff}, {0x10000, 0x10ffff},
	};
	static const struct json_text_set set = {ranges, 4};

	(void)state;
	EXPECT("abc", &set, "\"\\u0061\\u0062c\"");
	EXPECT("\xe2\x80\x8b\xe2\x80\x8c\xe2\x80\x8f\xe2\x80\x90", &set,
	    "\"\xe2\x80\x8b\\u200c\\u200f\xe2\x80\x90\"");
	EXPECT("\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", &set,
	    "\"\\uffff\\ud800\\udc00\\udbff\\udfff\"");
}

static void test_base64(void **state)
{
	struct buffer b = {0};

	(void)state;
	json_text_add_base64(&b, SLICE("\xff\x01"));
	json_text_add_base64(&b, SLICE(""));
	assert_int_equal(b.n, 8);
	assert_memory_equal(b.p, "\"/wE=\"\"\"", 8);
	buffer_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_base64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
