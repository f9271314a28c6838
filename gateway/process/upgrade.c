#include "process/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/log.h"
#include "net/bound.h"
#include "net/fd_link.h"
#include "net/given.h"
#include "process/handover.h"
#include "process/launcher.h"

enum { UPGRADE_LINE = 1024 };	/* bytes of a line that the new program says */

enum upgrade_state {
	UPGRADE_IDLE,
	UPGRADE_LAUNCHING,
	UPGRADE_OVER		/* the new program is the service, or this one stops */
};

struct upgrade {
	struct worker			*main;
	const struct upgrade_events	*events;
	void				*owner;
	struct watch			 news;		/* of the launcher */
	struct watch			 link, words;	/* of the new program */
	struct timer			 timer;
	uint64_t			 patience;	/* ms */
	enum upgrade_state		 state;
	pid_t				 pid;
	struct elders			*elders;
	int				 door;		/* ours, as an elder; -1: none */
	size_t				 n_line;
	char				 line[UPGRADE_LINE];
};

/* Everything that the new program gets, in the order of its descriptors. */
struct upgrade_dowry {
	struct buffer	 variables;
	int		 fds[LAUNCHER_MOST];
	size_t		 n;
	bool		 too_many;
};

static void upgrade_close(struct watch *w)
{
	if (w->fd < 0)
		return;
	watch_fini(w);
	close(w->fd);
	w->fd = -1;
}

/* What it said as long as its standard error is ours to read; its own log has the rest. */
static void upgrade_say(struct upgrade *u)
{
	if (u->n_line > 0)
		log_line(LOG_LEVEL_INFO, "upgrade: new program: %.*s", (int)u->n_line, u->line);
	u->n_line = 0;
}

