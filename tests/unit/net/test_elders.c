/*
 * Questions to programs of before: who is asked, what comes of it, and what makes no sense.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "net/elders.h"
#include "net/fd_link.h"

enum { TOO_MANY = ELDERS_MOST + 1, ENOUGH = 100000 };

static const struct elders_question question = {
	.route = {"chat", 4}, .session = {"0123", 4},
	.client = {.ip = {[10] = 0xff, 0xff, 192, 0, 2, 1}, .port = 4711, .known = true},
};

/* Its inside. */
static int add(struct elders *e)
{
	int inside, outside;

	assert_true(elders_door(&inside, &outside));
	elders_add(e, outside);
	return inside;
}

static void expect_question(int inside, int *fd)
{
	struct elders_question q;
	char buffer[ELDERS_BUFFER];

	assert_int_equal(elders_next(inside, &q, buffer, fd), ELDERS_ASKED);
	assert_true(slice_eq(q.route, question.route) && slice_eq(q.session, question.session));
	assert_memory_equal(q.client.ip, question.client.ip, sizeof(q.client.ip));
	assert_int_equal(q.client.port, 4711);
	assert_true(q.client.known);
}

static void expect_quiet(int inside)
{
	struct elders_question q;
	char buffer[ELDERS_BUFFER];
	int fd;

	assert_int_equal(elders_next(inside, &q, buffer, &fd), ELDERS_QUIET);
}

/* The newest first; each says so by itself. */
static void test_ask(void **state)
{
	struct elders *e = elders_new();
	int old = add(e), new = add(e), theirs;
	unsigned at = 0;

	(void)state;
	assert_true(elders_are_there(e));
	int fd = elders_ask(e, &at, &question);
	assert_true(fd >= 0);
	assert_int_equal(elders_hear(fd), -1);
	expect_quiet(old);
	expect_question(new, &theirs);
	close(theirs);
	assert_int_equal(elders_hear(fd), 0);
	close(fd);

	fd = elders_ask(e, &at, &question);
	assert_true(fd >= 0);
	expect_quiet(new);
	expect_question(old, &theirs);
	assert_true(elders_admit(theirs));
	assert_int_equal(write(theirs, "HTTP", 4), 4);
	assert_int_equal(elders_hear(fd), 1);
	char text[8];
	assert_int_equal(read(fd, text, sizeof(text)), 4);
	close(theirs);
	close(fd);

	assert_int_equal(elders_ask(e, &at, &question), -1);
	assert_int_not_equal(errno, EAGAIN);
	elders_free(e);
	close(old);
	close(new);
}

/* Who has ended is passed over, and forgotten. */
static void test_ended(void **state)
{
	struct elders *e = elders_new();
	int old = add(e), theirs;
	unsigned at = 0;

	(void)state;
	close(add(e));
	int fd = elders_ask(e, &at, &question);
	assert_true(fd >= 0);
	expect_question(old, &theirs);
	close(theirs);
	close(fd);
	close(old);
	elders_forget(e);
	assert_false(elders_are_there(e));
	at = 0;
	assert_int_equal(elders_ask(e, &at, &question), -1);
	elders_free(e);
	assert_false(elders_are_there(NULL));
}

/* More questions than fit are asked later: none is taken for answered. */
static void test_busy(void **state)
{
	struct elders *e = elders_new();
	int door = add(e), n = 0, fd, theirs;
	unsigned at = 0;

	(void)state;
	while ((fd = elders_ask(e, &at, &question)) >= 0 && n < ENOUGH) {
		close(fd);
		at = 0;
		n++;
	}
	assert_in_range(n, 1, ENOUGH - 1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(at, 0);
	while (n-- > 0) {
		expect_question(door, &theirs);
		close(theirs);
	}
	fd = elders_ask(e, &at, &question);
	assert_true(fd >= 0);
	close(fd);
	elders_free(e);
	expect_question(door, &theirs);
	close(theirs);
	struct elders_question q;
	char buffer[ELDERS_BUFFER];
	assert_int_equal(elders_next(door, &q, buffer, &fd), ELDERS_ALONE);
	close(door);
}

/* What makes no sense is dropped, and its descriptors with it. */
static void test_nonsense(void **state)
{
	int inside, outside, ends[2], theirs;
	char text[ELDERS_BUFFER + 1] = {1};
	struct elders *e = elders_new();
	unsigned at = 0;

	(void)state;
	assert_true(elders_door(&inside, &outside));
	assert_true(fd_link_stream(ends));
	const int fds[] = {ends[1], ends[1]};
	assert_true(fd_link_send(outside, text, 1, fds, 1));		/* too short */
	assert_true(fd_link_send(outside, text, 100, fds, 1));		/* more than it says */
	assert_true(fd_link_send(outside, text, sizeof(text), fds, 1));	/* too long */
	assert_true(fd_link_send(outside, text, 24, NULL, 0));		/* without a connection */
	assert_true(fd_link_send(outside, text, 24, fds, 2));		/* with two */
	assert_true(fd_link_send(outside, text, 0, fds, 1));		/* nothing but that */
	text[0] = 2;
	assert_true(fd_link_send(outside, text, 24, fds, 1));		/* of the future */
	close(ends[1]);
	expect_quiet(inside);
	assert_int_equal(fd_link_hear(ends[0]), 0);			/* nobody has it */
	elders_add(e, outside);
	int fd = elders_ask(e, &at, &question);
	expect_question(inside, &theirs);
	close(theirs);
	close(fd);
	close(ends[0]);
	elders_free(e);
	close(inside);
}

/* A route with a name of no end is not asked for, and the oldest of too many gives way. */
static void test_bounds(void **state)
{
	static char name[ELDERS_NAME + 1];
	struct elders_question q = question;
	struct elders *e = elders_new();
	int doors[TOO_MANY];
	unsigned at = 0;

	(void)state;
	for (int i = 0; i < TOO_MANY; i++)
		doors[i] = add(e);
	assert_false(fd_link_is_open(doors[0]));
	for (int i = 1; i < TOO_MANY; i++)
		assert_true(fd_link_is_open(doors[i]));
	q.route = (struct slice){name, sizeof(name)};
	assert_int_equal(elders_ask(e, &at, &q), -1);
	assert_int_not_equal(errno, EAGAIN);
	elders_free(e);
	for (int i = 0; i < TOO_MANY; i++)
		close(doors[i]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ask),
	    cmocka_unit_test(test_ended),
	    cmocka_unit_test(test_busy),
	    cmocka_unit_test(test_nonsense),
	    cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests_name("elders", tests, NULL, NULL);
}
