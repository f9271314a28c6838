#include "process/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void signals_set(const struct signals_row *table, sigset_t *set)
{
	sigemptyset(set);
	for (const struct signals_row *r = table; r->number; r++)
		sigaddset(set, r->number);
}

void signals_block(const struct signals_row *table)
{
	sigset_t set;

	signals_set(table, &set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void signals_ready(struct watch *watch, unsigned what)
{
	struct signals *s = LIST_OWNER(watch, struct signals, watch);
	struct signalfd_siginfo info;

	(void)what;
	while (read(watch->fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		for (const struct signals_row *r = s->table; r->number; r++)
			if (r->number == (int)info.ssi_signo)
				r->act(s->owner);
}

enum fault signals_init(struct signals *s, struct worker *w, const struct signals_row *table,
    void *owner)
{
	sigset_t set;

	*s = (struct signals){.table = table, .owner = owner};
	signals_set(table, &set);
	watch_init(&s->watch, w, signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC), signals_ready);
	return s->watch.fd < 0 ? FAULT_NO_FILES : watch_arm(&s->watch, WATCH_READ);
}

void signals_fini(struct signals *s)
{
	if (s->table == NULL || s->watch.fd < 0)
		return;
	watch_fini(&s->watch);
	close(s->watch.fd);
	s->table = NULL;
}
