#include "process/elder.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "front/session_map.h"
#include "http/door.h"
#include "net/elders.h"
#include "net/listener.h"

struct elder_letter {
	struct letter	 letter;
	struct worker	*worker;
	struct accepted	 accepted;
};

static void elder_open_letter(struct worker *w, struct letter *l)
{
	struct elder_letter *e = LIST_OWNER(l, struct elder_letter, letter);

	door_accept(w, &e->accepted, w->gateway->snapshot);
	free(e);
}

static void elder_drop_letter(struct letter *l)
{
	struct elder_letter *e = LIST_OWNER(l, struct elder_letter, letter);

	close(e->accepted.fd);
	atomic_fetch_sub_explicit(&e->worker->load, 1, memory_order_relaxed);
	free(e);
}

static struct session_link *elder_find(const struct elder *e, const struct elders_question *q)
{
	char name[ELDERS_NAME + 1];
	struct config_route route = {.name = name};

	memcpy(name, q->route.p, q->route.n);
	name[q->route.n] = '\0';
	return session_map_find(e->any->session_map, &route, q->session);
}

/* To the worker that the session is on: the request need not travel then. */
static void elder_admit(struct elder *e, struct worker *w, const struct elders_question *q, int fd)
{
	struct elder_letter *l = malloc(sizeof(*l));

	if (l == NULL || !elders_admit(fd)) {
		close(fd);
		free(l);
		return;
	}
	*l = (struct elder_letter){.letter = {.open = elder_open_letter,
	    .drop = elder_drop_letter}, .worker = w, .accepted = {.fd = fd, .peer = q->client,
	    .client = q->client, .tag = &e->tag}};
	atomic_fetch_add_explicit(&w->load, 1, memory_order_relaxed);
	worker_post(w, &l->letter);
}

static void elder_answer(struct elder *e, const struct elders_question *q, int fd)
{
	struct session_link *link = elder_find(e, q);

	if (link == NULL) {
		close(fd);
		return;
	}
	elder_admit(e, link->worker, q, fd);
	held_put(&link->held);
}

static void elder_hear(struct watch *w, unsigned what)
{
	struct elder *e = LIST_OWNER(w, struct elder, watch);
	struct elders_question q;
	char buffer[ELDERS_BUFFER];
	int fd, heard;

	(void)what;
	while ((heard = elders_next(w->fd, &q, buffer, &fd)) == ELDERS_ASKED)
		elder_answer(e, &q, fd);
	if (heard == ELDERS_ALONE)
		elder_fini(e);
}

/* Whom a client is was found out by the one that asks, as was whether there are too many. */
enum fault elder_begin(struct elder *e, struct worker *main, int door, struct worker *any,
    const struct config_limits *limits)
{
	e->any = any->gateway;
	e->limits = *limits;
	e->limits.connections = e->limits.per_ip = 0;
	e->conf = (struct config_listener){.name = "upgrade"};
	e->tag = (struct http_listener){.conf = &e->conf, .limits = &e->limits};
	watch_init(&e->watch, main, door, elder_hear);
	return watch_arm(&e->watch, WATCH_READ);
}

void elder_fini(struct elder *e)
{
	if (e->any == NULL || e->watch.fd < 0)
		return;
	watch_fini(&e->watch);
	close(e->watch.fd);
	e->watch.fd = -1;
}
