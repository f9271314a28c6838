/*
 * A disk that does not answer, for LD_PRELOAD: nothing of a file whose name ends in ".slow" is in
 * memory, and reading it from a place waits until the file SLOW_DISK_GATE is there. SLOW_DISK_SEEN
 * is made when somebody waits.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_slow(int fd)
{
	char link[64], name[4096];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, name, sizeof(name));
	return n > 5 && memcmp(name + n - 5, ".slow", 5) == 0;
}

static void wait_for_gate(void)
{
	const char *gate = getenv("SLOW_DISK_GATE"), *seen = getenv("SLOW_DISK_SEEN");
	int fd = open(seen, O_CREAT | O_WRONLY, 0600);

	if (fd >= 0)
		close(fd);
	while (access(gate, F_OK) != 0)
		usleep(1000);
}

ssize_t pread64(int fd, void *p, size_t n, off64_t at)
{
	static ssize_t (*next)(int, void *, size_t, off64_t);

	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "pread64");
	if (is_slow(fd))
		wait_for_gate();
	return next(fd, p, n, at);
}

ssize_t pread(int fd, void *p, size_t n, off_t at)
{
	return pread64(fd, p, n, at);
}

ssize_t preadv64v2(int fd, const struct iovec *iov, int n, off64_t at, int flags)
{
	static ssize_t (*next)(int, const struct iovec *, int, off64_t, int);

	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "preadv64v2");
	if (!is_slow(fd) || !(flags & RWF_NOWAIT))
		return next(fd, iov, n, at, flags);
	errno = EAGAIN;
	return -1;
}

ssize_t preadv2(int fd, const struct iovec *iov, int n, off_t at, int flags)
{
	return preadv64v2(fd, iov, n, at, flags);
}
