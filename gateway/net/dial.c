#include "net/dial.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "loop/watch.h"
#include "net/resolver.h"

enum {
	DIAL_DELAY = 250,	/* ms between attempts: RFC 8305 section 5 */
	DIAL_RETRY = 10		/* ms; a unix socket does not say when its queue has room */
};

struct dial_attempt {
	struct watch	 watch;
	struct dial	*dial;
	int		 fd;		/* -1: none under way */
};

struct dial {
	struct worker			*worker;
	const struct config_server	*server;
	dial_done			*done;
	void				*owner;
	struct dial_options		 options;
	struct lookup			 lookup;
	struct task			 task;		/* begins, or frees */
	struct timer			 timer;		/* the next attempt, or the deadline */
	size_t				 n, next, under_way;
	enum fault			 fault;		/* the one to tell if nothing succeeds */
	struct address			 addresses[RESOLVER_ADDRESSES];
	struct dial_attempt		 attempts[RESOLVER_ADDRESSES];
};

static const struct {
	int		error;
	enum fault	fault;
} dial_errors[] = {
	{ECONNREFUSED, FAULT_DIAL_REFUSED},
	{ECONNRESET, FAULT_DIAL_REFUSED},
	{ENOENT, FAULT_DIAL_REFUSED},	/* unix: not there yet */
	{ETIMEDOUT, FAULT_DIAL_TIMEOUT},
	{EMFILE, FAULT_NO_FILES},
	{ENFILE, FAULT_NO_FILES},
	{ENOBUFS, FAULT_NO_MEMORY},
	{ENOMEM, FAULT_NO_MEMORY},
};

static enum fault dial_fault(int error)
{
	for (size_t i = 0; i < sizeof(dial_errors) / sizeof(dial_errors[0]); i++)
		if (dial_errors[i].error == error)
			return dial_errors[i].fault;
	return FAULT_DIAL_UNREACHABLE;
}

static void dial_close(struct dial_attempt *a)
{
	watch_fini(&a->watch);
	close(a->fd);
	a->fd = -1;
	a->dial->under_way--;
}

static void dial_free(struct task *t)
{
	free(LIST_OWNER(t, struct dial, task));
}

/* An event of an attempt may have been fetched already: its watch must outlive this turn. */
static void dial_bury(struct dial *d)
{
	for (size_t i = 0; i < d->next; i++)
		if (d->attempts[i].fd >= 0)
			dial_close(&d->attempts[i]);
	lookup_cancel(&d->lookup);
	timer_close(d->worker, &d->timer);
	d->task.run = dial_free;
	worker_bury(d->worker, &d->task);
}

static void dial_finish(struct dial *d, int fd, enum fault f)
{
	dial_done *done = d->done;
	void *owner = d->owner;

	dial_bury(d);
	done(owner, fd, f);
}

/* "Unreachable" is often only IPv6 that is missing here: any other reason tells more. */
static void dial_note(struct dial *d, size_t i, int error)
{
	char text[ADDRESS_TEXT];

	if (d->fault == FAULT_NONE || d->fault == FAULT_DIAL_UNREACHABLE)
		d->fault = dial_fault(error);
	if (log_wanted(LOG_LEVEL_DEBUG))
		log_line(LOG_LEVEL_DEBUG, "%s: %s: %s", d->server->text,
		    address_text(&d->addresses[i], text), strerror(error));
}

/* For the next attempt, if there is another; for the deadline in any case. */
static void dial_wait(struct dial *d, uint64_t ms)
{
	uint64_t next = d->next < d->n ? d->worker->now + ms : d->options.deadline;

	timer_set(d->worker, &d->timer, next < d->options.deadline ? next : d->options.deadline);
}

/* 0: a path that fits into no address. */
static socklen_t dial_sockaddr(const struct dial *d, size_t i, struct sockaddr_storage *sa)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	size_t n = strlen(d->server->host);

	if (d->server->kind != SERVER_UNIX)
		return address_sockaddr(&d->addresses[i], sa);
	if (n >= sizeof(un.sun_path))
		return 0;
	memcpy(un.sun_path, d->server->host, n);
	memcpy(sa, &un, sizeof(un));
	return sizeof(un);
}

static void dial_ready(struct watch *, unsigned what);

