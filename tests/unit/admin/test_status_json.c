/* The data of the status page: what others said stays text, and the history is in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "admin/status_json.h"

static struct history history;

static void write_status(struct buffer *b, const struct numbers *n, const char *message)
{
	struct log_recent recent = {.time = 1500, .level = LOG_LEVEL_WARN,
	    .n = (uint16_t)strlen(message)};

	memcpy(recent.text, message, recent.n);
	status_json_write(b, n, &history, &recent, 1);
	assert_false(b->failed);
	buffer_add(b, (struct slice){"", 1});
}

static void test_escapes(void **state)
{
	struct numbers_certificate c = {"p", "CN=\"a\"\\\n\xff</script>", -5};
	struct numbers n = {.certificates = &c, .n_certificates = 1};
	struct buffer b = {0};

	(void)state;
	write_status(&b, &n, "quote \" end \xc3");
	assert_non_null(strstr((char *)b.p, "{\"profile\":\"p\",\"subject\":"
	    "\"CN=\\\"a\\\"\\\\\\n\\\\xff</script>\",\"expires\":-5}"));
	assert_non_null(strstr((char *)b.p, "{\"level\":\"warn\",\"time\":1.500,"
	    "\"message\":\"quote \\\" end \\\\xc3\"}"));
	buffer_clear(&b);
}

static void test_history(void **state)
{
	struct buffer b = {0};
	struct numbers n = {.now = 7};

	(void)state;
	write_status(&b, &n, "");
	assert_non_null(strstr((char *)b.p, "\"rows\":[]"));
	buffer_clear(&b);
	for (unsigned i = 0; i <= HISTORY_MOMENTS; i++) {
		struct numbers_moment m = {.time = 1000 * i, .sessions = i,
		    .traffic = {{2, 1}, {4, 3}}, .refusals = 5};
		history_add(&history, &m);
	}
	assert_int_equal(history.n, HISTORY_MOMENTS);
	for (unsigned i = 0; i < history.n; i++)
		assert_int_equal(history_at(&history, i)->sessions, i + 1);
	write_status(&b, &n, "");
	assert_non_null(strstr((char *)b.p, "\"rows\":[\n[1.000,1,0,1,3,2,4,5],\n[2.000,"));
	buffer_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_escapes),
	    cmocka_unit_test(test_history),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
