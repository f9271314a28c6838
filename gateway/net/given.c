#include "net/given.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/slice.h"

enum {
	GIVEN_FIRST = 3,	/* SD_LISTEN_FDS_START */
	GIVEN_MOST = 4096
};

struct given_socket {
	int	 fd;		/* -1: taken */
	char	*name;		/* "": of the second kind */
};

static pthread_mutex_t given_lock = PTHREAD_MUTEX_INITIALIZER;
static struct given_socket *given_sockets;
static size_t given_n;

static bool given_is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static bool given_prepare(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && flags >= 0 &&
	    fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

static enum fault given_add(int fd, struct slice name)
{
	struct given_socket *more = realloc(given_sockets, (given_n + 1) * sizeof(*more));

	if (more == NULL)
		return FAULT_NO_MEMORY;
	given_sockets = more;
	char *copy = strndup(name.p ? name.p : "", name.n);
	if (copy == NULL)
		return FAULT_NO_MEMORY;
	if (!given_is_open(fd) || !given_prepare(fd)) {
		log_line(LOG_LEVEL_WARN, "descriptor %d was announced as a socket%s%s, but not "
		    "passed: %s", fd, *copy ? " for listener " : "", copy, strerror(errno));
		free(copy);
		return FAULT_NONE;
	}
	given_sockets[given_n++] = (struct given_socket){fd, copy};
	return FAULT_NONE;
}

static bool given_number(struct slice text, uint64_t most, int *number)
{
	uint64_t value;

	if (!slice_u64(text, &value) || value > most)
		return false;
	*number = (int)value;
	return true;
}

/* Not meant for us, if LISTEN_PID is another's: an environment is inherited by everybody. */
static bool given_are_ours(void)
{
	uint64_t pid;

	return slice_u64(slice_of(getenv("LISTEN_PID")), &pid) && pid == (uint64_t)getpid();
}

static enum fault given_read_manager(void)
{
	struct slice names = slice_of(getenv("LISTEN_FDNAMES")), name;
	enum fault f = FAULT_NONE;
	int n;

	if (!given_are_ours() || getenv("LISTEN_FDS") == NULL)
		return f;
	if (!given_number(slice_of(getenv("LISTEN_FDS")), GIVEN_MOST, &n)) {
		log_line(LOG_LEVEL_WARN, "LISTEN_FDS=%s: that is no number of sockets; none is "
		    "taken", getenv("LISTEN_FDS"));
		return f;
	}
	for (int i = 0; i < n && f == FAULT_NONE; i++) {
		if (!slice_cut(&names, ':', &name) || name.n == 0)
			name = SLICE("unknown");	/* as sd_listen_fds_with_names has it */
		f = given_add(GIVEN_FIRST + i, name);
	}
	return f;
}

static enum fault given_read_before(void)
{
	struct slice list = slice_of(getenv(GIVEN_VARIABLE)), entry, number;
	enum fault f = FAULT_NONE;
	int fd;

	while (f == FAULT_NONE && slice_cut(&list, ' ', &entry))
		if (slice_cut(&entry, ':', &number) && given_number(number, INT32_MAX, &fd))
			f = given_add(fd, entry);
	return f;
}

enum fault given_open(void)
{
	static const char *const variables[] = {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES",
	    GIVEN_VARIABLE};

	enum fault f = given_read_manager();
	if (f == FAULT_NONE)
		f = given_read_before();
	if (f != FAULT_NONE)
		log_fault(f, "sockets that were passed");
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		unsetenv(variables[i]);
	return f;
}

static void given_drop(struct given_socket *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/* Of the second kind the name is that of none. */
static bool given_has_listener(const char *name, const struct config *config)
{
	for (size_t i = 0; i < config->n_listeners; i++)
		if (strcmp(config->listeners[i].name, name) == 0)
			return true;
	return config->admin_http.n_bind > 0 && strcmp(config->admin_http.name, name) == 0;
}

void given_close_rest(const struct config *config)
{
	for (size_t i = 0; i < given_n; i++) {
		struct given_socket *s = &given_sockets[i];
		if (given_has_listener(s->name, config))
			continue;
		if (*s->name)
			log_line(LOG_LEVEL_WARN, "descriptor %d was passed under the name '%s', "
			    "which no listener has: closed", s->fd, s->name);
		given_drop(s);
	}
}

void given_close(void)
{
	pthread_mutex_lock(&given_lock);
	for (size_t i = 0; i < given_n; i++) {
		given_drop(&given_sockets[i]);
		free(given_sockets[i].name);
	}
	free(given_sockets);
	given_sockets = NULL;
	given_n = 0;
	pthread_mutex_unlock(&given_lock);
}

static const struct given_socket *given_find(const char *name, size_t i)
{
	for (size_t k = 0; k < given_n && *name; k++) {
		const struct given_socket *s = &given_sockets[k];
		if (s->fd >= 0 && strcmp(s->name, name) == 0 && i-- == 0)
			return s;
	}
	return NULL;
}

size_t given_count(const char *name)
{
	size_t n = 0;

	pthread_mutex_lock(&given_lock);
	while (given_find(name, n))
		n++;
	pthread_mutex_unlock(&given_lock);
	return n;
}

static int given_option(int fd, int level, int name)
{
	int value = -1;
	socklen_t size = sizeof(value);

	return getsockopt(fd, level, name, &value, &size) == 0 ? value : -1;
}

static bool given_listens(int fd)
{
	int domain = given_option(fd, SOL_SOCKET, SO_DOMAIN);

	return (domain == AF_INET || domain == AF_INET6 || domain == AF_UNIX) &&
	    given_option(fd, SOL_SOCKET, SO_TYPE) == SOCK_STREAM &&
	    given_option(fd, SOL_SOCKET, SO_ACCEPTCONN) == 1;
}

static int given_copy(const char *name, size_t i)
{
	const struct given_socket *s = given_find(name, i);

	if (s && given_listens(s->fd))
		return fcntl(s->fd, F_DUPFD_CLOEXEC, 0);
	if (s)
		log_line(LOG_LEVEL_ERROR, "descriptor %d, passed under the name '%s', is no stream "
		    "socket that listens: its socket unit needs ListenStream= and Accept=no",
		    s->fd, name);
	errno = ESOCKTNOSUPPORT;
	return -1;
}

int given_share(const char *name, size_t i)
{
	pthread_mutex_lock(&given_lock);
	int fd = given_copy(name, i);
	pthread_mutex_unlock(&given_lock);
	return fd;
}

/* Where there is no IPv6 "*" became all of IPv4. */
static bool given_is_any(const struct sockaddr_storage *sa, const struct config_address *address)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	memcpy(&in, sa, sizeof(in));
	memcpy(&in6, &address->sa, sizeof(in6));
	return sa->ss_family == AF_INET && in.sin_addr.s_addr == htonl(INADDR_ANY) &&
	    in.sin_port == in6.sin6_port;
}

static bool given_has_path(const struct sockaddr_storage *sa, const struct config_address *address)
{
	struct sockaddr_un un, wanted;

	memcpy(&un, sa, sizeof(un));
	memcpy(&wanted, &address->sa, sizeof(wanted));
	return strncmp(un.sun_path, wanted.sun_path, sizeof(un.sun_path)) == 0;
}

static bool given_is_bound(int fd, const struct config_address *address, bool dual)
{
	struct sockaddr_storage sa = {.ss_family = AF_UNSPEC};
	socklen_t size = sizeof(sa);

	if (getsockname(fd, (struct sockaddr *)&sa, &size) != 0 || !given_listens(fd))
		return false;
	if (sa.ss_family != address->sa.ss_family)
		return dual && given_is_any(&sa, address);
	if (sa.ss_family == AF_INET6 && given_option(fd, IPPROTO_IPV6, IPV6_V6ONLY) != !dual)
		return false;
	if (sa.ss_family == AF_UNIX)
		return given_has_path(&sa, address);
	return size == address->size && memcmp(&sa, &address->sa, size) == 0;
}

int given_take(const struct config_address *address, bool dual)
{
	int fd = -1;

	pthread_mutex_lock(&given_lock);
	for (size_t i = 0; i < given_n && fd < 0; i++) {
		struct given_socket *s = &given_sockets[i];
		if (s->fd < 0 || *s->name || !given_is_bound(s->fd, address, dual))
			continue;
		fd = s->fd;
		s->fd = -1;
	}
	pthread_mutex_unlock(&given_lock);
	return fd;
}

void given_each(void (*each)(int fd, const char *name, void *arg), void *arg)
{
	pthread_mutex_lock(&given_lock);
	for (size_t i = 0; i < given_n; i++)
		if (given_sockets[i].fd >= 0 && *given_sockets[i].name)
			each(given_sockets[i].fd, given_sockets[i].name, arg);
	pthread_mutex_unlock(&given_lock);
}
