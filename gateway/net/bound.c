#include "net/bound.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/list.h"
#include "net/given.h"

struct bound_entry {
	struct list	 link;
	int		 fd;
	bool		 owned;		/* its file is ours to remove */
};

static pthread_mutex_t bound_lock = PTHREAD_MUTEX_INITIALIZER;
static struct list bound_all = {&bound_all, &bound_all};

static bool bound_enter(struct bound *b, bool owned)
{
	struct bound_entry *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return false;
	e->fd = b->fd;
	e->owned = owned;
	b->entry = e;
	pthread_mutex_lock(&bound_lock);
	list_append(&bound_all, &e->link);
	pthread_mutex_unlock(&bound_lock);
	return true;
}

/* Returns whether its file is ours. */
static bool bound_leave(struct bound *b)
{
	struct bound_entry *e = b->entry;

	if (e == NULL)
		return true;
	pthread_mutex_lock(&bound_lock);
	list_remove(&e->link);
	bool owned = e->owned;
	pthread_mutex_unlock(&bound_lock);
	free(e);
	return owned;
}

void bound_each(void (*each)(int fd, void *arg), void *arg)
{
	pthread_mutex_lock(&bound_lock);
	for (struct list *l = bound_all.next; l != &bound_all; l = l->next)
		each(LIST_OWNER(l, struct bound_entry, link)->fd, arg);
	pthread_mutex_unlock(&bound_lock);
}

static void bound_set_owned(bool owned)
{
	pthread_mutex_lock(&bound_lock);
	for (struct list *l = bound_all.next; l != &bound_all; l = l->next)
		LIST_OWNER(l, struct bound_entry, link)->owned = owned;
	pthread_mutex_unlock(&bound_lock);
}

void bound_disown(void)
{
	bound_set_owned(false);
}

void bound_own(void)
{
	bound_set_owned(true);
}

