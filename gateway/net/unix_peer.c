#include "net/unix_peer.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int unix_peer_connect(const char *path)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(un.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(un.sun_path, path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&un, sizeof(un)) == 0)
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

bool unix_peer_send(int fd, struct slice bytes)
{
	ssize_t n = 0;

	while (bytes.n > 0 && n >= 0) {
		n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
		if (n > 0)
			bytes = (struct slice){bytes.p + n, bytes.n - (size_t)n};
	}
	return n >= 0;
}

bool unix_peer_user(int fd, unsigned *uid)
{
	struct ucred who;
	socklen_t size = sizeof(who);
	struct sockaddr_storage own;
	socklen_t own_size = sizeof(own);

	if (getsockname(fd, (struct sockaddr *)&own, &own_size) != 0 || own.ss_family != AF_UNIX ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0)
		return false;
	*uid = (unsigned)who.uid;
	return true;
}
