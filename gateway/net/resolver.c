#include "net/resolver.h"

#include <ares.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/log.h"
#include "loop/watch.h"

#define RESOLVER_CONF "/etc/resolv.conf"

enum {
	RESOLVER_NAMES = 256,		/* in the cache; more only while all of them are wanted */
	RESOLVER_TIMEOUT = 1500,	/* ms for the first try: a dial has only a few seconds */
	RESOLVER_TRIES = 3,
	RESOLVER_PATIENCE = 500,	/* ms until an old answer is taken for want of a new one */
	RESOLVER_RETRY = 2000		/* ms after a failure until it is asked again */
};

struct resolver_name {
	struct list	 link;
	struct resolver	*resolver;
	struct list	 waiting;	/* lookups */
	bool		 asking;
	uint64_t	 answered;	/* when the addresses came; 0: never */
	uint64_t	 retry;		/* after a failure: not to be asked again before */
	size_t		 n;
	struct address	 addresses[RESOLVER_ADDRESSES];
	char		 text[];
};

struct resolver_socket {
	struct list	 link;
	struct watch	 watch;
	struct task	 grave;
	struct resolver	*resolver;
};

struct resolver {
	struct worker	*worker;
	ares_channel	 channel;
	char		*servers;
	struct timespec	 conf_changed;	/* RESOLVER_CONF, when the channel was made */
	struct list	 names;		/* the one used last is the first */
	unsigned	 n_names, n_asking;
	struct list	 sockets;
	struct timer	 timer;
};

static void resolver_set_timer(struct resolver *r)
{
	struct timeval tv, *next = ares_timeout(r->channel, NULL, &tv);
	uint64_t ms = next ? (uint64_t)next->tv_sec * 1000 + (uint64_t)next->tv_usec / 1000 : 0;

	timer_set(r->worker, &r->timer, next ? r->worker->now + ms + 1 : CLOCK_NEVER);
}

static void resolver_tick(struct timer *t)
{
	struct resolver *r = LIST_OWNER(t, struct resolver, timer);

	ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	resolver_set_timer(r);
}

/* The socket may be gone when c-ares is done with it. */
static void resolver_ready(struct watch *watch, unsigned what)
{
	struct resolver *r = LIST_OWNER(watch, struct resolver_socket, watch)->resolver;
	int fd = watch->fd;

	ares_process_fd(r->channel, what & WATCH_READ ? fd : ARES_SOCKET_BAD,
	    what & WATCH_WRITE ? fd : ARES_SOCKET_BAD);
	resolver_set_timer(r);
}

static void resolver_free_socket(struct task *t)
{
	free(LIST_OWNER(t, struct resolver_socket, grave));
}

static struct resolver_socket *resolver_find_socket(struct resolver *r, int fd)
{
	for (struct list *l = r->sockets.next; l != &r->sockets; l = l->next) {
		struct resolver_socket *s = LIST_OWNER(l, struct resolver_socket, link);
		if (s->watch.fd == fd)
			return s;
	}
	struct resolver_socket *s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->resolver = r;
	task_init(&s->grave, resolver_free_socket);
	watch_init(&s->watch, r->worker, fd, resolver_ready);
	list_append(&r->sockets, &s->link);
	return s;
}

static void resolver_drop_socket(struct resolver_socket *s)
{
	watch_fini(&s->watch);
	list_remove(&s->link);
	/* An event of it may have been fetched already. */
	worker_bury(s->watch.worker, &s->grave);
}

/* From c-ares. Without memory for a watch the question ends by its timeout. */
static void resolver_on_socket(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct resolver_socket *s = resolver_find_socket(arg, fd);
	unsigned what = (readable ? WATCH_READ : 0U) | (writable ? WATCH_WRITE : 0U);

	if (s && (what == 0 || watch_arm(&s->watch, what) != FAULT_NONE))
		resolver_drop_socket(s);
}

static void lookup_end(struct lookup *l)
{
	struct worker *w = l->name->resolver->worker;

	list_remove(&l->link);
	task_cancel(&l->task);
	timer_close(w, &l->patience);
	l->name = NULL;
}

/* With whatever is known by now. A copy, since the cache may change under the receiver. */
static void lookup_answer(struct lookup *l)
{
	struct address addresses[RESOLVER_ADDRESSES];
	size_t n = l->name->n;

	memcpy(addresses, l->name->addresses, sizeof(addresses));
	lookup_end(l);
	l->done(l, addresses, n);
}

