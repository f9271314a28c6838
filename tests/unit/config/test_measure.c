/* Durations, sizes and modes at their edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/measure.h"

static void expect_duration(const char *text, uint64_t ms)
{
	uint64_t v = 0;

	assert_true(measure_duration(slice_of(text), &v));
	assert_int_equal(v, ms);
}

static void test_duration(void **state)
{
	(void)state;
	expect_duration("0", 0);
	expect_duration("0ms", 0);
	expect_duration("250ms", 250);
	expect_duration("30", 30000);
	expect_duration("30s", 30000);
	expect_duration("5m", 300000);
	expect_duration("1h", 3600000);
	expect_duration("7d", 7 * 86400000ull);
	expect_duration("036500d", 36500 * 86400000ull);
	expect_duration("3153600000s", 3153600000000ull);
}

static void test_duration_wrong(void **state)
{
	static const char *const texts[] = {"", "s", "-1s", "+1s", "1.5s", "1 s", " 1s", "1s ",
	    "1x",
	    "1S", "1M", "1H", "1min", "1h30m", "36501d", "3153600001s", "18446744073709551615d",
	    "18446744073709551616", "99999999999999999999s", "0x10s", "ms"};
	uint64_t v;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(measure_duration(slice_of(texts[i]), &v));
}

static void test_size(void **state)
{
	static const struct {
		const char	*text;
		uint64_t	 bytes;
	} sizes[] = {
	    {"0", 0}, {"1", 1}, {"64K", 65536}, {"64k", 65536}, {"1M", 1 << 20}, {"2G", 2ull << 30},
	    {"1T", 1ull << 40}, {"9223372036854775807", INT64_MAX}, {"8388607T", 8388607ull << 40},
	};
	uint64_t v;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_true(measure_size(slice_of(sizes[i].text), &v));
		assert_int_equal(v, sizes[i].bytes);
	}
}

static void test_size_wrong(void **state)
{
	static const char *const texts[] = {"", "K", "-1", "1KB", "1KiB", "1.5M", "1 K", "64s",
	    "1P",
	    "9223372036854775808", "8388608T", "18446744073709551616"};
	uint64_t v;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(measure_size(slice_of(texts[i]), &v));
}

static void test_mode(void **state)
{
	static const char *const wrong[] = {"", "0778", "1777", "00660", "rw", "0o66", "-66",
	    "0 66"};
	unsigned m;

	(void)state;
	assert_true(measure_mode(SLICE("0660"), &m));
	assert_int_equal(m, 0660);
	assert_true(measure_mode(SLICE("777"), &m));
	assert_int_equal(m, 0777);
	assert_true(measure_mode(SLICE("0"), &m));
	assert_int_equal(m, 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(measure_mode(slice_of(wrong[i]), &m));
}

static void expect_text(uint64_t ms, const char *duration, const char *size)
{
	char text[MEASURE_TEXT];
	uint64_t back;

	assert_string_equal(measure_duration_text(ms, text), duration);
	assert_true(measure_duration(slice_of(text), &back));
	assert_int_equal(back, ms);
	assert_string_equal(measure_size_text(ms, text), size);
	assert_true(measure_size(slice_of(text), &back));
	assert_int_equal(back, ms);
}

static void test_text(void **state)
{
	char text[MEASURE_TEXT];

	(void)state;
	expect_text(0, "0", "0");
	expect_text(1, "1ms", "1");
	expect_text(1000, "1s", "1000");
	expect_text(90000, "90s", "90000");
	expect_text(65536, "65536ms", "64K");
	expect_text(3600000, "1h", "3600000");
	expect_text(86400000, "1d", "84375K");
	assert_string_equal(measure_size_text(INT64_MAX, text), "9223372036854775807");
	assert_string_equal(measure_size_text(UINT64_MAX, text), "18446744073709551615");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_duration),
	    cmocka_unit_test(test_duration_wrong),
	    cmocka_unit_test(test_size),
	    cmocka_unit_test(test_size_wrong),
	    cmocka_unit_test(test_mode),
	    cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
