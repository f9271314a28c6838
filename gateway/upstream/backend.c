#include "upstream/backend.h"

#include <stdlib.h>

#include "base/log.h"
#include "report/series.h"
#include "upstream/balance.h"
#include "upstream/health.h"
#include "upstream/token_map.h"

static bool backend_wants_tls(const struct config_backend *conf)
{
	for (size_t i = 0; i < conf->n_servers; i++)
		if (config_server_has_tls(conf->servers[i].kind))
			return true;
	return false;
}

static enum fault backend_make_targets(struct backend *b)
{
	const struct config_backend *conf = b->conf;

	b->targets = calloc(conf->n_servers + 1, sizeof(struct target *));
	b->open = calloc(conf->n_servers + 1, sizeof(struct target *));
	if (b->targets == NULL || b->open == NULL)
		return FAULT_NO_MEMORY;
	for (size_t i = 0; i < conf->n_servers; i++) {
		b->targets[i] = target_new(&conf->servers[i], conf->max_sessions);
		if (b->targets[i] == NULL)
			return FAULT_NO_MEMORY;
	}
	return FAULT_NONE;
}

enum fault backend_new(const struct config_backend *conf, unsigned workers, struct backend **made)
{
	struct backend *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return FAULT_NO_MEMORY;
	b->conf = conf;
	pthread_mutex_init(&b->lock, NULL);
	list_init(&b->queue);
	list_init(&b->checks);
	b->counts = series_get(SERIES_BACKEND, conf->name, workers);
	enum fault f = b->counts ? backend_make_targets(b) : FAULT_NO_MEMORY;
	if (f == FAULT_NONE && backend_wants_tls(conf))
		f = tls_ctx_client(conf, &b->tls);
	if (f == FAULT_NONE && conf->map)
		f = token_map_new(conf, &b->map);
	if (f != FAULT_NONE) {
		backend_free(b);
		return f;
	}
	*made = b;
	return FAULT_NONE;
}

