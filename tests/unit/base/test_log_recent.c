/* The last errors and warnings, the newest first, and no other lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/log_recent.h"

static struct log_recent got[LOG_RECENT];

static void test_levels(void **state)
{
	(void)state;
	assert_int_equal(log_recent_get(got), 0);
	clock_fake(1, 5000);
	log_line(LOG_LEVEL_INFO, "information");
	log_line(LOG_LEVEL_WARN, "a warning of %d", 1);
	log_fault(FAULT_NO_MEMORY, "an error");
	assert_int_equal(log_recent_get(got), 2);
	assert_int_equal(got[0].level, LOG_LEVEL_ERROR);
	assert_memory_equal(got[0].text, "an error: out of memory", got[0].n);
	assert_int_equal(got[1].level, LOG_LEVEL_WARN);
	assert_int_equal(got[1].n, strlen("a warning of 1"));
	assert_int_equal(got[1].time, 5000);
}

/* That the log takes no lines is seen here, if nowhere else. */
static void test_full_disk(void **state)
{
	const struct log_settings full = {LOG_LEVEL_INFO, "/dev/full", LOG_FORMAT_TEXT};
	const struct log_settings before = {LOG_LEVEL_INFO, "stderr", LOG_FORMAT_TEXT};
	unsigned n, i = 0;

	(void)state;
	assert_int_equal(log_configure(&full), FAULT_NONE);
	log_line(LOG_LEVEL_INFO, "nobody reads this");
	log_flush();
	n = log_recent_get(got);
	while (i < n && memcmp(got[i].text, "log /dev/full: No space left on device", 38) != 0)
		i++;
	assert_in_range(i, 0, n - 1);
	assert_int_equal(log_configure(&before), FAULT_NONE);
}

static void test_bounds(void **state)
{
	char text[3 * LOG_RECENT_TEXT];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (int i = 0; i < 3 * LOG_RECENT; i++) {
		snprintf(text, 8, "%7d", i);
		text[7] = 'x';
		log_recent_put(LOG_LEVEL_ERROR, (struct slice){text, sizeof(text)});
	}
	assert_int_equal(log_recent_get(got), LOG_RECENT);
	for (int i = 0; i < LOG_RECENT; i++) {
		snprintf(text, 8, "%7d", 3 * LOG_RECENT - 1 - i);
		assert_memory_equal(got[i].text, text, 7);
		assert_int_equal(got[i].n, LOG_RECENT_TEXT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_levels),
	    cmocka_unit_test(test_full_disk),
	    cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
