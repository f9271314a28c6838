#include "upstream/health.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/random.h"
#include "codec/proxy_header.h"
#include "net/stream.h"
#include "upstream/reach.h"

enum {
	/* ms before a dead server is asked; twice as long each time, up to the other */
	HEALTH_PAUSE = 250,
	HEALTH_PAUSE_MAX = 8 * 1000,
	HEALTH_ANSWER = 4096,		/* bytes of an answer that are looked at */
	HEALTH_STATUS = 12		/* "HTTP/1.1 200" */
};

struct health {
	struct list		 link;		/* among the fleet's checks */
	struct letter		 letter;	/* brings it to the keeper */
	struct fleet		*fleet;		/* counted */
	struct backend		*backend;	/* counted: in force when a check began; NULL */
	struct target		*target;
	struct worker		*worker;	/* NULL until it is there */
	struct timer		 timer;		/* the next check; or the answer's deadline */
	struct reach		*reach;		/* while it is being connected */
	struct stream		*stream;	/* while an answer is waited for */
	uint64_t		 deadline, pause;
	uint8_t			 header[PROXY_HEADER_ROOM];	/* PROXY */
};

static const struct config_health *health_conf(const struct health *h)
{
	return &h->backend->conf->health;
}

static bool health_is_active(const struct health *h)
{
	return health_conf(h)->type != HEALTH_PASSIVE;
}

/* False: the target is no server any more. */
static bool health_take_backend(struct health *h)
{
	struct fleet *fleet = h->fleet;

	pthread_mutex_lock(&fleet->lock);
	if (fleet->current && !h->target->retired)
		h->backend = backend_get(fleet->current);
	else
		h->target->watched = false;
	pthread_mutex_unlock(&fleet->lock);
	return h->backend != NULL;
}

static void health_put_backend(struct health *h)
{
	backend_put(h->backend);
	h->backend = NULL;
}

static void health_free(struct health *h)
{
	target_put(h->target);
	backend_put(h->backend);
	fleet_put(h->fleet);
	free(h);
}

static void health_close(struct health *h)
{
	if (h->reach)
		reach_cancel(h->reach);
	if (h->stream)
		stream_close(h->stream, false);
	timer_close(h->worker, &h->timer);
	list_remove(&h->link);
	health_free(h);
}

/* Less than ms. */
static uint64_t health_random(uint64_t ms)
{
	uint16_t random;

	random_bytes(&random, sizeof(random));
	return ms * random / 65536;
}

/* A tenth more or less, so that many checks do not fall on one moment. */
static void health_pause(struct health *h, uint64_t ms)
{
	timer_set(h->worker, &h->timer, h->worker->now + ms - ms / 10 + health_random(ms / 5));
}

/* Many checks begin together: they spread over the interval from the first one on. */
static void health_first(struct health *h)
{
	timer_set(h->worker, &h->timer, h->worker->now + health_random(health_conf(h)->interval));
}

static void health_next(struct health *h)
{
	if (health_is_active(h)) {
		health_pause(h, health_conf(h)->interval);
		return;
	}
	h->pause = h->pause ? 2 * h->pause : HEALTH_PAUSE;
	if (h->pause > HEALTH_PAUSE_MAX)
		h->pause = HEALTH_PAUSE_MAX;
	health_pause(h, h->pause);
}

void health_say(const struct backend *b, const struct target *t, enum fault f)
{
	if (f == FAULT_NONE)
		log_line(LOG_LEVEL_INFO, "backend %s: %s is up again", b->conf->name,
		    t->server.text);
	else
		log_line(LOG_LEVEL_WARN, "backend %s: %s is down: %s", b->conf->name,
		    t->server.text, fault_text(f));
}