static void upgrade_hear_words(struct upgrade *u)
{
	char bytes[UPGRADE_LINE];
	ssize_t n;

	while (u->words.fd >= 0 && (n = read(u->words.fd, bytes, sizeof(bytes))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return;
		for (ssize_t i = 0; i < n; i++) {
			if (bytes[i] == '\n' || u->n_line == sizeof(u->line))
				upgrade_say(u);
			if (bytes[i] != '\n')
				u->line[u->n_line++] = bytes[i];
		}
	}
	upgrade_say(u);
	upgrade_close(&u->words);
}

static void upgrade_let_go(struct upgrade *u)
{
	if (u->door >= 0)
		close(u->door);
	u->door = -1;
	timer_set(u->main, &u->timer, CLOCK_NEVER);
	upgrade_hear_words(u);
	upgrade_say(u);
	upgrade_close(&u->words);
	upgrade_close(&u->link);
}

static void upgrade_fail(struct upgrade *u, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Nothing has changed: this process goes on as if it had never been asked. */
static void upgrade_fail(struct upgrade *u, const char *fmt, ...)
{
	char why[UPGRADE_LINE];
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	upgrade_let_go(u);
	launcher_kill(u->news.fd);
	u->state = UPGRADE_IDLE;
	u->pid = 0;
	log_line(LOG_LEVEL_ERROR, "upgrade: %s; this program goes on, nothing has changed", why);
}

static void upgrade_hear_ready(struct upgrade *u)
{
	timer_set(u->main, &u->timer, CLOCK_NEVER);
	u->state = UPGRADE_OVER;
	u->events->ready(u->owner);
}

pid_t upgrade_successor(const struct upgrade *u)
{
	return u->pid;
}

int upgrade_door(struct upgrade *u)
{
	int door = u->door;

	u->door = -1;
	return door;
}

void upgrade_pass(struct upgrade *u)
{
	const char yours = HANDOVER_YOURS;

	if (!fd_link_send(u->link.fd, &yours, 1, NULL, 0))
		log_line(LOG_LEVEL_ERROR, "upgrade: process %ld: %s", (long)u->pid,
		    strerror(errno));
	log_line(LOG_LEVEL_INFO, "upgrade: process %ld has taken over; this one ends with its last "
	    "session", (long)u->pid);
	upgrade_let_go(u);
}

static void upgrade_on_link(struct watch *w, unsigned what)
{
	struct upgrade *u = LIST_OWNER(w, struct upgrade, link);
	size_t none = 0;
	char word;

	(void)what;
	ssize_t n = fd_link_receive(w->fd, &word, 1, NULL, &none);
	if (u->state != UPGRADE_LAUNCHING || n == 0 || (n < 0 && errno != EMSGSIZE))
		upgrade_close(w);	/* it has ended: the launcher says how */
	else if (n == 1 && word == HANDOVER_READY)
		upgrade_hear_ready(u);
	else
		upgrade_fail(u, "the new program said what is no word of a framegate");
}

static void upgrade_on_words(struct watch *w, unsigned what)
{
	(void)what;
	upgrade_hear_words(LIST_OWNER(w, struct upgrade, words));
}

/* It is the service by then, so this one, which may live longer, only says it. */
static void upgrade_lament(const struct upgrade *u, int status)
{
	if (WIFSIGNALED(status))
		log_line(LOG_LEVEL_ERROR, "upgrade: process %ld, which has taken over, was ended "
		    "by signal %d", (long)u->pid, WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		log_line(LOG_LEVEL_ERROR, "upgrade: process %ld, which has taken over, ended with "
		    "exit status %d", (long)u->pid, WEXITSTATUS(status));
}

static void upgrade_ended(struct upgrade *u, int status)
{
	if (u->state == UPGRADE_OVER && u->pid > 0)
		upgrade_lament(u, status);
	if (u->state != UPGRADE_LAUNCHING)
		return;
	if (WIFSIGNALED(status))
		upgrade_fail(u, "the new program was ended by signal %d before it was ready",
		    WTERMSIG(status));
	else
		upgrade_fail(u, "the new program ended with exit status %d before it was ready",
		    WEXITSTATUS(status));
}

/* Its start may be told after it has said that it is ready: what waits is looked at again. */
static void upgrade_started(struct upgrade *u, pid_t pid)
{
	u->pid = pid;
	log_line(LOG_LEVEL_INFO, "upgrade: the new program is process %ld", (long)pid);
	if (watch_arm(&u->link, WATCH_READ) != FAULT_NONE)
		upgrade_fail(u, "out of memory");
}

static void upgrade_on_news(struct watch *w, unsigned what)
{
	struct upgrade *u = LIST_OWNER(w, struct upgrade, news);
	struct launcher_news news;
	int heard;

	(void)what;
	while ((heard = launcher_hear(w->fd, &news)) > 0) {
		if (news.event == LAUNCHER_ENDED)
			upgrade_ended(u, news.number);
		else if (u->state != UPGRADE_LAUNCHING)
			continue;
		else if (news.event == LAUNCHER_STARTED)
			upgrade_started(u, news.number);
		else
			upgrade_fail(u, "the new program could not be started: %s",
			    strerror(news.number));
	}
	if (heard == 0)
		return;
	upgrade_close(w);
	log_line(LOG_LEVEL_ERROR, "upgrade: the launcher has ended: there can be no upgrade");
	if (u->state == UPGRADE_LAUNCHING)
		upgrade_fail(u, "nobody knows what has become of the new program");
}

static void upgrade_expire(struct timer *t)
{
	struct upgrade *u = LIST_OWNER(t, struct upgrade, timer);

	upgrade_fail(u, "the new program was not ready within %g s (upgrade_timeout)",
	    (double)u->patience / 1000);
}

/* Its number there; name: of what it is in the list of a variable. */
static int upgrade_give(struct upgrade_dowry *d, int fd)
{
	if (d->n == LAUNCHER_MOST - 1)
		d->too_many = true;
	else
		d->fds[d->n++] = fd;
	return LAUNCHER_FIRST + (int)d->n - 1;
}

static void upgrade_give_named(int fd, const char *name, void *arg)
{
	struct upgrade_dowry *d = arg;

	buffer_printf(&d->variables, "%d:%s ", upgrade_give(d, fd), name);
}

static void upgrade_give_bound(int fd, void *arg)
{
	upgrade_give_named(fd, "", arg);
}

static void upgrade_end_variable(struct upgrade_dowry *d)
{
	buffer_add(&d->variables, (struct slice){"", 1});
}

static void upgrade_give_elder(int fd, void *arg)
{
	struct upgrade_dowry *d = arg;

	buffer_printf(&d->variables, "%d ", upgrade_give(d, fd));
}

static void upgrade_compose(const struct upgrade *u, struct upgrade_dowry *d, int link, int door)
{
	buffer_printf(&d->variables, HANDOVER_ELDERS "=");
	elders_forget(u->elders);
	elders_each(u->elders, upgrade_give_elder, d);
	upgrade_give_elder(door, d);
	upgrade_end_variable(d);
	buffer_printf(&d->variables, HANDOVER_LINK "=%d", upgrade_give(d, link));
	upgrade_end_variable(d);
	buffer_printf(&d->variables, HANDOVER_STDERR "=%d", upgrade_give(d, STDERR_FILENO));
	upgrade_end_variable(d);
	buffer_printf(&d->variables, GIVEN_VARIABLE "=");
	given_each(upgrade_give_named, d);
	bound_each(upgrade_give_bound, d);
	upgrade_end_variable(d);
}

static bool upgrade_ask(const struct upgrade *u, int words, int link, int door)
{
	struct upgrade_dowry d = {.n = 0};

	upgrade_compose(u, &d, link, door);
	bool fits = !d.too_many && !d.variables.failed;
	if (!fits)
		errno = d.too_many ? EMFILE : ENOMEM;
	bool asked = fits && launcher_ask(u->news.fd, (const char *)d.variables.p, d.variables.n,
	    words, d.fds, d.n);
	buffer_clear(&d.variables);
	return asked;
}

/* Our ends are watched, its ends are closed here. */
static bool upgrade_launch(struct upgrade *u)
{
	int link[2] = {-1, -1}, words[2] = {-1, -1}, door = -1;
	bool asked = elders_door(&u->door, &door) && fd_link_pair(link) &&
	    pipe2(words, O_CLOEXEC) == 0 &&
	    fcntl(words[0], F_SETFL, O_NONBLOCK) == 0 && upgrade_ask(u, words[1], link[1], door);
	int error = errno;

	watch_init(&u->link, u->main, link[0], upgrade_on_link);
	watch_init(&u->words, u->main, words[0], upgrade_on_words);
	if (link[1] >= 0)
		close(link[1]);
	if (words[1] >= 0)
		close(words[1]);
	if (door >= 0)
		close(door);
	errno = error;
	return asked && watch_arm(&u->words, WATCH_READ) == FAULT_NONE;
}

void upgrade_begin(struct upgrade *u, uint64_t patience)
{
	if (u->state == UPGRADE_LAUNCHING) {
		log_line(LOG_LEVEL_WARN, "upgrade: one is under way");
	} else if (u->state == UPGRADE_OVER) {
		log_line(LOG_LEVEL_WARN, "upgrade: this program is on its way out");
	} else if (u->news.fd < 0) {
		log_line(LOG_LEVEL_ERROR, "upgrade: no process could be made that starts a new "
		    "program");
	} else if (getpid() == 1) {
		log_line(LOG_LEVEL_ERROR, "upgrade: this is process 1, with which its container "
		    "ends: start a new container instead");
	} else {
		log_line(LOG_LEVEL_INFO, "upgrade: a new program is started");
		u->state = UPGRADE_LAUNCHING;
		u->patience = patience;
		timer_set(u->main, &u->timer, u->main->now + patience);
		if (!upgrade_launch(u))
			upgrade_fail(u, "the launcher could not be asked: %s", strerror(errno));
	}
}

void upgrade_give_up(struct upgrade *u)
{
	if (u->state == UPGRADE_LAUNCHING)
		upgrade_fail(u, "this program stops before the new one is ready");
	u->state = UPGRADE_OVER;
}

enum fault upgrade_new(struct worker *main, int launcher, struct elders *elders,
    const struct upgrade_events *events, void *owner, struct upgrade **made)
{
	struct upgrade *u = calloc(1, sizeof(*u));
	enum fault f = u ? timer_open(main, &u->timer, upgrade_expire) : FAULT_NO_MEMORY;

	if (f != FAULT_NONE) {
		free(u);
		return f;
	}
	u->main = main;
	u->events = events;
	u->owner = owner;
	u->elders = elders;
	u->link.fd = u->words.fd = u->door = -1;
	watch_init(&u->news, main, launcher, upgrade_on_news);
	*made = u;
	return launcher < 0 ? FAULT_NONE : watch_arm(&u->news, WATCH_READ);
}

void upgrade_free(struct upgrade *u)
{
	if (u == NULL)
		return;
	upgrade_give_up(u);
	upgrade_let_go(u);
	if (u->news.fd >= 0) {
		watch_fini(&u->news);
		launcher_stop(u->news.fd);
	}
	timer_close(u->main, &u->timer);
	free(u);
}
