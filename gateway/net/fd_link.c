#include "net/fd_link.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FD_LINK_YES = 'y' };

union fd_link_room {
	struct cmsghdr	align;
	char		bytes[CMSG_SPACE(FD_LINK_MOST * sizeof(int))];
};

bool fd_link_pair(int ends[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0;
}

bool fd_link_stream(int ends[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0;
}

bool fd_link_send(int end, const void *p, size_t n, const int *fds, size_t n_fds)
{
	union fd_link_room room;
	struct iovec iov = {(void *)(uintptr_t)p, n};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};

	if (n_fds > FD_LINK_MOST || n > FD_LINK_BYTES) {
		errno = EMSGSIZE;
		return false;
	}
	if (n_fds > 0) {
		memset(&room, 0, sizeof(room));
		m.msg_control = room.bytes;
		m.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		struct cmsghdr *c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, n_fds * sizeof(int));
	}
	return sendmsg(end, &m, MSG_NOSIGNAL) >= 0;
}

/* How many came; those for which there is no room are closed, and it is too much. */
static bool fd_link_take(struct msghdr *m, int *fds, size_t *n_fds)
{
	size_t room = *n_fds;
	bool fits = (m->msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;

	*n_fds = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			fits = fits && *n_fds < room;
			if (fits)
				fds[(*n_fds)++] = fd;
			else
				close(fd);
		}
	}
	return fits;
}

ssize_t fd_link_receive(int end, void *p, size_t n, int *fds, size_t *n_fds)
{
	union fd_link_room room;
	struct iovec iov = {p, n};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = room.bytes,
	    .msg_controllen = sizeof(room.bytes)};
	ssize_t got = recvmsg(end, &m, MSG_CMSG_CLOEXEC);

	if (got < 0) {
		*n_fds = 0;
		return -1;
	}
	if (fd_link_take(&m, fds, n_fds) && (got > 0 || *n_fds == 0))
		return got;
	while (*n_fds > 0)
		close(fds[--*n_fds]);
	errno = EMSGSIZE;
	return -1;
}

bool fd_link_say(int end)
{
	const char yes = FD_LINK_YES;

	return send(end, &yes, 1, MSG_NOSIGNAL) == 1;
}

int fd_link_hear(int end)
{
	char byte;
	ssize_t n = recv(end, &byte, 1, 0);

	if (n == 1 && byte == FD_LINK_YES)
		return 1;
	return n < 0 && (errno == EAGAIN || errno == EINTR) ? -1 : 0;
}

bool fd_link_is_open(int end)
{
	char byte;

	return recv(end, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
}
