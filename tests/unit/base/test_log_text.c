/* Lines of the logs: what clients sent cannot pass for anything else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/log_text.h"

static const char *shown(enum log_style style, struct slice s, size_t max)
{
	static char line[256];
	struct log_text t = {line, 0, sizeof(line) - 1};

	log_text_value(&t, style, s, max);
	line[t.n] = '\0';
	return line;
}

static void test_styles(void **state)
{
	static const struct {
		struct slice	 value;
		const char	*plain, *quoted, *json;
	} rows[] = {
		{{"a b/c", 5}, "a b/c", "a b/c", "a b/c"},
		{{"\"\\", 2}, "\"\\", "\\\"\\\\", "\\\"\\\\"},
		{{"a\r\nb\t", 5}, "a\\r\\nb\\t", "a\\r\\nb\\t", "a\\r\\nb\\t"},
		{{"\0\x1b[31m\x7f", 7}, "\\x00\\x1b[31m\\x7f", "\\x00\\x1b[31m\\x7f",
		    "\\u0000\\u001b[31m\\u007f"},
		{{"\xc3\xa4\xf0\x9f\x98\x80", 6}, "\xc3\xa4\xf0\x9f\x98\x80",
		    "\xc3\xa4\xf0\x9f\x98\x80", "\xc3\xa4\xf0\x9f\x98\x80"},
		{{"\xff\xc3", 2}, "\\xff\\xc3", "\\xff\\xc3", "\\\\xff\\\\xc3"},
		{{"\xed\xa0\x80", 3}, "\\xed\\xa0\\x80", "\\xed\\xa0\\x80",
		    "\\\\xed\\\\xa0\\\\x80"},
		{{"\xc2\x9b", 2}, "\\xc2\\x9b", "\\xc2\\x9b", "\\\\xc2\\\\x9b"},
		{{"\x0b\x0c", 2}, "\\x0b\\x0c", "\\x0b\\x0c", "\\u000b\\u000c"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_string_equal(shown(LOG_STYLE_PLAIN, rows[i].value, 200), rows[i].plain);
		assert_string_equal(shown(LOG_STYLE_QUOTED, rows[i].value, 200), rows[i].quoted);
		assert_string_equal(shown(LOG_STYLE_JSON, rows[i].value, 200), rows[i].json);
	}
}

static void test_cut(void **state)
{
	(void)state;
	assert_string_equal(shown(LOG_STYLE_PLAIN, SLICE("abcdef"), 6), "abcdef");
	assert_string_equal(shown(LOG_STYLE_PLAIN, SLICE("abcdefg"), 6), "abc...");
	assert_string_equal(shown(LOG_STYLE_PLAIN, SLICE("abc\xc3\xa4\xc3\xa4"), 7), "abc\xc3\xa4\xc3\xa4");
	assert_string_equal(shown(LOG_STYLE_PLAIN, SLICE("abc\xc3\xa4\xc3\xa4x"), 7), "abc...");
	assert_string_equal(shown(LOG_STYLE_JSON, SLICE("ab\x01\x02"), 10), "ab...");
	assert_string_equal(shown(LOG_STYLE_PLAIN, SLICE("abcd"), 2), "");
}

/* No value of any length writes beyond the buffer. */
static void test_bounds(void **state)
{
	char line[64];
	static const char value[] = "\x01\xff\"xy\xc3\xa4\xf0\x9f\x98\x80\\";

	(void)state;
	for (size_t size = 0; size <= 48; size++)
		for (size_t n = 0; n < sizeof(value); n++) {
			struct log_text t = {line, 0, size};
			memset(line, '#', sizeof(line));
			log_text_add(&t, "ab");
			log_text_value(&t, LOG_STYLE_JSON, (struct slice){value, n}, 1000);
			log_text_printf(&t, "%d", 12345);
			assert_true(t.n <= size);
			for (size_t i = size; i < sizeof(line); i++)
				assert_int_equal(line[i], '#');
		}
}

static void test_time(void **state)
{
	char line[LOG_TIME + 1];
	struct log_text t = {line, 0, LOG_TIME};

	(void)state;
	log_text_time(&t, UINT64_C(1767323045678));
	line[t.n] = '\0';
	assert_string_equal(line, "2026-01-02T03:04:05.678Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_styles),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