void backend_free(struct backend *b)
{
	if (b == NULL)
		return;
	for (size_t i = 0; b->targets && i < b->conf->n_servers; i++)
		target_put(b->targets[i]);
	free(b->targets);
	free(b->open);
	series_put(b->counts);
	token_map_free(b->map);
	if (b->tls)
		tls_ctx_free(b->tls);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

static bool backend_was_tried(const struct backend_pick *pick, const struct target *t)
{
	return pick->was_tried && pick->was_tried(pick, t);
}

static bool backend_is_up(const struct backend_pick *pick, const struct target *t)
{
	return !t->down && !backend_was_tried(pick, t);
}

/*
 * Those that are up for who asks, full or not, into b->open. Backups only when no other server is
 * up: that the others are full is what the queue is for.
 */
static size_t backend_find(struct backend *b, const struct backend_pick *pick)
{
	struct target *const *from = pick->only ? &pick->only : b->targets;
	size_t n_from = pick->only ? 1 : b->conf->n_servers, n = 0;

	for (int backup = 0; backup <= 1 && n == 0; backup++)
		for (size_t i = 0; i < n_from; i++)
			if (from[i]->server.backup == backup && backend_is_up(pick, from[i]))
				b->open[n++] = from[i];
	return n;
}

static bool backend_may_have(struct backend *b, const struct backend_pick *pick,
    const struct target *t)
{
	for (size_t i = backend_find(b, pick); i > 0; i--)
		if (b->open[i - 1] == t)
			return true;
	return false;
}

static struct target *backend_grant(struct target *t)
{
	t->sessions++;
	held_get(&t->held);
	return t;
}

/* With a place taken in it; or NULL and why not. */
static struct target *backend_choose(struct backend *b, const struct backend_pick *pick,
    enum fault *f)
{
	size_t up = backend_find(b, pick), n = 0;

	for (size_t i = 0; i < up; i++)
		if (!target_is_full(b->open[i]))
			b->open[n++] = b->open[i];
	*f = n > 0 ? FAULT_NONE : up > 0 ? FAULT_BACKEND_FULL : FAULT_NO_SERVER;
	if (n == 0)
		return NULL;
	const struct balance_choice choice = {b->open, n, pick->now, pick->hash};
	return backend_grant(balance_table[b->conf->balance].pick(&choice));
}

enum fault backend_take(struct backend *b, const struct backend_pick *pick, struct target **target)
{
	enum fault f;

	pthread_mutex_lock(&b->lock);
	*target = backend_choose(b, pick, &f);
	pthread_mutex_unlock(&b->lock);
	return f;
}

/* The first who waits and may have this one. */
static struct backend_wait *backend_first(struct backend *b, const struct target *t)
{
	for (struct list *l = b->queue.next; l != &b->queue; l = l->next) {
		struct backend_wait *wait = LIST_OWNER(l, struct backend_wait, link);
		if (backend_may_have(b, &wait->pick, t))
			return wait;
	}
	return NULL;
}

/* Out of the queue, with a place or without. */
static void backend_answer(struct backend *b, struct backend_wait *wait, struct target *given)
{
	list_remove(&wait->link);
	b->n_waiting--;
	wait->given = given;
	worker_post(wait->worker, &wait->letter);
}

/* A place of the target is free: to the first who waits, by letter. */
static bool backend_pass_on(struct backend *b, struct target *t)
{
	struct backend_wait *wait = t->down || target_is_full(t) ? NULL : backend_first(b, t);

	if (wait == NULL)
		return false;
	backend_answer(b, wait, backend_grant(t));
	return true;
}

static void backend_serve(struct backend *b, struct target *t)
{
	while (backend_pass_on(b, t))
		continue;
}

void backend_turned(struct backend *b, struct target *t)
{
	struct list *next;

	backend_serve(b, t);
	if (!t->down)
		return;
	for (size_t i = 0; i < b->conf->n_servers; i++)
		backend_serve(b, b->targets[i]);	/* backups may be open now */
	for (struct list *l = b->queue.next; l != &b->queue; l = next) {
		struct backend_wait *wait = LIST_OWNER(l, struct backend_wait, link);
		next = l->next;
		if (backend_find(b, &wait->pick) == 0)
			backend_answer(b, wait, NULL);
	}
}

void backend_release(struct backend *b, struct target *t)
{
	pthread_mutex_lock(&b->lock);
	t->sessions--;
	backend_pass_on(b, t);
	pthread_mutex_unlock(&b->lock);
	target_put(t);
}

unsigned backend_look(struct backend *b, struct backend_server *servers)
{
	pthread_mutex_lock(&b->lock);
	unsigned waiting = b->n_waiting;
	for (size_t i = 0; i < b->conf->n_servers; i++)
		servers[i] = (struct backend_server){!b->targets[i]->down, b->targets[i]->sessions};
	pthread_mutex_unlock(&b->lock);
	return waiting;
}

/* Whether it tells something about the server: not what we lack ourselves, or do not want. */
static bool backend_blames(enum fault f)
{
	return f != FAULT_NO_MEMORY && f != FAULT_NO_FILES && f != FAULT_DIAL_DENIED;
}

void backend_tell(struct backend *b, struct target *t, enum fault fault, uint64_t now)
{
	const struct config_health *health = &b->conf->health;
	bool active = health->type != HEALTH_PASSIVE, changed;

	pthread_mutex_lock(&b->lock);
	if (fault == FAULT_NONE && (!active || !t->down))
		changed = target_worked(t, TARGET_SESSIONS, 1, now);
	else if (fault != FAULT_NONE && backend_blames(fault) && b->keeper)
		changed = target_failed(t, TARGET_SESSIONS, health->fall);
	else
		changed = false;
	if (changed && t->down && !active && !health_watch(b, t))
		t->down = changed = false;
	if (changed)
		backend_turned(b, t);
	pthread_mutex_unlock(&b->lock);
	if (changed)
		health_say(b, t, fault);
}

static void backend_wait_end(struct backend_wait *wait)
{
	timer_close(wait->worker, &wait->timer);
	wait->done(wait, wait->given, wait->given ? FAULT_NONE : FAULT_NO_SERVER);
}

static void backend_wait_open(struct worker *w, struct letter *l)
{
	(void)w;
	backend_wait_end(LIST_OWNER(l, struct backend_wait, letter));
}

static void backend_wait_drop(struct letter *l)
{
	backend_wait_end(LIST_OWNER(l, struct backend_wait, letter));
}

static void backend_wait_expire(struct timer *t)
{
	struct backend_wait *wait = LIST_OWNER(t, struct backend_wait, timer);

	if (backend_leave(wait))
		wait->done(wait, NULL, FAULT_QUEUE_TIMEOUT);
}

/* A place may have become free since it was told that there is none. Those before it had theirs. */
static void backend_arrive(struct backend *b, struct backend_wait *wait)
{
	enum fault f;
	struct target *t = backend_choose(b, &wait->pick, &f);

	b->n_waiting++;
	list_append(&b->queue, &wait->link);
	if (f != FAULT_BACKEND_FULL)
		backend_answer(b, wait, t);
}

enum fault backend_wait(struct backend *b, struct backend_wait *wait, struct worker *w,
    const struct backend_pick *pick)
{
	const struct config_queue *queue = &b->conf->queue;
	enum fault f = FAULT_NONE;

	if (!queue->length)
		return FAULT_BACKEND_FULL;
	if (timer_open(w, &wait->timer, backend_wait_expire) != FAULT_NONE)
		return FAULT_NO_MEMORY;
	list_init(&wait->link);
	wait->letter = (struct letter){.open = backend_wait_open,
	    .drop = backend_wait_drop};
	wait->worker = w;
	wait->backend = b;
	wait->given = NULL;
	wait->pick = *pick;
	timer_set(w, &wait->timer, w->now + queue->timeout);
	pthread_mutex_lock(&b->lock);
	if (b->n_waiting < queue->length)
		backend_arrive(b, wait);
	else
		f = FAULT_QUEUE_FULL;
	pthread_mutex_unlock(&b->lock);
	if (f != FAULT_NONE)
		timer_close(w, &wait->timer);
	return f;
}

bool backend_leave(struct backend_wait *wait)
{
	struct backend *b = wait->backend;

	pthread_mutex_lock(&b->lock);
	bool left = !list_empty(&wait->link);
	if (left) {
		list_remove(&wait->link);
		b->n_waiting--;
	}
	pthread_mutex_unlock(&b->lock);
	if (left)
		timer_close(wait->worker, &wait->timer);
	return left;
}