static void health_result(struct health *h, enum fault f)
{
	const struct config_health *conf = health_conf(h);
	struct backend *b = h->backend;
	struct target *t = h->target;
	bool active = health_is_active(h), changed;

	if (h->stream)
		stream_close(h->stream, false);
	h->stream = NULL;
	pthread_mutex_lock(&h->fleet->lock);
	if (f == FAULT_NONE)
		changed = target_worked(t, TARGET_CHECKS, active ? conf->rise : 1, h->worker->now);
	else
		changed = target_failed(t, TARGET_CHECKS, conf->fall);
	bool up = !t->down;
	t->watched = active || !up;
	if (changed)
		backend_turned(h->fleet);
	pthread_mutex_unlock(&h->fleet->lock);
	if (changed)
		health_say(b, t, f);
	if (!active && up) {
		health_close(h);
		return;
	}
	health_next(h);
	health_put_backend(h);
}

/* What the answer came to: NONE, or CHECK_FAILED; false: more of it is needed. */
static bool health_judge_http(const struct health *h, const uint8_t *p, size_t n, enum fault *f)
{
	unsigned wanted = health_conf(h)->status, status;
	char text[HEALTH_STATUS + 1] = "";
	char dot;

	if (n < HEALTH_STATUS)
		return false;
	memcpy(text, p, HEALTH_STATUS);
	*f = FAULT_CHECK_FAILED;
	if (sscanf(text, "HTTP/1.%c %3u", &dot, &status) == 2 &&
	    (wanted ? status == wanted : status >= 200 && status < 400))
		*f = FAULT_NONE;
	return true;
}

static bool health_judge_text(const struct health *h, const uint8_t *p, size_t n, enum fault *f)
{
	const char *wanted = health_conf(h)->expect;

	*f = memmem(p, n, wanted, strlen(wanted)) ? FAULT_NONE : FAULT_CHECK_FAILED;
	return *f == FAULT_NONE || n >= HEALTH_ANSWER;
}

static size_t health_bytes(struct stream *s, uint8_t *p, size_t n)
{
	struct health *h = s->owner;
	bool http = health_conf(h)->type == HEALTH_HTTP;
	enum fault f = FAULT_NONE;

	if (!(http ? health_judge_http(h, p, n, &f) : health_judge_text(h, p, n, &f)))
		return 0;
	health_result(h, f);
	return n;
}

static void health_eof(struct stream *s)
{
	health_result(s->owner, FAULT_CHECK_FAILED);
}

static void health_gone(struct stream *s, enum fault f)
{
	(void)f;
	health_result(s->owner, FAULT_CHECK_FAILED);
}

static void health_ignore(struct stream *s)
{
	(void)s;	/* a question is short */
}

static const struct stream_events health_events = {
	.bytes = health_bytes,
	.eof = health_eof,
	.full = health_ignore,
	.room = health_ignore,
	.gone = health_gone,
};

/* Host and port as they stand in the configuration: what a Host header says. */
static const char *health_host(const struct config_server *server)
{
	const char *host = strstr(server->text, "://");

	return server->kind == SERVER_UNIX || host == NULL ? "localhost" : host + 3;
}

static void health_ask(struct health *h)
{
	const struct config_health *conf = health_conf(h);
	const char *const request[] = {"GET ", conf->path, " HTTP/1.1\r\nHost: ",
	    health_host(&h->target->server),
	    "\r\nUser-Agent: framegate\r\nConnection: close\r\n\r\n"};
	const char *const *parts = conf->type == HEALTH_HTTP ? request : &conf->send;
	int n = conf->type == HEALTH_HTTP ? (int)(sizeof(request) / sizeof(request[0])) : 1;

	stream_hand(h->stream, &health_events, h);
	for (int i = 0; i < n && parts[i]; i++)
		stream_write(h->stream,
		    &(struct iovec){(void *)(uintptr_t)parts[i], strlen(parts[i])}, 1);
	timer_set(h->worker, &h->timer, h->deadline);
	stream_resume(h->stream, PAUSE_DIAL);
}

static void health_reached(void *owner, struct stream *s, enum fault f)
{
	struct health *h = owner;
	enum config_health_type type = health_conf(h)->type;

	h->reach = NULL;
	h->stream = s;
	if (f == FAULT_DIAL_TIMEOUT)
		f = FAULT_CHECK_TIMEOUT;
	if (s && (type == HEALTH_HTTP || type == HEALTH_EXPECT))
		health_ask(h);
	else
		health_result(h, f);
}

