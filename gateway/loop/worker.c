#include "loop/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"

enum { SETTLE_BUDGET = 32 };	/* resumed reads until other sockets get their turn again */

void task_init(struct task *t, void (*run)(struct task *))
{
	list_init(&t->link);
	t->run = run;
}

void task_cancel(struct task *t)
{
	list_remove(&t->link);
}

static void task_queue(struct list *list, struct task *t)
{
	if (list_empty(&t->link))
		list_append(list, &t->link);
}

void worker_cork(struct worker *w, struct task *t)
{
	task_queue(&w->corked, t);
}

void worker_resume(struct worker *w, struct task *t)
{
	task_queue(&w->resumed, t);
}

void worker_bury(struct worker *w, struct task *t)
{
	list_remove(&t->link);
	list_append(&w->buried, &t->link);
}

static bool worker_run_one(struct list *list)
{
	struct list *l = list_take(list);

	if (l == NULL)
		return false;
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

static void worker_set_alarm(struct worker *w)
{
	uint64_t next = timers_next(&w->timers);

	if (next == w->alarm_at || w->base == NULL)
		return;
	w->alarm_at = next;
	if (next == CLOCK_NEVER) {
		event_del(&w->alarm);
		return;
	}
	uint64_t ms = next > w->now ? next - w->now : 0;
	struct timeval tv = {(time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000)};
	event_add(&w->alarm, &tv);
}

void worker_settle(struct worker *w)
{
	int budget = SETTLE_BUDGET;

	do
		worker_flush(w);
	while (budget-- > 0 && worker_run_one(&w->resumed));
	if (!list_empty(&w->resumed) && w->base)
		event_active(&w->again, EV_TIMEOUT, 0);
	while (worker_run_one(&w->buried))
		continue;
	worker_set_alarm(w);
}

void worker_run_timers(struct worker *w)
{
	struct timer *t;

	while ((t = timers_take(&w->timers, w->now)) != NULL) {
		t->fire(t);
		worker_flush(w);
	}
	worker_settle(w);
}

static void worker_on_alarm(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;

	(void)fd;
	(void)what;
	w->alarm_at = CLOCK_NEVER;
	worker_enter(w);
	worker_run_timers(w);
}

static void worker_on_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	worker_enter(arg);
	worker_settle(arg);
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

static void worker_on_mail(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		log_fault(FAULT_SYSTEM, "worker %u: mailbox: %s", w->index, strerror(errno));
	worker_enter(w);
	for (struct letter *l = worker_take_mail(w), *next; l; l = next) {
		next = l->next;
		l->open(w, l);
	}
	worker_settle(w);
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
	if (first && write(to->mail_fd, &one, sizeof(one)) < 0)
		log_fault(FAULT_SYSTEM, "worker %u: mailbox: %s", to->index, strerror(errno));
}

/* No locks inside libevent: a base is only ever touched by its own thread. */
static enum fault worker_init_base(struct worker *w)
{
	struct event_config *settings = event_config_new();

	if (settings == NULL)
		return FAULT_NO_MEMORY;
	event_config_set_flag(settings, EVENT_BASE_FLAG_NOLOCK);
	event_config_set_flag(settings, EVENT_BASE_FLAG_IGNORE_ENV);
	w->base = event_base_new_with_config(settings);
	event_config_free(settings);
	w->mail_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (w->base == NULL || w->mail_fd < 0)
		return FAULT_NO_FILES;
	event_assign(&w->alarm, w->base, -1, 0, worker_on_alarm, w);
	event_assign(&w->again, w->base, -1, 0, worker_on_again, w);
	event_assign(&w->mail_event, w->base, w->mail_fd, EV_READ | EV_PERSIST, worker_on_mail, w);
	if (event_add(&w->mail_event, NULL) != 0)
		return FAULT_NO_MEMORY;
	return FAULT_NONE;
}

enum fault worker_init(struct worker *w, unsigned index, bool base_wanted)
{
	memset(w, 0, sizeof(*w));
	w->index = index;
	w->mail_fd = -1;
	w->mail_end = &w->mail;
	w->alarm_at = CLOCK_NEVER;
	list_init(&w->corked);
	list_init(&w->resumed);
	list_init(&w->buried);
	pthread_mutex_init(&w->mail_lock, NULL);
	worker_enter(w);
	w->scratch = malloc(WORKER_SCRATCH);
	enum fault f = w->scratch == NULL ? FAULT_NO_MEMORY : FAULT_NONE;
	if (f == FAULT_NONE && base_wanted)
		f = worker_init_base(w);
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
	while (worker_run_one(&w->buried))
		continue;
	if (w->base)
		event_base_free(w->base);
	w->base = NULL;
	if (w->mail_fd >= 0)
		close(w->mail_fd);
	w->mail_fd = -1;
	timers_fini(&w->timers);
	free(w->scratch);
	w->scratch = NULL;
	pthread_mutex_destroy(&w->mail_lock);
}

void worker_run(struct worker *w)
{
	event_base_loop(w->base, EVLOOP_NO_EXIT_ON_EMPTY);
}

void worker_stop(struct worker *w)
{
	event_base_loopbreak(w->base);
}

static void *worker_thread(void *arg)
{
	worker_run(arg);
	return NULL;
}

enum fault worker_start(struct worker *w)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&w->thread, NULL, worker_thread, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
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
