#include "net/listener.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "config/endpoint.h"
#include "net/bound.h"

enum {
	LISTENER_BATCH = 32,	/* accepted per wake-up and socket: others want their turn, too */
	LISTENER_REST = 100	/* ms without accepting after descriptors ran out */
};

struct listener_socket {
	struct watch		 watch;
	struct bound		 bound;
	/* What another thread may look at: it does not change once it is bound. */
	struct config_address	 address;	/* its text is not ours */
	bool			 dual;
	dev_t			 dev;		/* of a unix socket's file */
	ino_t			 ino;
	struct listener_socket	*before;	/* whose bound socket it will be; or NULL */
	struct listener		*listener;
};

/* What goes to another worker in one wake-up. */
struct listener_letter {
	struct letter		 letter;
	listener_accept		*accept;
	struct worker		*worker;
	unsigned		 n;
	struct accepted		 accepted[LISTENER_BATCH];
};

struct listener {
	struct task		  grave;
	const struct config_listener *conf;	/* until it was started */
	char			 *name;
	const void		 *tag;
	listener_accept		 *accept;
	struct worker		 *acceptor;	/* NULL: not started, or stopped */
	struct worker		**workers;
	struct listener_letter	**letters;	/* to each worker, during one wake-up */
	unsigned		  n_workers, turn;
	struct timer		  rest;
	size_t			  n;
	struct listener_socket	  sockets[];
};

/* The turn spreads ties, so that equally loaded workers get equally many. */
static unsigned listener_least_loaded(struct listener *l)
{
	unsigned best = l->turn, least = UINT_MAX;

	for (unsigned i = 0; i < l->n_workers; i++) {
		unsigned k = (l->turn + i) % l->n_workers;
		unsigned load = atomic_load_explicit(&l->workers[k]->load, memory_order_relaxed);
		if (load < least) {
			least = load;
			best = k;
		}
	}
	l->turn = (best + 1) % l->n_workers;
	return best;
}

static void listener_open_letter(struct worker *w, struct letter *letter)
{
	struct listener_letter *batch = (struct listener_letter *)(void *)letter;

	for (unsigned i = 0; i < batch->n; i++)
		batch->accept(w, &batch->accepted[i]);
	free(batch);
}

static void listener_refuse(struct worker *w, int fd)
{
	close(fd);
	atomic_fetch_sub_explicit(&w->load, 1, memory_order_relaxed);
}

static void listener_drop_letter(struct letter *letter)
{
	struct listener_letter *batch = (struct listener_letter *)(void *)letter;

	for (unsigned i = 0; i < batch->n; i++)
		listener_refuse(batch->worker, batch->accepted[i].fd);
	free(batch);
}

static struct listener_letter *listener_letter_to(struct listener *l, unsigned k)
{
	struct listener_letter *batch = l->letters[k];

	if (batch && batch->n < LISTENER_BATCH)
		return batch;
	if (batch)
		worker_post(l->workers[k], &batch->letter);
	batch = malloc(sizeof(*batch));
	if (batch) {
		batch->letter.open = listener_open_letter;
		batch->letter.drop = listener_drop_letter;
		batch->accept = l->accept;
		batch->worker = l->workers[k];
		batch->n = 0;
	}
	l->letters[k] = batch;
	return batch;
}

static void listener_assign(struct listener *l, const struct accepted *accepted)
{
	unsigned k = listener_least_loaded(l);
	struct worker *w = l->workers[k];

	atomic_fetch_add_explicit(&w->load, 1, memory_order_relaxed);
	if (w == l->acceptor) {
		l->accept(w, accepted);
		return;
	}
	struct listener_letter *batch = listener_letter_to(l, k);
	if (batch == NULL) {
		log_fault(FAULT_NO_MEMORY, "listener %s", l->name);
		listener_refuse(w, accepted->fd);
		return;
	}
	batch->accepted[batch->n++] = *accepted;
}

static void listener_post(struct listener *l)
{
	for (unsigned k = 0; k < l->n_workers; k++) {
		if (l->letters[k])
			worker_post(l->workers[k], &l->letters[k]->letter);
		l->letters[k] = NULL;
	}
}

