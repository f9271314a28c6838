#include "bench_net.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

struct sockaddr_in
bench_net_parse(const char *hostport)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	const char *colon = strchr(hostport, ':');
	char host[INET_ADDRSTRLEN] = "";
	long port = colon != NULL ? strtol(colon + 1, NULL, 10) : 0;

	if (port > 0 && port < 65536 && (size_t)(colon - hostport) < sizeof(host))
		memcpy(host, hostport, (size_t)(colon - hostport));
	if (inet_pton(AF_INET, host, &to.sin_addr) != 1)
		errx(2, "'%s' is not ADDRESS:PORT", hostport);
	to.sin_port = htons((uint16_t)port);
	return to;
}

int
bench_net_listen(const struct sockaddr_in *at)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) != 0 ||
	    bind(fd, (const struct sockaddr *)at, sizeof(*at)) != 0 || listen(fd, 4096) != 0)
		err(1, "cannot listen on port %u", ntohs(at->sin_port));
	return fd;
}

static void
bench_net_nodelay(int fd)
{
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
}

int
bench_net_accept(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0)
		bench_net_nodelay(fd);
	else if (errno != EAGAIN && errno != ECONNABORTED)
		err(1, "accept");
	return fd;
}

int
bench_net_dial(const struct sockaddr_in *to)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(1, "socket");
	bench_net_nodelay(fd);
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) != 0 && errno != EINPROGRESS)
		err(1, "cannot connect to port %u", ntohs(to->sin_port));
	return fd;
}

void
bench_net_watch(int epoll, int fd, void *who)
{
	struct epoll_event ev = {
		.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
		.data.ptr = who,
	};

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
		err(1, "epoll_ctl");
}

void
bench_net_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
}

static void
bench_net_hold(struct bench_wait *wait, const uint8_t *p, size_t n)
{
	uint8_t *all = malloc(wait->n + n);

	if (all == NULL)
		err(1, "malloc");
	if (wait->n > 0)
		memcpy(all, wait->p + wait->off, wait->n);
	memcpy(all + wait->n, p, n);
	free(wait->p);
	*wait = (struct bench_wait){ .p = all, .n = wait->n + n };
}

bool
bench_net_send(int fd, struct bench_wait *wait, const uint8_t *p, size_t n)
{
	ssize_t put = 0;

	if (wait->n == 0) {
		put = send(fd, p, n, MSG_NOSIGNAL);
		if (put < 0 && errno != EAGAIN)
			return false;
		if (put < 0)
			put = 0;
	}
	if ((size_t)put < n)
		bench_net_hold(wait, p + put, n - (size_t)put);
	return true;
}

bool
bench_net_flush(int fd, struct bench_wait *wait)
{
	ssize_t put;

	if (wait->n == 0)
		return true;
	put = send(fd, wait->p + wait->off, wait->n, MSG_NOSIGNAL);
	if (put < 0)
		return errno == EAGAIN;
	wait->off += (size_t)put;
	wait->n -= (size_t)put;
	if (wait->n == 0)
		bench_net_forget(wait);
	return true;
}

void
bench_net_forget(struct bench_wait *wait)
{
	free(wait->p);
	*wait = (struct bench_wait){ 0 };
}
