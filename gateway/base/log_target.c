#include "base/log_target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

static const int log_target_priorities[] = {
	[LOG_LEVEL_ERROR] = LOG_ERR,
	[LOG_LEVEL_WARN] = LOG_WARNING,
	[LOG_LEVEL_INFO] = LOG_INFO,
	[LOG_LEVEL_DEBUG] = LOG_DEBUG,
};

/*
 * O_NONBLOCK means nothing to a file. The opening of a FIFO that nobody reads would never return
 * without it, nor would a write to one that nobody reads any more.
 */
static int log_target_open_file(const char *path)
{
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
}

static int log_target_open_journal(void)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/socket"};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0) {
		int error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

static int log_target_open_fd(struct log_target *t)
{
	t->kind = LOG_TARGET_FILE;
	if (strcmp(t->to, "stderr") == 0)
		return STDERR_FILENO;
	if (strcmp(t->to, "stdout") == 0)
		return STDOUT_FILENO;
	if (strcmp(t->to, "journal") == 0) {
		t->kind = LOG_TARGET_JOURNAL;
		return log_target_open_journal();
	}
	if (strcmp(t->to, "syslog") == 0) {
		t->kind = LOG_TARGET_SYSLOG;
		openlog("framegate", LOG_PID | LOG_NDELAY, LOG_DAEMON);
		return -1;
	}
	return log_target_open_file(t->to);
}

int log_target_open(struct log_target *t, const char *to)
{
	t->to = strdup(to);
	if (t->to == NULL)
		return ENOMEM;
	t->fd = log_target_open_fd(t);
	if (t->fd >= 0 || t->kind == LOG_TARGET_SYSLOG)
		return 0;
	int error = errno;
	free(t->to);
	t->to = NULL;
	return error;
}

void log_target_close(struct log_target *t)
{
	if (t->fd > STDERR_FILENO)
		close(t->fd);
	free(t->to);
	*t = (struct log_target){.fd = -1};
}

bool log_target_stamps(enum log_target_kind kind)
{
	return kind != LOG_TARGET_FILE;
}

/* The journal's own protocol: one field a line (systemd.journal-fields). */
static size_t log_target_write_journal(const struct log_target *t, enum log_level level,
    struct slice s)
{
	char tail[] = "\nSYSLOG_IDENTIFIER=framegate\nPRIORITY=0\n";
	struct iovec iov[] = {
		{(void *)(uintptr_t)"MESSAGE=", 8},
		{(void *)(uintptr_t)s.p, s.n},
		{tail, sizeof(tail) - 1},
	};

	tail[sizeof(tail) - 3] = (char)('0' + log_target_priorities[level]);
	return writev(t->fd, iov, 3) < 0 ? 0 : s.n;
}

static size_t log_target_write_file(const struct log_target *t, struct slice s)
{
	size_t done = 0;

	while (done < s.n) {
		ssize_t n = write(t->fd, s.p + done, s.n - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		done += (size_t)n;
	}
	return done;
}

size_t log_target_write(const struct log_target *t, enum log_level level, struct slice s)
{
	switch (t->kind) {
	case LOG_TARGET_FILE:
		return log_target_write_file(t, s);
	case LOG_TARGET_SYSLOG:
		syslog(log_target_priorities[level], "%.*s", SLICE_ARG(s));
		return s.n;
	case LOG_TARGET_JOURNAL:
		return log_target_write_journal(t, level, s);
	}
	return s.n;
}
