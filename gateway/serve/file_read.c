#include "serve/file_read.h"

#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

ssize_t file_read(int fd, void *p, size_t n, uint64_t at)
{
	ssize_t got;

	do
		got = pread(fd, p, n, (off_t)at);
	while (got < 0 && errno == EINTR);
	return got;
}

static ssize_t file_read_nowait(int fd, void *p, size_t n, uint64_t at)
{
#ifdef RWF_NOWAIT
	struct iovec iov = {p, n};

	return preadv2(fd, &iov, 1, (off_t)at, RWF_NOWAIT);
#else
	(void)fd;
	(void)p;
	(void)n;
	(void)at;
	errno = EOPNOTSUPP;
	return -1;
#endif
}

ssize_t file_read_cached(int fd, void *p, size_t n, uint64_t at)
{
	ssize_t got = file_read_nowait(fd, p, n, at);

	if (got < 0 && (errno == EOPNOTSUPP || errno == ENOSYS || errno == EPERM ||
	    errno == EINTR || errno == EINVAL))
		errno = EAGAIN;
	return got;
}

bool file_read_tells(int fd)
{
	char byte;

	return file_read_nowait(fd, &byte, 1, 0) >= 0 || errno == EAGAIN;
}
