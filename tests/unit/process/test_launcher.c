/*
 * The launcher starts this very program again, which then says with its exit status how many
 * descriptors it was given.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/fd_link.h"
#include "process/launcher.h"

enum { STRANGE_VARIABLE = 200, MANY = 150, PATIENCE = 60 * 1000 };

static const char variables[] = "FRAMEGATE_TEST=1\0STRANGE=1";

static int end;

/* The program that is launched. */
static int launched(void)
{
	int n = 0;

	if (getenv("STRANGE"))
		return STRANGE_VARIABLE;
	while (fcntl(LAUNCHER_FIRST + n, F_GETFD) >= 0)
		n++;
	return n;
}

static void expect_news(enum launcher_event event, int *number)
{
	struct launcher_news news;
	struct pollfd fd = {end, POLLIN, 0};

	assert_int_equal(poll(&fd, 1, PATIENCE), 1);
	assert_int_equal(launcher_hear(end, &news), 1);
	assert_int_equal(news.event, event);
	*number = news.number;
}

static void expect_given(size_t n)
{
	int fds[MANY], number;

	for (size_t i = 0; i < n; i++)
		fds[i] = end;
	assert_true(launcher_ask(end, variables, sizeof(variables), STDERR_FILENO, fds, n));
	expect_news(LAUNCHER_STARTED, &number);
	assert_true(number > 0);
	expect_news(LAUNCHER_ENDED, &number);
	assert_true(WIFEXITED(number));
	assert_int_equal(WEXITSTATUS(number), n);
}

static void test_given(void **state)
{
	(void)state;
	expect_given(1);
	expect_given(MANY);	/* more than a message carries */
	expect_given(0);
}

/* An order that was not completed leaves nothing to the next. */
static void test_half(void **state)
{
	const char more = '+';
	const int fds[] = {end, end, end};

	(void)state;
	assert_true(fd_link_send(end, &more, 1, fds, 3));
	launcher_kill(end);
	expect_given(2);
}

/* More than it may be given is refused, and the next order is as any other. */
static void test_too_many(void **state)
{
	int fds[LAUNCHER_MOST] = {0};

	(void)state;
	assert_false(launcher_ask(end, variables, sizeof(variables), STDERR_FILENO, fds,
	    LAUNCHER_MOST));
	expect_given(2);
}

static int begin(void **state)
{
	(void)state;
	end = launcher_start();
	return end >= 0 ? 0 : -1;
}

static int finish(void **state)
{
	(void)state;
	launcher_stop(end);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_given),
	    cmocka_unit_test(test_half),
	    cmocka_unit_test(test_too_many),
	};

	if (getenv("FRAMEGATE_TEST"))
		return launched();
	return cmocka_run_group_tests_name("launcher", tests, begin, finish);
}
