#include "upstream/backend.h"

#include <stdlib.h>

#include "base/log.h"
#include "upstream/balance.h"
#include "upstream/health.h"
#include "upstream/token_map.h"

static bool backend_wants_tls(const struct config_backend *conf)
{
	for (size_t i = 0; i < conf->n_servers; i++)
		if (conf->servers[i].kind == SERVER_TLS)
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

enum fault backend_new(const struct config_backend *conf, struct backend **made)
{
	struct backend *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return FAULT_NO_MEMORY;
	b->conf = conf;
	pthread_mutex_init(&b->lock, NULL);
	list_init(&b->queue);
	list_init(&b->checks);
	enum fault f = backend_make_targets(b);
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

/* Those of one kind that may be picked, into b->open; *up counts those without a place, too. */
static size_t backend_find(struct backend *b, const struct backend_pick *pick, bool backup,
    size_t *up)
{
	size_t n = 0;

	for (size_t i = 0; i < b->conf->n_servers; i++) {
		struct target *t = b->targets[i];
		if (t->server.backup != backup || t->down || backend_was_tried(pick, t))
			continue;
		++*up;
		if (!target_is_full(t))
			b->open[n++] = t;
	}
	return n;
}

static struct target *backend_grant(struct target *t)
{
	t->sessions++;
	held_get(&t->held);
	return t;
}

/* Backups only when no other server is up: that the others are full is what the queue is for. */
enum fault backend_take(struct backend *b, const struct backend_pick *pick, struct target **target)
{
	enum fault f = FAULT_NONE;
	size_t up = 0;

	pthread_mutex_lock(&b->lock);
	size_t n = backend_find(b, pick, false, &up);
	if (up == 0)
		n = backend_find(b, pick, true, &up);
	if (n > 0) {
		const struct balance_choice choice = {b->open, n, pick->now, pick->hash};
		*target = backend_grant(balance_table[b->conf->balance].pick(&choice));
	} else {
		f = up > 0 ? FAULT_BACKEND_FULL : FAULT_NO_SERVER;
	}
	pthread_mutex_unlock(&b->lock);
	return f;
}

enum fault backend_take_target(struct backend *b, struct target *t)
{
	enum fault f = FAULT_NONE;

	pthread_mutex_lock(&b->lock);
	if (t->down)
		f = FAULT_NO_SERVER;
	else if (target_is_full(t))
		f = FAULT_BACKEND_FULL;
	else
		t->sessions++;
	pthread_mutex_unlock(&b->lock);
	return f;
}

/* The first who waits and may have this one. */
static struct backend_wait *backend_first(struct backend *b, const struct target *t)
{
	for (struct list *l = b->queue.next; l != &b->queue; l = l->next) {
		struct backend_wait *wait = LIST_OWNER(l, struct backend_wait, link);
		if (wait->only == NULL || wait->only == t)
			return wait;
	}
	return NULL;
}

/* A place of the target is free: to the first who waits, by letter. */
static bool backend_pass_on(struct backend *b, struct target *t)
{
	struct backend_wait *wait = t->down || target_is_full(t) ? NULL : backend_first(b, t);

	if (wait == NULL)
		return false;
	list_remove(&wait->link);
	b->n_waiting--;
	wait->given = backend_grant(t);
	worker_post(wait->worker, &wait->letter);
	return true;
}

void backend_release(struct backend *b, struct target *t)
{
	pthread_mutex_lock(&b->lock);
	t->sessions--;
	backend_pass_on(b, t);
	pthread_mutex_unlock(&b->lock);
	target_put(t);
}

void backend_serve_queue(struct backend *b, struct target *t)
{
	while (backend_pass_on(b, t))
		continue;
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
		changed = target_worked(t, 1, now);
	else if (fault != FAULT_NONE && backend_blames(fault) && b->keeper)
		changed = target_failed(t, health->fall);
	else
		changed = false;
	if (changed && t->down && !active && !health_watch(b, t))
		t->down = changed = false;
	if (changed && !t->down)
		backend_serve_queue(b, t);
	pthread_mutex_unlock(&b->lock);
	if (changed)
		health_say(b, t, fault);
}

static void backend_wait_end(struct backend_wait *wait, struct target *given)
{
	timer_close(wait->worker, &wait->timer);
	wait->done(wait, given);
}

static void backend_wait_open(struct worker *w, struct letter *l)
{
	struct backend_wait *wait = LIST_OWNER(l, struct backend_wait, letter);

	(void)w;
	backend_wait_end(wait, wait->given);
}

static void backend_wait_drop(struct letter *l)
{
	struct backend_wait *wait = LIST_OWNER(l, struct backend_wait, letter);

	backend_wait_end(wait, wait->given);
}

static void backend_wait_expire(struct timer *t)
{
	struct backend_wait *wait = LIST_OWNER(t, struct backend_wait, timer);

	if (backend_leave(wait))
		wait->done(wait, NULL);
}

enum fault backend_wait(struct backend *b, struct backend_wait *wait, struct worker *w,
    struct target *only)
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
	wait->only = only;
	timer_set(w, &wait->timer, w->now + queue->timeout);
	pthread_mutex_lock(&b->lock);
	if (b->n_waiting < queue->length) {
		b->n_waiting++;
		list_append(&b->queue, &wait->link);
		for (size_t i = 0; i < b->conf->n_servers; i++)
			backend_serve_queue(b, b->targets[i]);	/* one may be free by now */
		if (only)
			backend_serve_queue(b, only);
	} else {
		f = FAULT_QUEUE_FULL;
	}
	pthread_mutex_unlock(&b->lock);
	if (f != FAULT_NONE)
		timer_close(w, &wait->timer);
	return f;
}

bool backend_leave(struct backend_wait *wait)
{
	struct backend *b = wait->backend;

	pthread_mutex_lock(&b->lock);
	bool left = wait->given == NULL;
	if (left) {
		list_remove(&wait->link);
		b->n_waiting--;
	}
	pthread_mutex_unlock(&b->lock);
	if (left)
		timer_close(wait->worker, &wait->timer);
	return left;
}
