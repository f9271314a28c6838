#include "loop/worker.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/thread.h"

enum {
	SETTLE_BUDGET = 32,	/* resumed reads until other sockets get their turn again */
	TURN_EVENTS = 64	/* fetched from the kernel at a time */
};

void task_init(struct task *t, void (*run)(struct task *))
{
	list_init(&t->link);
	t->run = run;
}

void task_cancel(struct task *t)
{
	list_remove(&t->link);
}

void worker_bury(struct worker *w, struct task *t)
{
	list_remove(&t->link);
	list_append(&w->last, &t->link);
}

/* In front: what is buried may still be owner of what is written. */
void worker_hold(struct worker *w, struct task *t)
{
	list_prepend(&w->last, &t->link);
}

static inline bool worker_run_one(struct list *list)
{
	struct list *l = list->next;

	if (l == list)
		return false;
	list_remove(l);
	struct task *t = LIST_OWNER(l, struct task, link);
	t->run(t);
	return true;
}

void worker_enter(struct worker *w)
{
	w->now = clock_mono_ms();
}

void worker_flush(struct worker *w)
{
	while (worker_run_one(&w->corked))
		continue;
}

static APART void worker_run_last(struct worker *w)
{
	while (worker_run_one(&w->last))
		worker_flush(w);
}

static APART void worker_go_on(struct worker *w)
{
	int budget = SETTLE_BUDGET;

	while (budget-- > 0 && worker_run_one(&w->resumed))
		worker_flush(w);
}

void worker_settle(struct worker *w)
{
	worker_flush(w);
	if (!list_empty(&w->resumed))
		worker_go_on(w);
	if (!w->in_turn)
		worker_run_last(w);
}

void worker_run_timers(struct worker *w)
{
	struct timer *t;

	while (timers_next(&w->timers) <= w->now) {
		t = timers_take(&w->timers, w->now);
		t->fire(t);
		worker_flush(w);
	}
	worker_settle(w);
}

static struct letter *worker_take_mail(struct worker *w)
{
	pthread_mutex_lock(&w->mail_lock);
	struct letter *mail = w->mail;
	w->mail = NULL;
	w->mail_end = &w->mail;
	pthread_mutex_unlock(&w->mail_lock);
	return mail;
}

void worker_open_mail(struct worker *w)
{
	for (struct letter *l = worker_take_mail(w), *next; l; l = next) {
		next = l->next;
		l->open(w, l);
	}
}

