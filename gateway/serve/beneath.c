#include "serve/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef SYS_openat2
#include <linux/openat2.h>
#endif

enum { BENEATH_TRIES = 8, BENEATH_NAME = 256 };

int beneath_walk(int dir, const char *path, int flags)
{
	char name[BENEATH_NAME];
	int at = dir, fd = -1;

	for (;;) {
		size_t n = strcspn(path, "/");
		bool last = path[n + strspn(path + n, "/")] == '\0';
		if (n >= sizeof(name) || n == 0) {
			errno = n == 0 ? ENOENT : ENAMETOOLONG;
			break;
		}
		memcpy(name, path, n);
		name[n] = '\0';
		if (strcmp(name, "..") == 0) {
			errno = EXDEV;
			break;
		}
		/* What ends in a slash must be a directory. */
		int how = last ? flags | (path[n] ? O_DIRECTORY : 0) : O_PATH | O_DIRECTORY;
		fd = openat(at, name, how | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0 || last)
			break;
		if (at != dir)
			close(at);
		at = fd;
		fd = -1;
		path += n + strspn(path + n, "/");
	}
	int error = errno;
	if (at != dir)
		close(at);
	errno = error;
	return fd;
}

#ifdef SYS_openat2
static int beneath_openat2(int dir, const char *path, int flags, uint64_t resolve)
{
	struct open_how how = {.flags = (unsigned)(flags | O_CLOEXEC), .resolve = resolve};

	return (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
}

/* EAGAIN: something was renamed meanwhile, and the kernel cannot be sure. */
static int beneath_try(int dir, const char *path, int flags)
{
	int fd = -1;

	for (int i = 0; i < BENEATH_TRIES; i++) {
		fd = beneath_openat2(dir, path, flags, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd;
}

/* Sandboxes that do not know the call answer EPERM. */
int beneath_open(int dir, const char *path, int flags)
{
	static _Atomic bool missing;

	if (!atomic_load_explicit(&missing, memory_order_relaxed)) {
		int fd = beneath_try(dir, path, flags);
		if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
			return fd;
		if (errno == ENOSYS)
			atomic_store_explicit(&missing, true, memory_order_relaxed);
	}
	return beneath_walk(dir, path, flags);
}
#else
int beneath_open(int dir, const char *path, int flags)
{
	return beneath_walk(dir, path, flags);
}
#endif

#if defined(SYS_openat2) && defined(RESOLVE_CACHED)
/* What this kernel or sandbox does not know may have to wait. */
static int beneath_cached(int dir, const char *path, int flags, uint64_t resolve)
{
	int fd = beneath_openat2(dir, path, flags, RESOLVE_CACHED | resolve);

	if (fd < 0 && (errno == ENOSYS || errno == EPERM || errno == EINVAL))
		errno = EAGAIN;
	return fd;
}

int beneath_open_cached(int dir, const char *path, int flags)
{
	return beneath_cached(dir, path, flags, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
}

int beneath_root(const char *dir, bool cached)
{
	return cached ? beneath_cached(AT_FDCWD, dir, O_PATH | O_DIRECTORY, 0)
	    : open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
}
#else
int beneath_open_cached(int dir, const char *path, int flags)
{
	(void)dir;
	(void)path;
	(void)flags;
	errno = EAGAIN;
	return -1;
}

int beneath_root(const char *dir, bool cached)
{
	if (!cached)
		return open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	errno = EAGAIN;
	return -1;
}
#endif
