/*
 * Sockets that a process is started with: what the environment says of them, right and wrong, and
 * who gets which.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/bound.h"
#include "net/given.h"
#include "net_fixture.h"

enum { FIRST = 3 };

static char directory[] = "/tmp/test_given.XXXXXX";
static char socket_path[64];

/* As a service manager does it, but that the descriptor was open before, perhaps. */
static void announce(const char *n, const char *names, long pid)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", pid);
	setenv("LISTEN_PID", text, 1);
	setenv("LISTEN_FDS", n, 1);
	if (names)
		setenv("LISTEN_FDNAMES", names, 1);
	assert_int_equal(given_open(), FAULT_NONE);
	assert_null(getenv("LISTEN_PID"));
	assert_null(getenv("LISTEN_FDS"));
	assert_null(getenv("LISTEN_FDNAMES"));
}

/* Sockets that listen stand at the first descriptors; what was there is kept elsewhere. */
static void pass(int n)
{
	for (int i = 0; i < n; i++) {
		uint16_t port = 0;
		int fd = fixture_listen("127.0.0.1", 1, &port);
		if (fd == FIRST + i)
			continue;
		assert_int_equal(dup2(fd, FIRST + i), FIRST + i);
		close(fd);
	}
}

static void test_manager(void **state)
{
	int shared;

	(void)state;
	pass(3);
	announce("3", "web:other:web", getpid());
	assert_int_equal(given_count("web"), 2);
	assert_int_equal(given_count("other"), 1);
	assert_int_equal(given_count("unknown"), 0);
	assert_int_equal(given_count(""), 0);
	assert_true(fcntl(FIRST, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(FIRST, F_GETFL) & O_NONBLOCK);
	shared = given_share("web", 1);
	assert_int_equal(fixture_port(shared), fixture_port(FIRST + 2));
	assert_true(fcntl(shared, F_GETFD) & FD_CLOEXEC);
	close(shared);
	shared = given_share("web", 1);		/* again, for a listener that a reload made */
	assert_true(shared >= 0);
	close(shared);
	assert_int_equal(given_share("web", 2), -1);
	struct config_listener web = {.name = "web"};
	given_close_rest(&(struct config){.listeners = &web, .n_listeners = 1});
	assert_int_equal(given_count("other"), 0);
	assert_int_equal(fcntl(FIRST + 1, F_GETFD), -1);
	given_close();
	assert_int_equal(fcntl(FIRST, F_GETFD), -1);
}

static void test_unnamed(void **state)
{
	(void)state;
	pass(2);
	announce("2", NULL, getpid());
	assert_int_equal(given_count("unknown"), 2);
	given_close();
	pass(2);
	announce("2", "web", getpid());
	assert_int_equal(given_count("web"), 1);
	assert_int_equal(given_count("unknown"), 1);
	given_close();
}

static void test_not_ours(void **state)
{
	static const char *const numbers[] = {"-1", "x", "", "4097", "99999999999999999999", "1x"};

	(void)state;
	pass(1);
	announce("1", "web", getpid() + 1);
	assert_int_equal(given_count("web"), 0);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		announce(numbers[i], "web", getpid());
		assert_int_equal(given_count("web"), 0);
	}
	assert_true(fcntl(FIRST, F_GETFD) >= 0);
	close(FIRST);
	announce("1", "web", getpid());		/* announced, but not there */
	assert_int_equal(given_count("web"), 0);
	given_close();
}

static void test_wrong_kind(void **state)
{
	(void)state;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	dup2(fd, FIRST);
	announce("1", "web", getpid());
	errno = 0;
	assert_int_equal(given_share("web", 0), -1);
	assert_int_equal(errno, ESOCKTNOSUPPORT);
	given_close();
	if (fd != FIRST)
		close(fd);
}

