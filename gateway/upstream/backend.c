#include "upstream/backend.h"

#include <stdlib.h>
#include <string.h>

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

static bool backend_is_same(const struct config_server *a, const struct config_server *b)
{
	return a->kind == b->kind && strcmp(a->text, b->text) == 0;
}

/* The target of this server in the configuration before, unless another server has it already. */
static struct target *backend_find_target(const struct backend *b, const struct backend *before,
    const struct config_server *server)
{
	for (size_t i = 0; before && i < before->conf->n_servers; i++) {
		struct target *t = before->targets[i];
		bool taken = false;
		if (!backend_is_same(&t->server, server))
			continue;
		for (size_t k = 0; b->targets[k]; k++)
			taken |= b->targets[k] == t;
		if (!taken)
			return t;
	}
	return NULL;
}

static enum fault backend_make_targets(struct backend *b, const struct backend *before)
{
	const struct config_backend *conf = b->conf;

	b->targets = calloc(conf->n_servers + 1, sizeof(struct target *));
	b->open = calloc(conf->n_servers + 1, sizeof(struct target *));
	if (b->targets == NULL || b->open == NULL)
		return FAULT_NO_MEMORY;
	for (size_t i = 0; i < conf->n_servers; i++) {
		struct target *t = backend_find_target(b, before, &conf->servers[i]);
		if (t)
			held_get(&t->held);
		else
			t = target_new(&conf->servers[i], conf->max_sessions);
		if (t == NULL)
			return FAULT_NO_MEMORY;
		b->targets[i] = t;
	}
	return FAULT_NONE;
}

static void backend_free(struct held *h)
{
	struct backend *b = LIST_OWNER(h, struct backend, held);

	for (size_t i = 0; b->targets && b->targets[i]; i++)
		target_put(b->targets[i]);
	free(b->targets);
	free(b->open);
	series_put(b->counts);
	token_map_put(b->map);
	if (b->tls)
		tls_ctx_free(b->tls);
	fleet_put(b->fleet);
	held_put(b->config);
	free(b);
}

static enum fault backend_make(struct backend *b, const struct backend *before, unsigned workers)
{
	const struct config_backend *conf = b->conf;

	b->counts = series_get(SERIES_BACKEND, conf->name, workers);
	b->fleet = before ? fleet_get(before->fleet) : fleet_new();
	enum fault f = b->counts && b->fleet ? backend_make_targets(b, before) : FAULT_NO_MEMORY;
	if (f == FAULT_NONE && backend_wants_tls(conf))
		f = tls_ctx_client(conf, &b->tls);
	if (f == FAULT_NONE && conf->map)
		f = token_map_new(conf, before ? before->map : NULL, &b->map);
	return f;
}

enum fault backend_new(const struct config_backend *conf, struct held *config,
    const struct backend *before, unsigned workers, struct backend **made)
{
	struct backend *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return FAULT_NO_MEMORY;
	held_init(&b->held, backend_free);
	b->conf = conf;
	b->config = config ? held_get(config) : NULL;
	enum fault f = backend_make(b, before, workers);
	if (f != FAULT_NONE)
		backend_put(b);
	else
		*made = b;
	return f;
}

struct backend *backend_get(struct backend *b)
{
	held_get(&b->held);
	return b;
}

void backend_put(struct backend *b)
{
	if (b)
		held_put(&b->held);
}

static bool backend_was_tried(const struct backend_pick *pick, const struct target *t)
{
	return pick->was_tried && pick->was_tried(pick, t);
}