static void worker_on_mail(struct watch *watch, unsigned what)
{
	struct worker *w = watch->worker;
	uint64_t count;

	(void)what;
	if (read(watch->fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		log_fault(FAULT_SYSTEM, "worker %u: mailbox: %s", w->index, strerror(errno));
	worker_open_mail(w);
}

void worker_post(struct worker *to, struct letter *l)
{
	uint64_t one = 1;

	l->next = NULL;
	pthread_mutex_lock(&to->mail_lock);
	bool first = to->mail == NULL;
	*to->mail_end = l;
	to->mail_end = &l->next;
	pthread_mutex_unlock(&to->mail_lock);
	if (first && to->mail_watch.fd >= 0 && write(to->mail_watch.fd, &one, sizeof(one)) < 0)
		log_fault(FAULT_SYSTEM, "worker %u: mailbox: %s", to->index, strerror(errno));
}

static enum fault worker_init_poll(struct worker *w)
{
	w->poll_fd = epoll_create1(EPOLL_CLOEXEC);
	w->mail_watch.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	w->events = calloc(TURN_EVENTS, sizeof(*w->events));
	if (w->events == NULL)
		return FAULT_NO_MEMORY;
	if (w->poll_fd < 0 || w->mail_watch.fd < 0)
		return FAULT_NO_FILES;
	return watch_arm(&w->mail_watch, WATCH_READ);
}

enum fault worker_init(struct worker *w, unsigned index, bool polls)
{
	memset(w, 0, sizeof(*w));
	w->index = index;
	w->poll_fd = -1;
	watch_init(&w->mail_watch, w, -1, worker_on_mail);
	w->mail_end = &w->mail;
	list_init(&w->corked);
	list_init(&w->resumed);
	list_init(&w->last);
	pthread_mutex_init(&w->mail_lock, NULL);
	worker_enter(w);
	w->scratch = malloc(WORKER_SCRATCH);
	enum fault f = w->scratch == NULL ? FAULT_NO_MEMORY : FAULT_NONE;
	if (f == FAULT_NONE && polls)
		f = worker_init_poll(w);
	if (f != FAULT_NONE)
		worker_fini(w);
	return f;
}

static void worker_drop_mail(struct worker *w)
{
	for (struct letter *l = worker_take_mail(w), *next; l; l = next) {
		next = l->next;
		if (l->drop)
			l->drop(l);
	}
}

void worker_fini(struct worker *w)
{
	worker_drop_mail(w);
	while (worker_run_one(&w->last))
		continue;
	if (w->mail_watch.fd >= 0)
		close(w->mail_watch.fd);
	if (w->poll_fd >= 0)
		close(w->poll_fd);
	w->mail_watch.fd = w->poll_fd = -1;
	timers_fini(&w->timers);
	free(w->events);
	w->events = NULL;
	free(w->scratch);
	w->scratch = NULL;
	pthread_mutex_destroy(&w->mail_lock);
}

/* How long the kernel may make us wait: until the next timer, not at all if work is left over. */
static int worker_patience(const struct worker *w, int most)
{
	uint64_t next = timers_next(&w->timers);

	if (!list_empty(&w->resumed) || most == 0)
		return 0;
	if (next == CLOCK_NEVER)
		return most;
	uint64_t left = next > w->now ? next - w->now : 0;
	if (most > 0 && left > (uint64_t)most)
		return most;
	return left < INT_MAX ? (int)left : INT_MAX;
}

/*
 * Like epoll_wait, which is a cancellation point: in a program with threads each call of it pays
 * two atomic operations for what nobody here ever uses.
 */
static int worker_wait(const struct worker *w, int timeout)
{
	return (int)syscall(SYS_epoll_pwait, w->poll_fd, w->events, TURN_EVENTS, timeout, NULL, 8);
}

static INLINED void worker_go_round(struct worker *w, int most)
{
	int n = worker_wait(w, worker_patience(w, most));

	worker_enter(w);
	w->in_turn = true;
	for (int i = 0; i < n; i++) {
		struct watch *watch = w->events[i].data.ptr;
		unsigned what = w->events[i].events;
		if (what & (EPOLLERR | EPOLLHUP))
			what |= WATCH_READ | WATCH_WRITE;
		what &= watch->armed;
		if (what == 0)
			continue;	/* it was let go of earlier in this turn */
		watch->ready(watch, what);
		worker_flush(w);
		if (!list_empty(&w->resumed))
			worker_go_on(w);
	}
	w->in_turn = false;
	if (timers_next(&w->timers) <= w->now)
		worker_run_timers(w);
	else if (!list_empty(&w->last) || n == 0)
		worker_settle(w);
}

void worker_turn(struct worker *w, int most)
{
	worker_go_round(w, most);
}

void worker_run(struct worker *w)
{
	while (!w->ended)
		worker_go_round(w, -1);
}

void worker_stop(struct worker *w)
{
	w->ended = true;
}

static void *worker_thread(void *arg)
{
	worker_run(arg);
	return NULL;
}

enum fault worker_start(struct worker *w)
{
	char name[16];

	snprintf(name, sizeof(name), "worker %u", w->index);
	int error = thread_start(&w->thread, name, worker_thread, w);
	if (error) {
		log_fault(FAULT_SYSTEM, "worker %u: %s", w->index, strerror(error));
		return FAULT_SYSTEM;
	}
	return FAULT_NONE;
}

void worker_join(struct worker *w)
{
	pthread_join(w->thread, NULL);
}