static void test_predecessor(void **state)
{
	char text[128];
	uint16_t port = 0;
	int fd = fixture_listen("127.0.0.1", 1, &port);
	struct config_address same = fixture_address("127.0.0.1", port),
	    other = fixture_address("127.0.0.1", (uint16_t)(port + 1)),
	    any = fixture_address("0.0.0.0", port), file = fixture_address(socket_path, 0);
	int unix_fd = fixture_listen(socket_path, 1, &(uint16_t){0});

	(void)state;
	snprintf(text, sizeof(text), " x:  %d: :5 9999: %d: -3: 7", fd, unix_fd);
	setenv(GIVEN_VARIABLE, text, 1);
	assert_int_equal(given_open(), FAULT_NONE);
	assert_null(getenv(GIVEN_VARIABLE));
	assert_int_equal(given_take(&other, false), -1);
	assert_int_equal(given_take(&any, false), -1);
	assert_int_equal(given_take(&same, false), fd);
	assert_int_equal(given_take(&same, false), -1);
	assert_int_equal(given_take(&file, false), unix_fd);
	close(fd);
	close(unix_fd);
	unlink(socket_path);
	given_close();
}

static void test_dual(void **state)
{
	int v6only = 0;
	char text[32];
	uint16_t port = 0;

	(void)state;
	if (!fixture_has_v6())
		skip();
	struct config_address all = fixture_address("::", 0);
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof(v6only));
	assert_int_equal(bind(fd, (struct sockaddr *)&all.sa, all.size), 0);
	assert_int_equal(listen(fd, 1), 0);
	port = fixture_port(fd);
	all = fixture_address("::", port);
	snprintf(text, sizeof(text), "%d:", fd);
	setenv(GIVEN_VARIABLE, text, 1);
	assert_int_equal(given_open(), FAULT_NONE);
	assert_int_equal(given_take(&all, false), -1);
	assert_int_equal(given_take(&all, true), fd);
	close(fd);
	given_close();
}

static void count(int fd, void *arg)
{
	(void)fd;
	(*(int *)arg)++;
}

static bool there(void)
{
	struct stat st;

	return lstat(socket_path, &st) == 0;
}

/* A successor that fails takes nothing with it; one that is told that all is its own removes it. */
static void test_file_of_predecessor(void **state)
{
	struct config_address file = fixture_address(socket_path, 0);
	struct config_listener conf = {.name = "web", .bind = &file, .n_bind = 1, .backlog = 5};
	struct bound before, after;
	char text[32];
	int n = 0;

	(void)state;
	assert_true(bound_open(&before, &conf, 0));
	bound_each(count, &n);
	assert_int_equal(n, 1);
	for (int owned = 0; owned < 2; owned++) {
		snprintf(text, sizeof(text), "%d:", dup(before.fd));
		setenv(GIVEN_VARIABLE, text, 1);
		assert_int_equal(given_open(), FAULT_NONE);
		assert_true(bound_open(&after, &conf, 0));
		assert_int_equal(fixture_connect((struct sockaddr *)&file.sa, file.size) >= 0, true);
		if (owned)
			bound_own();
		bound_close(&after);
		given_close();
		assert_int_equal(there(), !owned);
	}
	bound_close(&before);
	assert_true(bound_open(&before, &conf, 0));
	bound_disown();
	bound_close(&before);
	assert_true(there());
	n = 0;
	bound_each(count, &n);
	assert_int_equal(n, 0);
	unlink(socket_path);
}

static int make_directory(void **state)
{
	(void)state;
	snprintf(socket_path, sizeof(socket_path), "%s/s", mkdtemp(directory));
	return 0;
}

static int remove_directory(void **state)
{
	(void)state;
	return rmdir(directory);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_manager),
	    cmocka_unit_test(test_unnamed),
	    cmocka_unit_test(test_not_ours),
	    cmocka_unit_test(test_wrong_kind),
	    cmocka_unit_test(test_predecessor),
	    cmocka_unit_test(test_dual),
	    cmocka_unit_test(test_file_of_predecessor),
	};

	return cmocka_run_group_tests_name("given", tests, make_directory, remove_directory);
}
