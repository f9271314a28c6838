/* Where lines end up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log_target.h"

/* The journal's own protocol (systemd.journal-fields). */
static void test_journal(void **state)
{
	char text[256];
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair), 0);
	struct log_target t = {.kind = LOG_TARGET_JOURNAL, .fd = pair[0]};
	assert_int_equal(log_target_write(&t, LOG_LEVEL_WARN, SLICE("a=b\\nc")), 6);
	ssize_t n = recv(pair[1], text, sizeof(text) - 1, 0);
	assert_true(n > 0);
	text[n] = '\0';
	assert_string_equal(text, "MESSAGE=a=b\\nc\nSYSLOG_IDENTIFIER=framegate\nPRIORITY=4\n");
	close(pair[1]);
	assert_int_equal(log_target_write(&t, LOG_LEVEL_WARN, SLICE("x")), 0);
	log_target_close(&t);
	assert_int_equal(t.fd, -1);
}

static void test_full_disk(void **state)
{
	struct log_target t;

	(void)state;
	assert_int_equal(log_target_open(&t, "/dev/full"), 0);
	assert_int_equal(log_target_write(&t, LOG_LEVEL_INFO, SLICE("x\n")), 0);
	assert_int_equal(errno, ENOSPC);
	log_target_close(&t);
}

static void test_kinds(void **state)
{
	struct log_target t;

	(void)state;
	assert_int_equal(log_target_open(&t, "stderr"), 0);
	assert_int_equal(t.fd, STDERR_FILENO);
	assert_false(log_target_stamps(t.kind));
	log_target_close(&t);
	assert_int_equal(log_target_open(&t, "stdout"), 0);
	assert_int_equal(t.fd, STDOUT_FILENO);
	log_target_close(&t);
	assert_int_equal(write(STDERR_FILENO, "", 0), 0);	/* still open */
	assert_int_equal(log_target_open(&t, "syslog"), 0);
	assert_true(log_target_stamps(t.kind));
	assert_int_equal(log_target_write(&t, LOG_LEVEL_DEBUG, SLICE("a test")), 6);
	log_target_close(&t);
	assert_int_equal(log_target_open(&t, "/nonexistent/x"), ENOENT);
	assert_int_equal(log_target_open(&t, "/tmp"), EISDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_journal),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