static void listener_watch(struct listener *l, unsigned what)
{
	for (size_t i = 0; i < l->n; i++) {
		enum fault f = watch_arm(&l->sockets[i].watch, what);
		if (f == FAULT_NONE)
			continue;
		log_fault(f, "listener %s", l->name);
		timer_set(l->acceptor, &l->rest, l->acceptor->now + LISTENER_REST);
	}
}

/* The connection stays in the kernel's queue, and so the socket ready: looking away is all. */
static void listener_pause(struct listener *l, enum fault f)
{
	log_fault(f, "listener %s", l->name);
	timer_set(l->acceptor, &l->rest, l->acceptor->now + LISTENER_REST);
	listener_watch(l, 0);
}

static void listener_go_on(struct timer *t)
{
	listener_watch(LIST_OWNER(t, struct listener, rest), WATCH_READ);
}

/* False: nothing more to accept now. Other errors are those of one connection (accept(2)). */
static bool listener_failed(struct listener *l, int error)
{
	switch (error) {
	case EAGAIN:
		return false;
	case EMFILE:
	case ENFILE:
		listener_pause(l, FAULT_NO_FILES);
		return false;
	case ENOBUFS:
	case ENOMEM:
		listener_pause(l, FAULT_NO_MEMORY);
		return false;
	default:
		return true;
	}
}