static bool backend_is_up(const struct backend_pick *pick, const struct target *t)
{
	return target_is_up(t) && !t->draining && !backend_was_tried(pick, t);
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

static struct target *backend_grant(struct backend *b, struct target *t)
{
	t->sessions++;
	held_get(&t->held);
	backend_get(b);
	return t;
}

/* Why there is none: a server that is up but drained is what an admin wanted. */
static enum fault backend_nobody(const struct backend *b, const struct backend_pick *pick)
{
	for (size_t i = 0; i < b->conf->n_servers; i++)
		if (b->targets[i]->draining && target_is_up(b->targets[i]) &&
		    !backend_was_tried(pick, b->targets[i]))
			return FAULT_DRAINED;
	return FAULT_NO_SERVER;
}

/* With a place taken in it; or NULL and why not. */
static struct target *backend_choose(struct backend *b, const struct backend_pick *pick,
    enum fault *f)
{
	size_t up = backend_find(b, pick), n = 0;

	for (size_t i = 0; i < up; i++)
		if (!target_is_full(b->open[i]))
			b->open[n++] = b->open[i];
	*f = n > 0 ? FAULT_NONE : up > 0 ? FAULT_BACKEND_FULL : backend_nobody(b, pick);
	if (n == 0)
		return NULL;
	const struct balance_choice choice = {b->open, n, pick->now, pick->hash};
	return backend_grant(b, balance_table[b->conf->balance].pick(&choice));
}

enum fault backend_take(struct backend *b, const struct backend_pick *pick, struct target **target)
{
	enum fault f;

	pthread_mutex_lock(&b->fleet->lock);
	*target = backend_choose(b, pick, &f);
	pthread_mutex_unlock(&b->fleet->lock);
	return f;
}

/* The first who waits and may have this one. */
static struct backend_wait *backend_first(struct fleet *fleet, const struct target *t)
{
	for (struct list *l = fleet->queue.next; l != &fleet->queue; l = l->next) {
		struct backend_wait *wait = LIST_OWNER(l, struct backend_wait, link);
		if (backend_may_have(wait->backend, &wait->pick, t))
			return wait;
	}
	return NULL;
}

/* Out of the queue, with a place or without. */
static void backend_answer(struct backend_wait *wait, struct target *given)
{
	list_remove(&wait->link);
	wait->backend->fleet->n_waiting--;
	wait->given = given;
	worker_post(wait->worker, &wait->letter);
}

/* A place of the target is free: to the first who waits, by letter. */
static void backend_pass_on(struct fleet *fleet, struct target *t)
{
	struct backend_wait *wait = target_is_up(t) && !t->draining && !target_is_full(t)
	    ? backend_first(fleet, t) : NULL;

	if (wait)
		backend_answer(wait, backend_grant(wait->backend, t));
}

/* In the order in which they came, as if each came only now. */
void backend_turned(struct fleet *fleet)
{
	struct list *next;

	for (struct list *l = fleet->queue.next; l != &fleet->queue; l = next) {
		struct backend_wait *wait = LIST_OWNER(l, struct backend_wait, link);
		enum fault f;
		struct target *t = backend_choose(wait->backend, &wait->pick, &f);
		next = l->next;
		if (f != FAULT_BACKEND_FULL)
			backend_answer(wait, t);
	}
}

void backend_release(struct backend *b, struct target *t)
{
	pthread_mutex_lock(&b->fleet->lock);
	t->sessions--;
	backend_pass_on(b->fleet, t);
	pthread_mutex_unlock(&b->fleet->lock);
	target_put(t);
	backend_put(b);
}

unsigned backend_look(struct backend *b, struct backend_server *servers)
{
	pthread_mutex_lock(&b->fleet->lock);
	unsigned waiting = b->fleet->n_waiting;
	for (size_t i = 0; i < b->conf->n_servers; i++)
		servers[i] = (struct backend_server){!b->targets[i]->down, b->targets[i]->draining,
		    b->targets[i]->sessions};
	pthread_mutex_unlock(&b->fleet->lock);
	return waiting;
}

size_t backend_drain(struct backend *b, struct slice server, bool on)
{
	size_t n = 0;

	pthread_mutex_lock(&b->fleet->lock);
	for (size_t i = 0; i < b->conf->n_servers; i++) {
		if (server.n > 0 && !slice_eq(server, slice_of(b->targets[i]->server.text)))
			continue;
		b->targets[i]->draining = on;
		n++;
	}
	if (n > 0)
		backend_turned(b->fleet);
	pthread_mutex_unlock(&b->fleet->lock);
	return n;
}

/* Whether it tells something about the server: not what we lack ourselves, or do not want. */
static bool backend_blames(enum fault f)
{
	return f != FAULT_NO_MEMORY && f != FAULT_NO_FILES && f != FAULT_DIAL_DENIED;
}

/* By the configuration in force, whichever the session has. */
static bool backend_judge(struct fleet *fleet, struct target *t, enum fault fault, uint64_t now)
{
	const struct config_health *health = &fleet->current->conf->health;
	bool active = health->type != HEALTH_PASSIVE, changed = false;

	if (fault == FAULT_NONE && (!active || !t->down))
		changed = target_worked(t, TARGET_SESSIONS, 1, now);
	else if (fault != FAULT_NONE && backend_blames(fault))
		changed = target_failed(t, TARGET_SESSIONS, health->fall);
	if (changed && t->down && !active && !health_watch(fleet, t))
		t->down = changed = false;
	if (changed)
		backend_turned(fleet);
	return changed;
}

void backend_tell(struct backend *b, struct target *t, enum fault fault, uint64_t now)
{
	struct fleet *fleet = b->fleet;

	pthread_mutex_lock(&fleet->lock);
	bool changed = fleet->current && !t->retired && backend_judge(fleet, t, fault, now);
	pthread_mutex_unlock(&fleet->lock);
	if (changed)
		health_say(b, t, fault);
}

/* What is said of a server now holds for all who know it. */
static void backend_settle_targets(struct backend *b)
{
	const struct config_backend *conf = b->conf;

	for (size_t i = 0; i < conf->n_servers; i++) {
		struct target *t = b->targets[i];
		const struct config_server *server = &conf->servers[i];
		t->server.weight = server->weight;
		t->server.backup = server->backup;
		t->max_sessions = server->max ? server->max : conf->max_sessions;
		t->retired = false;
	}
	if (b->map)
		token_map_set_max(b->map, conf->max_sessions);
}

static void backend_retire_targets(struct backend *b)
{
	for (size_t i = 0; i < b->conf->n_servers; i++)
		b->targets[i]->retired = true;
}

enum fault backend_enter(struct backend *b, struct worker *keeper)
{
	struct fleet *fleet = b->fleet;
	struct backend *before = fleet->current;	/* only this thread changes it */

	pthread_mutex_lock(&fleet->lock);
	if (before)
		backend_retire_targets(before);
	backend_settle_targets(b);
	fleet->current = b;
	fleet->keeper = keeper;
	bool watched = health_watch_all(b);
	backend_turned(fleet);
	pthread_mutex_unlock(&fleet->lock);
	health_hasten(fleet);
	return watched ? FAULT_NONE : FAULT_NO_MEMORY;
}

void backend_retire(struct backend *b)
{
	struct fleet *fleet = b->fleet;

	pthread_mutex_lock(&fleet->lock);
	bool last = fleet->current == b;
	if (last) {
		fleet->current = NULL;
		fleet->keeper = NULL;
		backend_retire_targets(b);
		backend_turned(fleet);
	}
	pthread_mutex_unlock(&fleet->lock);
	if (last)
		health_end(fleet);
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

	b->fleet->n_waiting++;
	list_append(&b->fleet->queue, &wait->link);
	if (f != FAULT_BACKEND_FULL)
		backend_answer(wait, t);
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
	pthread_mutex_lock(&b->fleet->lock);
	if (b->fleet->n_waiting < queue->length)
		backend_arrive(b, wait);
	else
		f = FAULT_QUEUE_FULL;
	pthread_mutex_unlock(&b->fleet->lock);
	if (f != FAULT_NONE)
		timer_close(w, &wait->timer);
	return f;
}

bool backend_leave(struct backend_wait *wait)
{
	struct backend *b = wait->backend;

	pthread_mutex_lock(&b->fleet->lock);
	bool left = !list_empty(&wait->link);
	if (left) {
		list_remove(&wait->link);
		b->fleet->n_waiting--;
	}
	pthread_mutex_unlock(&b->fleet->lock);
	if (left)
		timer_close(wait->worker, &wait->timer);
	return left;
}
