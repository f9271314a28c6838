/* Dates of RFC 9110 section 5.6.7. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "codec/http_date.h"

#define NOW_MS	UINT64_C(1700000000000)	/* 2023-11-14 */

static void expect(const char *text, int64_t seconds)
{
	int64_t got = -1;
	size_t n = strlen(text);
	char *exact = malloc(n ? n : 1);

	assert_non_null(exact);
	memcpy(exact, text, n);
	assert_true(http_date_read((struct slice){exact, n}, &got));
	assert_true(got == seconds);
	free(exact);
}

static void refuse(const char *text)
{
	int64_t got;

	assert_false(http_date_read(slice_of(text), &got));
}

static void test_three_forms(void **state)
{
	(void)state;
	expect("Sun, 06 Nov 1994 08:49:37 GMT", 784111777);
	expect("Sunday, 06-Nov-94 08:49:37 GMT", 784111777);
	expect("Sun Nov  6 08:49:37 1994", 784111777);
	expect("Wed Nov 16 08:49:37 1994", 784975777);
	expect("Thu, 01 Jan 1970 00:00:00 GMT", 0);
	expect("Wed, 31 Dec 1969 23:59:59 GMT", -1);
	expect("Fri, 31 Dec 9999 23:59:59 GMT", 253402300799);
	expect("Tue, 29 Feb 2000 00:00:00 GMT", 951782400);
	expect("Sat, 31 Dec 2016 23:59:60 GMT", 1483228800);
	expect("Mon, 06 Nov 1994 08:49:37 GMT", 784111777);
}

/* The year of the clock and fifty more are ahead, the rest lies behind. */
static void test_two_digit_years(void **state)
{
	(void)state;
	expect("Sunday, 01-Jan-73 00:00:00 GMT", 3250454400);	/* 2073 */
	expect("Tuesday, 01-Jan-74 00:00:00 GMT", 126230400);	/* 1974 */
	expect("Saturday, 01-Jan-00 00:00:00 GMT", 946684800);
	expect("Friday, 01-Jan-99 00:00:00 GMT", 915148800);
}

static void test_not_dates(void **state)
{
	static const char *const wrong[] = {"", "Sun", "Sun, 06 Nov 1994 08:49:37", "0",
	    "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 GMT ",
	    "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT",
	    "sun, 06 nov 1994 08:49:37 gmt", "Sun, 00 Nov 1994 08:49:37 GMT",
	    "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 1900 08:49:37 GMT",
	    "Sun, 30 Feb 2000 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
	    "Foo, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
	    "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
	    "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov -994 08:49:37 GMT",
	    "Sun, 06-Nov-94 08:49:37 GMT", "Sunday, 06 Nov 1994 08:49:37 GMT",
	    "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun Nov 6 08:49:37 1994",
	    "Sun Nov 06 08:49:37 1994 GMT", "Sun Nov  6 08:49:37 94", "Sun, 06 Nov 1994 +8:49:37 GMT"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		refuse(wrong[i]);
}

static void test_days_of_months(void **state)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	(void)state;
	for (unsigned m = 0; m < 12; m++)
		for (unsigned d = 0; d <= 33; d++) {
			char text[64];
			int64_t seconds;
			snprintf(text, sizeof(text), "Sun, %02u %.3s 2023 00:00:00 GMT", d, months + 3 * m);
			assert_int_equal(http_date_read(slice_of(text), &seconds),
			    d >= 1 && d <= days[m]);
		}
}

/* Against the C library, over the whole range and on each side of every midnight looked at. */
static void test_format(void **state)
{
	char text[HTTP_DATE_SIZE + 1], expected[HTTP_DATE_SIZE + 1];

	(void)state;
	for (int64_t t = -5000000000; t < 253402300800; t += 86400 * 11 + 4321)
		for (int64_t s = t - t % 86400 - 1; s <= t; s += t - s > 1 ? 1 + (t - s) / 2 : 1) {
			struct tm tm;
			time_t at = (time_t)s;
			int64_t back;
			assert_non_null(gmtime_r(&at, &tm));
			strftime(expected, sizeof(expected), "%a, %d %b %Y %H:%M:%S GMT", &tm);
			http_date_write(s, text);
			assert_string_equal(text, expected);
			assert_true(http_date_read((struct slice){text, HTTP_DATE_SIZE}, &back));
			assert_true(back == s);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_three_forms),
	    cmocka_unit_test(test_two_digit_years),
	    cmocka_unit_test(test_not_dates),
	    cmocka_unit_test(test_days_of_months),
	    cmocka_unit_test(test_format),
	};

	clock_fake(1, NOW_MS);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
