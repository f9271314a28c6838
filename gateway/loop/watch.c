#include "loop/watch.h"

static void watch_ready(evutil_socket_t fd, short what, void *arg)
{
	struct watch *watch = arg;
	struct worker *w = watch->worker;

	(void)fd;
	worker_enter(w);
	watch->ready(watch, ((what & EV_READ) ? WATCH_READ : 0U) |
	    ((what & EV_WRITE) ? WATCH_WRITE : 0U));
	worker_settle(w);
}

void watch_init(struct watch *watch, struct worker *w, int fd,
    void (*ready)(struct watch *, unsigned))
{
	watch->worker = w;
	watch->ready = ready;
	watch->fd = fd;
	watch->armed = 0;
}

enum fault watch_arm(struct watch *watch, unsigned what)
{
	short events = EV_PERSIST;

	if (watch->armed == what)
		return FAULT_NONE;
	if (watch->fd >= 0) {
		if (watch->armed)
			event_del(&watch->event);
		watch->armed = 0;
		if (what & WATCH_READ)
			events |= EV_READ;
		if (what & WATCH_WRITE)
			events |= EV_WRITE;
		if (what && (event_assign(&watch->event, watch->worker->base, watch->fd, events,
				 watch_ready, watch) != 0 ||
				event_add(&watch->event, NULL) != 0))
			return FAULT_NO_MEMORY;
	}
	watch->armed = what;
	return FAULT_NONE;
}

void watch_fini(struct watch *watch)
{
	if (watch->armed && watch->fd >= 0)
		event_del(&watch->event);
	watch->armed = 0;
}