static bool listener_accept_one(struct listener_socket *s)
{
	struct listener *l = s->listener;
	struct sockaddr_storage sa = {.ss_family = AF_UNIX};
	socklen_t size = sizeof(sa);
	struct accepted accepted = {.tag = l->tag};

	accepted.fd = accept4(s->bound.fd, (struct sockaddr *)&sa, &size,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (accepted.fd < 0)
		return listener_failed(l, errno);
	accepted.peer = address_of((struct sockaddr *)&sa);
	listener_assign(l, &accepted);
	return true;
}

static void listener_ready(struct watch *watch, unsigned what)
{
	struct listener_socket *s = LIST_OWNER(watch, struct listener_socket, watch);

	(void)what;
	for (int i = 0; i < LISTENER_BATCH && listener_accept_one(s); i++)
		continue;
	listener_post(s->listener);
}

static void listener_dig(struct task *t)
{
	listener_free(LIST_OWNER(t, struct listener, grave));
}

static struct listener *listener_new(const struct config_listener *conf, const void *tag,
    listener_accept *accept_on)
{
	struct listener *l = calloc(1, sizeof(*l) + bound_count(conf) * sizeof(l->sockets[0]));

	if (l == NULL)
		return NULL;
	task_init(&l->grave, listener_dig);
	l->conf = conf;
	l->name = strdup(conf->name);
	l->tag = tag;
	l->accept = accept_on;
	l->n = bound_count(conf);
	for (size_t i = 0; i < l->n; i++) {
		l->sockets[i].listener = l;
		l->sockets[i].bound.fd = -1;
		l->sockets[i].address = *bound_address(conf, i);
		l->sockets[i].dual = l->sockets[i].address.size > 0 && conf->bind_dual &&
		    conf->bind_dual[i];
	}
	if (l->name == NULL) {
		free(l);
		return NULL;
	}
	return l;
}

typedef bool listener_test(const struct listener_socket *, const struct listener_socket *);

/* A unix socket whose file is gone is of no use to anybody. */
static bool listener_is_there(const struct listener_socket *s)
{
	struct sockaddr_un un;

	if (s->address.sa.ss_family != AF_UNIX)
		return true;
	memcpy(&un, &s->address.sa, sizeof(un));
	return un.sun_path[0] == '\0' || bound_has_file(un.sun_path, s->dev, s->ino);
}

static bool listener_is_same(const struct listener_socket *s, const struct listener_socket *before)
{
	size_t size = s->address.size;

	return size > 0 && size == before->address.size && s->dual == before->dual &&
	    memcmp(&s->address.sa, &before->address.sa, size) == 0 &&
	    listener_is_there(before);
}

static bool listener_clashes(const struct listener_socket *s, const struct listener_socket *before)
{
	return s->address.sa.ss_family != AF_UNIX &&
	    endpoint_clash(&s->address, s->dual, &before->address, before->dual);
}

static struct listener_socket *listener_find(const struct listener_socket *s,
    struct listener *const *before, size_t n_before, listener_test *test)
{
	for (size_t i = 0; i < n_before; i++)
		for (size_t k = 0; k < before[i]->n; k++)
			if (test(s, &before[i]->sockets[k]))
				return &before[i]->sockets[k];
	return NULL;
}

/* An address can be replaced by one that it overlaps with only when it has been given up. */
static void listener_complain(const struct listener_socket *s, struct listener *const *before,
    size_t n_before, int error)
{
	const struct config_listener *conf = s->listener->conf;
	const struct listener_socket *holder = error == EADDRINUSE
	    ? listener_find(s, before, n_before, listener_clashes) : NULL;

	log_line(LOG_LEVEL_ERROR, "listener %s: %s (%s:%u): %s%s%s%s", conf->name, s->address.text,
	    conf->place.file, conf->place.line, strerror(error),
	    holder ? ", by listener " : "", holder ? holder->listener->name : "",
	    holder ? " of before, which only a restart can replace by it" : "");
}

static bool listener_bind(struct listener_socket *s, size_t i, struct listener *const *before,
    size_t n_before)
{
	s->before = listener_find(s, before, n_before, listener_is_same);
	if (s->before || bound_open(&s->bound, s->listener->conf, i)) {
		s->dev = s->before ? s->before->dev : s->bound.dev;
		s->ino = s->before ? s->before->ino : s->bound.ino;
		return true;
	}
	listener_complain(s, before, n_before, errno);
	return false;
}

/* Goes on after an address that is taken, so that all of them are on the log. */
enum fault listener_open(const struct config_listener *conf, const void *tag,
    listener_accept *accept_on, struct listener *const *before, size_t n_before,
    struct listener **made)
{
	struct listener *l = listener_new(conf, tag, accept_on);
	bool bound = true;

	if (l == NULL) {
		log_fault(FAULT_NO_MEMORY, "listener %s", conf->name);
		return FAULT_NO_MEMORY;
	}
	for (size_t i = 0; i < l->n; i++)
		bound &= listener_bind(&l->sockets[i], i, before, n_before);
	if (bound)
		*made = l;
	else
		listener_free(l);
	return bound ? FAULT_NONE : FAULT_SYSTEM;
}

enum fault listener_prepare(struct listener *l, struct worker *acceptor,
    struct worker *const *workers, unsigned n)
{
	l->workers = malloc(n * sizeof(struct worker *));
	l->letters = calloc(n, sizeof(struct listener_letter *));
	if (l->workers == NULL || l->letters == NULL)
		return FAULT_NO_MEMORY;
	enum fault f = timer_open(acceptor, &l->rest, listener_go_on);
	if (f != FAULT_NONE)
		return f;
	memcpy(l->workers, workers, n * sizeof(struct worker *));
	l->n_workers = n;
	l->acceptor = acceptor;
	return FAULT_NONE;
}

static void listener_take_over(struct listener_socket *s)
{
	struct listener_socket *before = s->before;

	s->before = NULL;
	watch_fini(&before->watch);
	s->bound = before->bound;
	before->bound = (struct bound){.fd = -1};
	if (!bound_adjust(&s->bound, s->listener->conf))
		log_line(LOG_LEVEL_ERROR, "listener %s: %s: its backlog or mode stays: %s",
		    s->listener->name, s->address.text, strerror(errno));
}

void listener_start(struct listener *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct listener_socket *s = &l->sockets[i];
		if (s->before)
			listener_take_over(s);
		watch_init(&s->watch, l->acceptor, s->bound.fd, listener_ready);
		s->address.text = NULL;
	}
	l->conf = NULL;
	listener_watch(l, WATCH_READ);
}

void listener_stop(struct listener *l)
{
	if (l->acceptor) {
		timer_close(l->acceptor, &l->rest);
		for (size_t i = 0; i < l->n && l->conf == NULL; i++)
			watch_fini(&l->sockets[i].watch);
	}
	l->acceptor = NULL;
	for (size_t i = 0; i < l->n; i++)
		bound_close(&l->sockets[i].bound);
}

void listener_free(struct listener *l)
{
	if (l == NULL)
		return;
	listener_stop(l);
	free(l->workers);
	free(l->letters);
	free(l->name);
	free(l);
}

void listener_bury(struct listener *l)
{
	struct worker *w = l->acceptor;

	listener_stop(l);
	worker_bury(w, &l->grave);
}