/* Returns 0: connected; EINPROGRESS; or why not. */
static int dial_connect(struct dial *d, size_t i)
{
	struct dial_attempt *a = &d->attempts[i];
	struct sockaddr_storage sa;
	socklen_t size = dial_sockaddr(d, i, &sa);
	int on = 1;

	a->dial = d;
	a->fd = -1;
	if (size == 0)
		return ENAMETOOLONG;
	a->fd = socket(sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (a->fd < 0)
		return errno;
	d->under_way++;
	watch_init(&a->watch, d->worker, a->fd, dial_ready);
	if (sa.ss_family != AF_UNIX)
		setsockopt(a->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(a->fd, (struct sockaddr *)&sa, size) == 0)
		return 0;
	int error = errno;
	if (error == EINPROGRESS && watch_arm(&a->watch, WATCH_WRITE) != FAULT_NONE)
		error = ENOMEM;
	if (error != EINPROGRESS)
		dial_close(a);
	return error;
}

/* The descriptor goes to whoever dialled; the other attempts end. */
static void dial_win(struct dial_attempt *a)
{
	int fd = a->fd;

	watch_fini(&a->watch);
	a->fd = -1;
	dial_finish(a->dial, fd, FAULT_NONE);
}

/* Begins attempts until one is under way; the dial may be gone afterwards. */
static void dial_next(struct dial *d)
{
	while (d->next < d->n) {
		size_t i = d->next++;
		int error = dial_connect(d, i);
		if (error == 0) {
			dial_win(&d->attempts[i]);
			return;
		}
		if (error == EINPROGRESS) {
			dial_wait(d, DIAL_DELAY);
			return;
		}
		if (error == EAGAIN && d->server->kind == SERVER_UNIX) {
			d->next--;
			dial_wait(d, DIAL_RETRY);
			return;
		}
		dial_note(d, i, error);
	}
	if (d->under_way == 0)
		dial_finish(d, -1, d->fault);
	else
		dial_wait(d, 0);
}

static void dial_ready(struct watch *watch, unsigned what)
{
	struct dial_attempt *a = LIST_OWNER(watch, struct dial_attempt, watch);
	struct dial *d = a->dial;
	int error = 0;
	socklen_t size = sizeof(error);

	(void)what;
	if (getsockopt(a->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		error = errno;
	if (error == 0) {
		dial_win(a);
		return;
	}
	dial_close(a);
	dial_note(d, (size_t)(a - d->attempts), error);
	dial_next(d);
}

static void dial_tick(struct timer *t)
{
	struct dial *d = LIST_OWNER(t, struct dial, timer);

	if (d->worker->now >= d->options.deadline)
		dial_finish(d, -1, FAULT_DIAL_TIMEOUT);
	else
		dial_next(d);
}

/* Whatever a name resolved to just now; a unix socket is in no network. */
static void dial_allowed(struct dial *d)
{
	const struct config_networks *allow = d->options.allow;
	size_t n = 0;

	for (size_t i = 0; allow && i < d->n; i++)
		if (address_in(&d->addresses[i], allow))
			d->addresses[n++] = d->addresses[i];
	if (allow)
		d->n = n;
	if (d->n > 0)
		dial_next(d);
	else
		dial_finish(d, -1, FAULT_DIAL_DENIED);
}

static void dial_begin(struct task *t)
{
	dial_allowed(LIST_OWNER(t, struct dial, task));
}

/* RFC 8305 section 4: the families take turns, beginning with the one that was sorted first. */
static void dial_interleave(struct dial *d, const struct address *from, size_t n)
{
	size_t at[2] = {0, 0};
	bool v4 = address_is_v4(&from[0]);

	for (; d->n < n; v4 = !v4) {
		while (at[v4] < n && address_is_v4(&from[at[v4]]) != v4)
			at[v4]++;
		if (at[v4] < n)
			d->addresses[d->n++] = from[at[v4]++];
	}
	for (size_t i = 0; i < n; i++)
		d->addresses[i].port = d->server->port;
}

static void dial_resolved(struct lookup *l, const struct address *addresses, size_t n)
{
	struct dial *d = LIST_OWNER(l, struct dial, lookup);

	if (n == 0) {
		dial_finish(d, -1, FAULT_DIAL_RESOLVE);
		return;
	}
	dial_interleave(d, addresses, n);
	dial_allowed(d);
}

static bool dial_literal(const struct config_server *server, struct address *a)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, server->host, &in.sin_addr) == 1)
		*a = address_of((struct sockaddr *)&in);
	else if (inet_pton(AF_INET6, server->host, &in6.sin6_addr) == 1)
		*a = address_of((struct sockaddr *)&in6);
	a->port = server->port;
	return a->known;
}

struct dial *dial_start(struct worker *w, const struct config_server *server,
    const struct dial_options *options, dial_done *done, void *owner)
{
	struct dial *d = calloc(1, sizeof(*d));
	enum fault f = FAULT_NONE;

	if (d == NULL || timer_open(w, &d->timer, dial_tick) != FAULT_NONE) {
		free(d);
		return NULL;
	}
	d->worker = w;
	d->server = server;
	d->done = done;
	d->owner = owner;
	d->options = *options;
	task_init(&d->task, dial_begin);
	timer_set(w, &d->timer, options->deadline);
	if (server->kind == SERVER_UNIX || dial_literal(server, &d->addresses[0])) {
		d->n = 1;
		worker_resume(w, &d->task);
	} else {
		f = lookup_start(&d->lookup, w, server->host, options->max_age,
		    dial_resolved);
	}
	if (f != FAULT_NONE) {
		dial_bury(d);
		return NULL;
	}
	return d;
}

void dial_cancel(struct dial *d)
{
	dial_bury(d);
}
