/* The access log: on, off, moved away, and records that outlive what they were made of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/access.h"

static char folder[] = "/tmp/framegate-access-XXXXXX";
static char path[64], moved[64], text[4096];

static const char *read_file(const char *name)
{
	FILE *f = fopen(name, "r");
	assert_non_null(f);
	size_t n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	return text;
}

static void test_write(void **state)
{
	struct access_record r = {.path = SLICE("/x"), .status = 200};

	(void)state;
	assert_false(access_wanted());
	access_write(&r);
	assert_int_equal(access_configure(path, "${path} ${status}"), FAULT_NONE);
	assert_true(access_wanted());
	access_write(&r);
	assert_int_equal(access_configure(path, "${path} ${nope}"), FAULT_SYSTEM);
	assert_int_equal(access_configure("/nonexistent/log", "json"), FAULT_SYSTEM);
	access_write(&r);
	assert_int_equal(access_configure(path, "${status}"), FAULT_NONE);
	access_write(&r);
	assert_int_equal(access_configure(path, "${path} ${status}"), FAULT_NONE);
	access_write(&r);
	access_flush();
	assert_string_equal(read_file(path), "/x 200\n/x 200\n200\n/x 200\n");
	assert_int_equal(access_configure(NULL, NULL), FAULT_NONE);
	assert_false(access_wanted());
	access_write(&r);
	access_flush();
	assert_string_equal(read_file(path), "/x 200\n/x 200\n200\n/x 200\n");
}

static void test_reopen(void **state)
{
	struct access_record r = {.path = SLICE("/y"), .status = 404};

	(void)state;
	assert_int_equal(access_configure(path, "${path}"), FAULT_NONE);
	access_flush();
	assert_int_equal(rename(path, moved), 0);
	access_reopen();
	access_flush();
	access_write(&r);
	access_flush();
	assert_string_equal(read_file(path), "/y\n");
	assert_int_equal(access_configure(NULL, NULL), FAULT_NONE);
}

static void test_keep(void **state)
{
	char *route = strdup("console"), *origin = strdup("https://h");
	static char agent[70000];
	struct access_record r = {.route = slice_of(route), .origin = slice_of(origin),
	    .user_agent = {agent, sizeof(agent)}, .started = 1700000000000, .client_port = 65535,
	    .status = 101, .messages_in = 7};

	(void)state;
	memset(agent, 'a', sizeof(agent));
	struct access_kept *kept = access_keep(&r);
	assert_non_null(kept);
	memset(route, '#', 7);
	memset(agent, '#', sizeof(agent));
	free(route);
	free(origin);
	access_recall(kept, &r);
	assert_true(slice_eq(r.route, SLICE("console")));
	assert_true(slice_eq(r.origin, SLICE("https://h")));
	assert_int_equal(r.user_agent.n, UINT16_MAX);
	assert_int_equal(r.user_agent.p[UINT16_MAX - 1], 'a');
	assert_int_equal(r.started, 1700000000000);
	assert_int_equal(r.client_port, 65535);
	assert_null(r.backend.p);
	assert_int_equal(r.status, 101);
	assert_int_equal(r.messages_in, 0);	/* not known yet: set in the end */
	free(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_reopen),
		cmocka_unit_test(test_keep),
	};

	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/log", folder);
	snprintf(moved, sizeof(moved), "%s/log.1", folder);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	unlink(moved);
	rmdir(folder);
	return failed;
}
