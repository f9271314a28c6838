#include "net/peek.h"

#include <errno.h>
#include <sys/socket.h>

enum fault peek_bytes(int fd, uint8_t *p, size_t n, size_t *got)
{
	ssize_t r = recv(fd, p, n, MSG_PEEK);

	*got = r > 0 ? (size_t)r : 0;
	if (r == 0)
		return FAULT_PEER_EOF;
	return r > 0 || errno == EAGAIN || errno == EINTR ? FAULT_NONE : FAULT_RESET;
}

void peek_take(int fd, uint8_t *p, size_t n)
{
	if (n > 0 && recv(fd, p, n, 0) < 0)
		return;		/* an error shows again when the socket is read */
}
