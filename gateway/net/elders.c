#include "net/elders.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/fd_link.h"

struct elders {
	pthread_mutex_t	 lock;
	_Atomic unsigned n;		/* that are thought to live */
	int		 ends[ELDERS_MOST];	/* -1: none; the newest first */
};

/* Of a question, before the names; what an older or newer program speaks, too. */
struct elders_head {
	uint8_t		 version, known;
	uint16_t	 port;
	uint8_t		 ip[16];
	uint16_t	 route, session;	/* bytes */
};

enum { ELDERS_VERSION = 1 };

struct elders *elders_new(void)
{
	struct elders *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	pthread_mutex_init(&e->lock, NULL);
	for (unsigned i = 0; i < ELDERS_MOST; i++)
		e->ends[i] = -1;
	return e;
}

static void elders_drop(struct elders *e, unsigned i)
{
	if (e->ends[i] < 0)
		return;
	close(e->ends[i]);
	e->ends[i] = -1;
	e->n--;
}

void elders_free(struct elders *e)
{
	if (e == NULL)
		return;
	for (unsigned i = 0; i < ELDERS_MOST; i++)
		elders_drop(e, i);
	pthread_mutex_destroy(&e->lock);
	free(e);
}

void elders_add(struct elders *e, int end)
{
	pthread_mutex_lock(&e->lock);
	elders_drop(e, ELDERS_MOST - 1);
	memmove(e->ends + 1, e->ends, (ELDERS_MOST - 1) * sizeof(e->ends[0]));
	e->ends[0] = end;
	e->n++;
	pthread_mutex_unlock(&e->lock);
}

bool elders_are_there(const struct elders *e)
{
	return e && atomic_load_explicit(&e->n, memory_order_relaxed) > 0;
}

void elders_each(struct elders *e, void (*each)(int end, void *arg), void *arg)
{
	pthread_mutex_lock(&e->lock);
	for (unsigned i = ELDERS_MOST; i-- > 0;)
		if (e->ends[i] >= 0)
			each(e->ends[i], arg);
	pthread_mutex_unlock(&e->lock);
}

void elders_forget(struct elders *e)
{
	pthread_mutex_lock(&e->lock);
	for (unsigned i = 0; i < ELDERS_MOST; i++)
		if (e->ends[i] >= 0 && !fd_link_is_open(e->ends[i]))
			elders_drop(e, i);
	pthread_mutex_unlock(&e->lock);
}

static bool elders_send(int end, const struct elders_question *q, int fd)
{
	struct elders_head head = {.version = ELDERS_VERSION, .known = q->client.known,
	    .port = q->client.port, .route = (uint16_t)q->route.n,
	    .session = (uint16_t)q->session.n};
	char text[ELDERS_BUFFER];

	memcpy(head.ip, q->client.ip, sizeof(head.ip));
	memcpy(text, &head, sizeof(head));
	memcpy(text + sizeof(head), q->route.p, q->route.n);
	memcpy(text + sizeof(head) + q->route.n, q->session.p, q->session.n);
	return fd_link_send(end, text, sizeof(head) + q->route.n + q->session.n, &fd, 1);
}

/* Under the lock. One that has ended is forgotten. */
static bool elders_try(struct elders *e, unsigned i, const struct elders_question *q, int fd)
{
	if (e->ends[i] < 0)
		return false;
	if (elders_send(e->ends[i], q, fd))
		return true;
	if (errno != EAGAIN)
		elders_drop(e, i);
	return false;
}

int elders_ask(struct elders *e, unsigned *at, const struct elders_question *q)
{
	int ends[2], error = 0;
	bool asked = false;

	errno = ENAMETOOLONG;
	if (q->route.n > ELDERS_NAME || q->session.n > ELDERS_SESSION || !fd_link_stream(ends))
		return -1;
	pthread_mutex_lock(&e->lock);
	for (; *at < ELDERS_MOST && !asked && error != EAGAIN; *at += error != EAGAIN) {
		errno = 0;
		asked = elders_try(e, *at, q, ends[1]);
		error = asked ? 0 : errno;
	}
	pthread_mutex_unlock(&e->lock);
	close(ends[1]);
	if (!asked)
		close(ends[0]);
	errno = error;
	return asked ? ends[0] : -1;
}

int elders_hear(int fd)
{
	return fd_link_hear(fd);
}

bool elders_door(int *inside, int *outside)
{
	int ends[2];

	if (!fd_link_pair(ends))
		return false;
	*inside = ends[0];
	*outside = ends[1];
	return fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 &&
	    fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0;
}

static bool elders_read(struct elders_question *q, const char *text, size_t n)
{
	struct elders_head head;

	if (n < sizeof(head))
		return false;
	memcpy(&head, text, sizeof(head));
	if (head.version != ELDERS_VERSION || head.route > ELDERS_NAME ||
	    head.session > ELDERS_SESSION || sizeof(head) + head.route + head.session != n)
		return false;
	*q = (struct elders_question){.route = {text + sizeof(head), head.route},
	    .session = {text + sizeof(head) + head.route, head.session},
	    .client = {.port = head.port, .known = head.known}};
	memcpy(q->client.ip, head.ip, sizeof(head.ip));
	return true;
}

/* What makes no sense is answered by an end. */
int elders_next(int inside, struct elders_question *q, char buffer[ELDERS_BUFFER], int *fd)
{
	for (;;) {
		size_t n_fds = 1;
		ssize_t n = fd_link_receive(inside, buffer, ELDERS_BUFFER, fd, &n_fds);
		if (n == 0)
			return ELDERS_ALONE;
		if (n < 0 && errno != EMSGSIZE)
			return errno == EAGAIN || errno == EINTR ? ELDERS_QUIET : ELDERS_ALONE;
		if (n > 0 && n_fds == 1 && elders_read(q, buffer, (size_t)n))
			return ELDERS_ASKED;
		if (n_fds == 1)
			close(*fd);
	}
}

bool elders_admit(int fd)
{
	return fd_link_say(fd);
}
