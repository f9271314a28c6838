/*
 * The stream_io of real sockets. recv and send of the C library are cancellation points: in a
 * program with threads each call pays two atomic operations for what nobody here ever uses.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "net/stream.h"

static APART enum fault socket_fault(void)
{
	switch (errno) {
	case EPIPE:
		return FAULT_PEER_EOF;	/* after a reset it would be ECONNRESET */
	case ECONNRESET:
	case ETIMEDOUT:
	case EHOSTUNREACH:
	case ENETUNREACH:
	case ECONNREFUSED:
		return FAULT_RESET;
	case ENOBUFS:
	case ENOMEM:
		return FAULT_NO_MEMORY;
	default:
		return FAULT_SYSTEM;
	}
}

static enum fault socket_read(struct stream *s, uint8_t *p, size_t n, size_t *got, bool *eof)
{
	ssize_t r;

	do
		r = syscall(SYS_recvfrom, s->watch.fd, p, n, 0, NULL, NULL);
	while (r < 0 && errno == EINTR);
	*got = r > 0 ? (size_t)r : 0;
	*eof = r == 0;
	if (r < 0 && errno != EAGAIN)
		return socket_fault();
	return FAULT_NONE;
}

static APART ssize_t socket_send_pieces(struct stream *s, const struct iovec *iov, int n)
{
	struct msghdr head = {.msg_iov = (struct iovec *)(uintptr_t)iov, .msg_iovlen = (size_t)n};

	return syscall(SYS_sendmsg, s->watch.fd, &head, MSG_NOSIGNAL);
}

static enum fault socket_write(struct stream *s, const struct iovec *iov, int n, size_t *put)
{
	ssize_t r;

	do
		r = n == 1 ? syscall(SYS_sendto, s->watch.fd, iov->iov_base, iov->iov_len,
				 MSG_NOSIGNAL, NULL, 0)
			   : socket_send_pieces(s, iov, n);
	while (r < 0 && errno == EINTR);
	*put = r > 0 ? (size_t)r : 0;
	return r < 0 && errno != EAGAIN ? socket_fault() : FAULT_NONE;
}

static void socket_shut(struct stream *s)
{
	shutdown(s->watch.fd, SHUT_WR);
}

static size_t socket_unsent(struct stream *s)
{
	int n = 0;

	return ioctl(s->watch.fd, SIOCOUTQ, &n) == 0 && n > 0 ? (size_t)n : 0;
}

enum { SOCKET_PROBE_AFTER = 60, SOCKET_PROBE_EVERY = 15, SOCKET_PROBES = 4 };	/* seconds */

/* Of a unix socket nothing can get lost on the way: there it fails, which is fine. */
static void socket_probe(struct stream *s)
{
	const int on = 1, after = SOCKET_PROBE_AFTER, every = SOCKET_PROBE_EVERY, n = SOCKET_PROBES;
	int fd = s->watch.fd;

	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &after, sizeof(after));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every, sizeof(every));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &n, sizeof(n));
}

static void socket_close(struct stream *s, bool reset)
{
	struct linger hard = {1, 0};

	if (reset)
		setsockopt(s->watch.fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(s->watch.fd);
}

const struct stream_io stream_socket_io = {
	.name = "socket",
	.read = socket_read,
	.write = socket_write,
	.shut = socket_shut,
	.unsent = socket_unsent,
	.probe = socket_probe,
	.close = socket_close,
};
