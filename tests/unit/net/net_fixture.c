#include "net_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int fixture_count_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

bool fixture_has_v6(void)
{
	struct config_address a = fixture_address("::1", 0);
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool bound = fd >= 0 && bind(fd, (struct sockaddr *)&a.sa, a.size) == 0;

	if (fd >= 0)
		close(fd);
	return bound;
}

struct config_address fixture_address(const char *host, uint16_t port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct config_address a = {.text = host};

	if (host[0] == '/') {
		snprintf(un.sun_path, sizeof(un.sun_path), "%s", host);
		memcpy(&a.sa, &un, a.size = sizeof(un));
	} else if (inet_pton(AF_INET, host, &in.sin_addr) == 1) {
		memcpy(&a.sa, &in, a.size = sizeof(in));
	} else {
		assert_int_equal(inet_pton(AF_INET6, host, &in6.sin6_addr), 1);
		memcpy(&a.sa, &in6, a.size = sizeof(in6));
	}
	return a;
}

uint16_t fixture_port(int fd)
{
	struct sockaddr_in6 sa;	/* the port stands in the same place for IPv4 */
	socklen_t size = sizeof(sa);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &size), 0);
	return ntohs(sa.sin6_port);
}

int fixture_listen(const char *host, int backlog, uint16_t *port)
{
	struct config_address a = fixture_address(host, *port);
	int on = 1, fd = socket(a.sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	assert_int_equal(bind(fd, (struct sockaddr *)&a.sa, a.size), 0);
	assert_int_equal(listen(fd, backlog), 0);
	if (host[0] != '/')
		*port = fixture_port(fd);
	return fd;
}

int fixture_connect(const struct sockaddr *sa, socklen_t size)
{
	int fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	if (connect(fd, sa, size) == 0)
		return fd;
	close(fd);
	return -1;
}

void fixture_run(struct worker *w, bool (*done)(void *), void *arg)
{
	worker_enter(w);
	uint64_t late = w->now + 10 * 1000;
	worker_settle(w);
	while (!done(arg)) {
		worker_turn(w, 1000);
		assert_true(w->now < late);	/* nothing happened for ten seconds */
	}
}