static void lookup_run(struct task *t)
{
	lookup_answer(LIST_OWNER(t, struct lookup, task));
}

static void lookup_lose_patience(struct timer *t)
{
	lookup_answer(LIST_OWNER(t, struct lookup, patience));
}

static void resolver_store(struct resolver_name *name, const struct ares_addrinfo *result)
{
	name->n = 0;
	for (struct ares_addrinfo_node *node = result->nodes; node; node = node->ai_next) {
		if (name->n == RESOLVER_ADDRESSES)
			break;
		name->addresses[name->n++] = address_of(node->ai_addr);
	}
	name->retry = 0;
	name->answered = name->resolver->worker->now;
}

/*
 * RFC 8767 section 4: only if there is no answer may an old one serve; "there is no such name" is
 * an answer.
 */
static void resolver_fail(struct resolver_name *name, int status)
{
	name->retry = name->resolver->worker->now + RESOLVER_RETRY;
	if (status == ARES_ENOTFOUND || status == ARES_ENODATA) {
		name->n = 0;
		name->answered = 0;
	}
	log_fault_words(FAULT_DIAL_RESOLVE, "name %s: %s%s", name->text, ares_strerror(status),
	    name->n ? "; its last good addresses are used" : "");
}

/* From c-ares, perhaps at once. Nobody is told from here: c-ares is not to be called back. */
static void resolver_on_answer(void *arg, int status, int timeouts, struct ares_addrinfo *result)
{
	struct resolver_name *name = arg;
	struct resolver *r = name->resolver;

	(void)timeouts;
	name->asking = false;
	r->n_asking--;
	if (status == ARES_SUCCESS && result->nodes)
		resolver_store(name, result);
	else if (status == ARES_SUCCESS)
		resolver_fail(name, ARES_ENODATA);
	else if (status != ARES_EDESTRUCTION)
		resolver_fail(name, status);
	ares_freeaddrinfo(result);
	for (struct list *l = name->waiting.next; l != &name->waiting; l = l->next)
		worker_resume(r->worker, &LIST_OWNER(l, struct lookup, link)->task);
}

static struct timespec resolver_conf_changed(void)
{
	struct stat st;

	return stat(RESOLVER_CONF, &st) == 0 ? st.st_mtim : (struct timespec){0, 0};
}

