#include "loop/watch.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/log.h"
#include "loop/worker.h"

static_assert((int)WATCH_READ == (int)EPOLLIN && (int)WATCH_WRITE == (int)EPOLLOUT,
    "watch.h says so");

void watch_init(struct watch *watch, struct worker *w, int fd,
    void (*ready)(struct watch *, unsigned))
{
	watch->worker = w;
	watch->ready = ready;
	watch->fd = fd;
	watch->armed = 0;
}

static int watch_operation(unsigned before, unsigned after)
{
	return after == 0 ? EPOLL_CTL_DEL : before == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
}

enum fault watch_arm(struct watch *watch, unsigned what)
{
	struct epoll_event e = {.events = what, .data.ptr = watch};

	if (watch->armed == what)
		return FAULT_NONE;
	if (watch->fd >= 0 && epoll_ctl(watch->worker->poll_fd,
	    watch_operation(watch->armed, what), watch->fd, &e) != 0) {
		log_fault(FAULT_SYSTEM, "epoll_ctl: %s", strerror(errno));
		return errno == ENOMEM || errno == ENOSPC ? FAULT_NO_MEMORY : FAULT_SYSTEM;
	}
	watch->armed = what;
	return FAULT_NONE;
}

void watch_fini(struct watch *watch)
{
	if (watch->armed && watch->fd >= 0)
		epoll_ctl(watch->worker->poll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
	watch->armed = 0;
}