/* Is it a socket that nobody listens on? */
static bool bound_stale(const struct sockaddr_un *un, socklen_t size)
{
	struct stat st;

	if (lstat(un->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return false;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	bool refused = connect(fd, (const struct sockaddr *)un, size) != 0 && errno == ECONNREFUSED;
	close(fd);
	return refused;
}

static bool bound_bind_file(const struct bound *b, const struct sockaddr_un *un, socklen_t size)
{
	if (bind(b->fd, (const struct sockaddr *)un, size) == 0)
		return true;
	if (errno != EADDRINUSE)
		return false;
	if (!bound_stale(un, size) || unlink(un->sun_path) != 0) {
		errno = EADDRINUSE;
		return false;
	}
	return bind(b->fd, (const struct sockaddr *)un, size) == 0;
}

static bool bound_know_file(struct bound *b, const char *path)
{
	struct stat st;

	if (lstat(path, &st) != 0 || (b->path = strdup(path)) == NULL)
		return false;
	b->dev = st.st_dev;
	b->ino = st.st_ino;
	return true;
}

/* The mode is set before listen(), so nobody connects while it is not right yet. */
static bool bound_unix(struct bound *b, const struct config_address *address, unsigned mode)
{
	struct sockaddr_un un;

	memcpy(&un, &address->sa, sizeof(un));
	if (un.sun_path[0] == '\0')	/* abstract: no file */
		return bind(b->fd, (struct sockaddr *)&un, address->size) == 0;
	if (!bound_bind_file(b, &un, address->size))
		return false;
	if (!bound_know_file(b, un.sun_path)) {
		unlink(un.sun_path);
		return false;
	}
	return mode == 0 || chmod(un.sun_path, mode) == 0;
}

/* What is set here the accepted sockets inherit, which saves a system call for each. */
static bool bound_no_delay(const struct bound *b)
{
	int on = 1;

	return setsockopt(b->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0;
}

static bool bound_inet(struct bound *b, const struct sockaddr *sa, socklen_t size, bool dual)
{
	int on = 1, v6only = !dual;

	if (setsockopt(b->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    !bound_no_delay(b))
		return false;
	if (sa->sa_family == AF_INET6 &&
	    setsockopt(b->fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof(v6only)) != 0)
		return false;
	return bind(b->fd, sa, size) == 0;
}

static bool bound_socket(struct bound *b, int family)
{
	b->fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return b->fd >= 0;
}

/* Where IPv6 is off, "*" means all that there is. */
static bool bound_v4_only(struct bound *b, const struct config_address *address)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6;

	memcpy(&in6, &address->sa, sizeof(in6));
	in.sin_port = in6.sin6_port;
	return bound_socket(b, AF_INET) &&
	    bound_inet(b, (struct sockaddr *)&in, sizeof(in), false);
}

static bool bound_bind(struct bound *b, const struct config_listener *conf, size_t i)
{
	const struct config_address *address = &conf->bind[i];
	const struct sockaddr *sa = (const struct sockaddr *)&address->sa;
	bool dual = conf->bind_dual && conf->bind_dual[i];

	if (!bound_socket(b, sa->sa_family))
		return dual && errno == EAFNOSUPPORT && bound_v4_only(b, address);
	if (sa->sa_family == AF_UNIX)
		return bound_unix(b, address, conf->mode);
	return bound_inet(b, sa, address->size, dual);
}

static bool bound_new(struct bound *b, const struct config_listener *conf, size_t i)
{
	return bound_bind(b, conf, i) && listen(b->fd, conf->backlog) == 0 &&
	    bound_enter(b, true);
}

/* A predecessor's. Nothing that it has is changed before it has given it up. */
static bool bound_inherit(struct bound *b, const struct config_listener *conf, size_t i)
{
	struct sockaddr_un un = {.sun_path = ""};

	if (conf->bind[i].sa.ss_family == AF_UNIX) {
		memcpy(&un, &conf->bind[i].sa, sizeof(un));
		if (un.sun_path[0] && !bound_know_file(b, un.sun_path))
			return false;
	} else if (!bound_no_delay(b)) {
		return false;
	}
	return listen(b->fd, conf->backlog) == 0 && bound_enter(b, false);
}

/* A service manager's, on whatever kind of address; so is its file. */
static bool bound_share(struct bound *b, const struct config_listener *conf, size_t i)
{
	b->fd = given_share(conf->name, i);
	if (b->fd >= 0)
		bound_no_delay(b);
	return b->fd >= 0;
}

static bool bound_open_any(struct bound *b, const struct config_listener *conf, size_t i)
{
	if (given_count(conf->name))
		return bound_share(b, conf, i);
	b->fd = given_take(&conf->bind[i], conf->bind_dual && conf->bind_dual[i]);
	return b->fd >= 0 ? bound_inherit(b, conf, i) : bound_new(b, conf, i);
}

size_t bound_count(const struct config_listener *conf)
{
	size_t given = given_count(conf->name);

	return given ? given : conf->n_bind;
}

const struct config_address *bound_address(const struct config_listener *conf, size_t i)
{
	static const struct config_address unknown = {
	    .text = "a socket that was passed under its name"};

	return given_count(conf->name) ? &unknown : &conf->bind[i];
}

bool bound_open(struct bound *b, const struct config_listener *conf, size_t i)
{
	*b = (struct bound){.fd = -1};
	if (bound_open_any(b, conf, i))
		return true;
	int error = errno;
	bound_close(b);
	errno = error;
	return false;
}

bool bound_has_file(const char *path, dev_t dev, ino_t ino)
{
	struct stat st;

	return lstat(path, &st) == 0 && st.st_dev == dev && st.st_ino == ino;
}

bool bound_adjust(const struct bound *b, const struct config_listener *conf)
{
	return listen(b->fd, conf->backlog) == 0 &&
	    (b->path == NULL || conf->mode == 0 || chmod(b->path, conf->mode) == 0);
}

void bound_close(struct bound *b)
{
	bool owned = bound_leave(b);

	if (b->fd >= 0)
		close(b->fd);
	/* Somebody else may have taken the name meanwhile. */
	if (b->path && owned && bound_has_file(b->path, b->dev, b->ino))
		unlink(b->path);
	free(b->path);
	*b = (struct bound){.fd = -1};
}
