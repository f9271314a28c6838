#include "process/pid_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

static enum fault pid_file_fail(const char *path)
{
	log_line(LOG_LEVEL_ERROR, "pid_file: %s: %s", path, strerror(errno));
	return FAULT_SYSTEM;
}

enum fault pid_file_open(const char *path, int *fd)
{
	*fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	return *fd >= 0 ? FAULT_NONE : pid_file_fail(path);
}

enum fault pid_file_write(const char *path, int fd)
{
	if (ftruncate(fd, 0) == 0 && dprintf(fd, "%ld\n", (long)getpid()) > 0)
		return FAULT_NONE;
	return pid_file_fail(path);
}

void pid_file_remove(const char *path, int fd)
{
	if (unlink(path) != 0 && ftruncate(fd, 0) != 0)
		log_line(LOG_LEVEL_WARN, "pid_file: %s: %s", path, strerror(errno));
	close(fd);
}