/* A check is from nobody; a server that wants a PROXY header gets one that says so. */
static struct slice health_preface(struct health *h)
{
	struct slice header = {(char *)h->header, 0};

	if (h->backend->conf->send_proxy == SEND_PROXY_V1)
		header.n = proxy_header_write_v1(h->header, NULL);
	else if (h->backend->conf->send_proxy == SEND_PROXY_V2)
		header.n = proxy_header_write_v2(h->header, NULL, NULL);
	return header;
}

/* What there is no reason to ask any more. */
static bool health_is_over(struct health *h)
{
	struct target *t = h->target;

	if (!health_take_backend(h))
		return true;
	if (held_is_last(&t->held))
		return true;		/* the map does not name it any more */
	pthread_mutex_lock(&h->fleet->lock);
	t->watched = health_is_active(h) || t->down;
	bool over = !t->watched;
	pthread_mutex_unlock(&h->fleet->lock);
	return over;
}

static void health_check(struct health *h)
{
	const struct config_health *conf = health_conf(h);

	h->deadline = h->worker->now + conf->timeout;
	h->reach = reach_start(h->worker, h->backend, &h->target->server,
	    &(struct reach_options){.deadline = h->deadline, .no_tls = conf->type == HEALTH_TCP,
	    .preface = health_preface(h)}, health_reached, h);
	if (h->reach)
		return;
	health_next(h);		/* out of memory says nothing about the server */
	health_put_backend(h);
}

static void health_tick(struct timer *timer)
{
	struct health *h = LIST_OWNER(timer, struct health, timer);

	if (h->stream)
		health_result(h, FAULT_CHECK_TIMEOUT);
	else if (health_is_over(h))
		health_close(h);
	else
		health_check(h);
}

static void health_open(struct worker *w, struct letter *l)
{
	struct health *h = LIST_OWNER(l, struct health, letter);

	if (!health_take_backend(h)) {
		health_free(h);
		return;
	}
	if (timer_open(w, &h->timer, health_tick) != FAULT_NONE) {
		pthread_mutex_lock(&h->fleet->lock);
		h->target->watched = h->target->down = false;	/* who would see that it is back? */
		backend_turned(h->fleet);
		pthread_mutex_unlock(&h->fleet->lock);
		health_free(h);
		return;
	}
	h->worker = w;
	list_append(&h->fleet->checks, &h->link);
	if (health_is_active(h))
		health_first(h);
	else
		health_next(h);
	health_put_backend(h);
}

static void health_drop(struct letter *l)
{
	health_free(LIST_OWNER(l, struct health, letter));
}

bool health_watch(struct fleet *fleet, struct target *t)
{
	struct health *h = t->watched ? NULL : calloc(1, sizeof(*h));

	if (h == NULL)
		return t->watched;
	t->watched = true;
	list_init(&h->link);
	h->letter = (struct letter){.open = health_open, .drop = health_drop};
	h->fleet = fleet_get(fleet);
	h->target = t;
	held_get(&t->held);
	worker_post(fleet->keeper, &h->letter);
	return true;
}

bool health_watch_all(struct backend *b)
{
	bool made = true;

	if (b->conf->health.type != HEALTH_PASSIVE)
		for (size_t i = 0; i < b->conf->n_servers; i++)
			made &= health_watch(b->fleet, b->targets[i]);
	return made;
}

void health_hasten(struct fleet *fleet)
{
	const struct config_health *conf = &fleet->current->conf->health;

	for (struct list *l = fleet->checks.next; l != &fleet->checks; l = l->next) {
		struct health *h = LIST_OWNER(l, struct health, link);
		uint64_t latest = h->worker->now + conf->interval;
		if (conf->type != HEALTH_PASSIVE && !h->backend && h->timer.deadline > latest)
			timer_set(h->worker, &h->timer, latest);
	}
}

void health_end(struct fleet *fleet)
{
	struct list *l;

	while ((l = list_take(&fleet->checks)) != NULL)
		health_close(LIST_OWNER(l, struct health, link));
}