static ares_channel resolver_open(struct resolver *r)
{
	struct ares_options options = {
		.timeout = RESOLVER_TIMEOUT,
		.tries = RESOLVER_TRIES,
		.sock_state_cb = resolver_on_socket,
		.sock_state_cb_data = r,
	};
	struct timespec changed = resolver_conf_changed();
	ares_channel channel;
	int status = ares_init_options(&channel, &options,
	    ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
	if (status == ARES_SUCCESS && r->servers) {
		status = ares_set_servers_ports_csv(channel, r->servers);
		if (status != ARES_SUCCESS)
			ares_destroy(channel);
	}
	if (status != ARES_SUCCESS) {
		log_line(LOG_LEVEL_ERROR, "resolver: %s", ares_strerror(status));
		return NULL;
	}
	r->conf_changed = changed;
	return channel;
}

/* c-ares reads the name servers once; a machine may start before it has any, or move. */
static void resolver_refresh(struct resolver *r)
{
	struct timespec changed = resolver_conf_changed();

	bool same = changed.tv_sec == r->conf_changed.tv_sec &&
	    changed.tv_nsec == r->conf_changed.tv_nsec;

	if (same || r->servers || r->n_asking > 0)
		return;
	ares_channel channel = resolver_open(r);
	if (channel == NULL)
		return;
	ares_destroy(r->channel);
	r->channel = channel;
}

static void resolver_ask(struct resolver_name *name)
{
	struct resolver *r = name->resolver;
	/* CARES_HOSTS in the environment may name another file than /etc/hosts. */
	struct ares_addrinfo_hints hints = {
		.ai_flags = ARES_AI_ENVHOSTS,
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
	};

	if (name->asking)
		return;
	resolver_refresh(r);
	name->asking = true;
	r->n_asking++;
	ares_getaddrinfo(r->channel, name->text, NULL, &hints, resolver_on_answer, name);
	resolver_set_timer(r);
}

static void resolver_forget(struct resolver_name *name)
{
	list_remove(&name->link);
	name->resolver->n_names--;
	free(name);
}

/* Makes room by the name that was not asked for longest. */
static void resolver_evict(struct resolver *r)
{
	struct list *before;

	for (struct list *l = r->names.prev; l != &r->names && r->n_names >= RESOLVER_NAMES;
	    l = before) {
		struct resolver_name *name = LIST_OWNER(l, struct resolver_name, link);
		before = l->prev;
		if (!name->asking && list_empty(&name->waiting))
			resolver_forget(name);
	}
}

static struct resolver_name *resolver_make_name(struct resolver *r, const char *text)
{
	size_t n = strlen(text) + 1;

	resolver_evict(r);
	struct resolver_name *name = calloc(1, sizeof(*name) + n);
	if (name == NULL)
		return NULL;
	name->resolver = r;
	list_init(&name->waiting);
	list_init(&name->link);
	memcpy(name->text, text, n);
	r->n_names++;
	return name;
}

static struct resolver_name *resolver_find(struct resolver *r, const char *text)
{
	struct resolver_name *name = NULL;

	for (struct list *l = r->names.next; l != &r->names && name == NULL; l = l->next) {
		struct resolver_name *known = LIST_OWNER(l, struct resolver_name, link);
		if (strcasecmp(known->text, text) == 0)
			name = known;
	}
	if (name == NULL)
		name = resolver_make_name(r, text);
	if (name == NULL)
		return NULL;
	list_remove(&name->link);
	list_append(r->names.next, &name->link);	/* before the first */
	return name;
}

/*
 * Who waits for what: a fresh answer serves at once, and past half its age is renewed meanwhile, so
 * that nobody waits for a name that is in use. While questions fail the last good answer serves at
 * once; when it is not yet known that they do, after some patience.
 */
static void lookup_begin(struct lookup *l, uint64_t now, uint64_t max_age)
{
	struct resolver_name *name = l->name;
	struct worker *w = name->resolver->worker;
	uint64_t age = now - name->answered;
	bool fresh = name->answered != 0 && age <= max_age;
	bool held = now < name->retry;
	bool failing = name->retry != 0 && name->n > 0;

	if (fresh || held || failing)
		worker_resume(w, &l->task);
	else if (name->n > 0)
		timer_set(w, &l->patience, now + RESOLVER_PATIENCE);
	if (!held && (!fresh || age > max_age / 2))
		resolver_ask(name);
}

enum fault lookup_start(struct lookup *l, struct worker *w, const char *text, uint64_t max_age,
    lookup_done *done)
{
	struct resolver_name *name = resolver_find(w->resolver, text);

	if (name == NULL)
		return FAULT_NO_MEMORY;
	enum fault f = timer_open(w, &l->patience, lookup_lose_patience);
	if (f != FAULT_NONE)
		return f;
	l->name = name;
	l->done = done;
	task_init(&l->task, lookup_run);
	list_init(&l->link);
	list_append(&name->waiting, &l->link);
	lookup_begin(l, w->now, max_age);
	return FAULT_NONE;
}

void lookup_cancel(struct lookup *l)
{
	if (l->name)
		lookup_end(l);
}

static void resolver_library_init(void)
{
	ares_library_init(ARES_LIB_INIT_ALL);
}

enum fault resolver_init(struct worker *w, const char *servers)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct resolver *r = calloc(1, sizeof(*r));

	pthread_once(&once, resolver_library_init);
	if (r == NULL)
		return FAULT_NO_MEMORY;
	w->resolver = r;
	r->worker = w;
	list_init(&r->names);
	list_init(&r->sockets);
	enum fault f = timer_open(w, &r->timer, resolver_tick);
	if (f == FAULT_NONE && servers && (r->servers = strdup(servers)) == NULL)
		f = FAULT_NO_MEMORY;
	if (f == FAULT_NONE && (r->channel = resolver_open(r)) == NULL)
		f = FAULT_SYSTEM;
	if (f != FAULT_NONE)
		resolver_fini(w);
	return f;
}

void resolver_fini(struct worker *w)
{
	struct resolver *r = w->resolver;
	struct list *l;

	if (r == NULL)
		return;
	if (r->channel)
		ares_destroy(r->channel);
	while (!list_empty(&r->names)) {
		struct resolver_name *name = LIST_OWNER(r->names.next, struct resolver_name, link);
		while ((l = list_take(&name->waiting)) != NULL)
			lookup_end(LIST_OWNER(l, struct lookup, link));
		resolver_forget(name);
	}
	while ((l = list_take(&r->sockets)) != NULL)
		resolver_drop_socket(LIST_OWNER(l, struct resolver_socket, link));
	timer_close(w, &r->timer);
	free(r->servers);
	free(r);
	w->resolver = NULL;
}
