#include "process/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum { NOTIFY_SIZE = 512 };

static int notify_fd = -1;
static struct sockaddr_un notify_to;
static socklen_t notify_to_size;

/* "/path", or "@name" in the abstract name space. */
static bool notify_address(const char *to)
{
	size_t n = strlen(to);

	if ((to[0] != '/' && to[0] != '@') || n < 2 || n >= sizeof(notify_to.sun_path)) {
		errno = EAFNOSUPPORT;
		return false;
	}
	notify_to = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(notify_to.sun_path, to, n);
	notify_to_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	if (to[0] == '@')
		notify_to.sun_path[0] = '\0';
	else
		notify_to_size++;
	return true;
}

void notify_open(void)
{
	const char *to = getenv("NOTIFY_SOCKET");

	notify_close();
	if (to == NULL)
		return;
	if (notify_address(to))
		notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (notify_fd < 0)
		log_line(LOG_LEVEL_WARN, "NOTIFY_SOCKET=%s: %s", to, strerror(errno));
}

void notify_close(void)
{
	if (notify_fd >= 0)
		close(notify_fd);
	notify_fd = -1;
}

bool notify_wanted(void)
{
	return notify_fd >= 0;
}

static __attribute__((format(printf, 1, 2))) void notify_say(const char *fmt, ...)
{
	char text[NOTIFY_SIZE];
	va_list args;

	if (notify_fd < 0)
		return;
	va_start(args, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	size_t size = n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1;
	if (sendto(notify_fd, text, size, MSG_NOSIGNAL, (const struct sockaddr *)&notify_to,
	    notify_to_size) < 0)
		log_fault(FAULT_SYSTEM, "service manager: %s", strerror(errno));
}

void notify_ready(const char *status)
{
	notify_say("READY=1\nSTATUS=%s\n", status);
}

/* The manager compares that with when it asked (systemd.service(5), Type=notify-reload). */
void notify_reloading(void)
{
	notify_say("RELOADING=1\nMONOTONIC_USEC=%" PRIu64 "\n", clock_mono_us());
}

void notify_stopping(const char *status)
{
	notify_say("STOPPING=1\nSTATUS=%s\n", status);
}

void notify_status(const char *status)
{
	notify_say("STATUS=%s\n", status);
}

void notify_main(pid_t pid, const char *status)
{
	notify_say("MAINPID=%ld\nREADY=1\nSTATUS=%s\n", (long)pid, status);
}

void notify_alive(void)
{
	notify_say("WATCHDOG=1\n");
}

/* A number in the environment; 0: there is none. */
static uint64_t notify_number(const char *name)
{
	const char *text = getenv(name);
	char *end;

	if (text == NULL || *text < '0' || *text > '9')
		return 0;
	errno = 0;
	unsigned long long value = strtoull(text, &end, 10);
	return errno || *end ? 0 : value;
}

uint64_t notify_patience(void)
{
	uint64_t pid = notify_number("WATCHDOG_PID");

	if (notify_fd < 0 || (getenv("WATCHDOG_PID") && pid != (uint64_t)getpid()))
		return 0;
	return notify_number("WATCHDOG_USEC") / 1000;
}
