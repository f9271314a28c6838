#include "upstream/connect.h"

#include <stdlib.h>

#include "base/log.h"
#include "http/gateway_worker.h"
#include "upstream/pool.h"
#include "upstream/reach.h"
#include "upstream/token_map.h"

enum connect_state { CONNECT_TRYING, CONNECT_FAILED, CONNECT_WON };

/* One server that is being tried, or was. */
struct connect_try {
	struct connect		*connect;
	struct target		*target;	/* counted; TRYING and WON: with a place in it */
	struct reach		*reach;		/* TRYING */
	bool			 hurried;	/* it has less than connect_timeout */
	enum connect_state	 state;
};

struct connect {
	struct worker			*worker;
	struct backend			*backend;	/* counted */
	struct connect_request		 request;
	connect_done			*done;
	void				*owner;		/* NULL: cancelled, a letter is coming */
	struct backend_wait		 wait;		/* for a place */
	struct token_wait		 reading;	/* for the map */
	bool				 waits, reads;
	struct target			*mapped;	/* what the token leads to */
	struct task			 task;		/* begins */
	struct timer			 timer;		/* another server, though one is tried */
	enum fault			 fault;		/* of the server that failed last */
	uint64_t			 deadline;	/* of all that are tried */
	uint64_t			 left;		/* ms until then; kept in the queue */
	size_t				 most, n_tried, under_way;
	struct connect_try		 tries[];	/* [most] */
};

/* What is still under way ends here; who won keeps the place. */
static void connect_free(struct connect *c)
{
	for (size_t i = 0; i < c->n_tried; i++) {
		struct connect_try *t = &c->tries[i];
		if (t->state == CONNECT_TRYING) {
			reach_cancel(t->reach);
			backend_release(c->backend, t->target);
		} else if (t->state == CONNECT_FAILED) {
			target_put(t->target);
		}
	}
	target_put(c->mapped);
	timer_close(c->worker, &c->timer);
	task_cancel(&c->task);
	backend_put(c->backend);
	free(c);
}

static void connect_fail(struct connect *c, enum fault f)
{
	connect_done *done = c->done;
	void *owner = c->owner;

	connect_free(c);
	done(owner, NULL, NULL, f);
}

static void connect_refuse(struct connect *c, enum fault f)
{
	log_fault(f, "%s: backend %s", c->request.who, c->backend->conf->name);
	connect_fail(c, f);
}

/* Out before the request that it was made of is gone. */
static void connect_say_preamble(struct connect *c, struct stream *s)
{
	struct iovec iov = {(void *)(uintptr_t)c->request.preamble.p, c->request.preamble.n};

	if (iov.iov_len == 0)
		return;
	stream_write(s, &iov, 1);
	worker_flush(c->worker);
}

static void connect_blame(struct connect *c, struct connect_try *t, enum fault f)
{
	log_fault(f, "%s: backend %s: %s", c->request.who, c->backend->conf->name,
	    t->target->server.text);
	if (f != FAULT_DIAL_TIMEOUT || !t->hurried)
		backend_tell(c->backend, t->target, f, c->worker->now);
}

static void connect_win(struct connect_try *t, struct stream *s)
{
	struct connect *c = t->connect;
	struct target *target = t->target;
	connect_done *done = c->done;
	void *owner = c->owner;

	t->state = CONNECT_WON;
	if (c->request.reused == NULL || !*c->request.reused)
		backend_tell(c->backend, target, FAULT_NONE, c->worker->now);
	/* Who was asked before had more time. */
	for (struct connect_try *earlier = c->tries; earlier < t; earlier++)
		if (earlier->state == CONNECT_TRYING)
			connect_blame(c, earlier, FAULT_DIAL_SLOW);
	connect_say_preamble(c, s);
	connect_free(c);
	done(owner, s, target, FAULT_NONE);
}

static void connect_next(struct connect *);

static void connect_lose(struct connect_try *t)
{
	struct connect *c = t->connect;

	t->state = CONNECT_FAILED;
	held_get(&t->target->held);
	backend_release(c->backend, t->target);
	if (--c->under_way == 0)
		c->left = c->deadline > c->worker->now ? c->deadline - c->worker->now : 0;
}

static void connect_reached(void *owner, struct stream *s, enum fault f)
{
	struct connect_try *t = owner;
	struct connect *c = t->connect;

	if (f == FAULT_NONE) {
		connect_win(t, s);
		return;
	}
	connect_blame(c, t, f);
	connect_lose(t);
	c->fault = f;
	connect_next(c);
}

/* A connection that is there already says nothing new about the server, and needs no preamble. */
static bool connect_reuse(struct connect_try *t)
{
	struct connect *c = t->connect;
	struct stream *s = c->request.reused
	    ? pool_take(c->worker->gateway->pool, t->target, UINT64_MAX) : NULL;

	if (s == NULL)
		return false;
	*c->request.reused = true;
	connect_win(t, s);
	return true;
}

/* The next server's turn comes even if this one never answers: in time for all of them. */
static void connect_reach(struct connect *c, struct target *target)
{
	const struct config_backend *conf = c->backend->conf;
	uint64_t now = c->worker->now;
	struct connect_try *t = &c->tries[c->n_tried++];

	if (c->under_way++ == 0)
		c->deadline = now + c->left;
	*t = (struct connect_try){.connect = c, .target = target,
	    .hurried = c->deadline < now + conf->connect_timeout};
	if (connect_reuse(t))
		return;
	const struct reach_options options = {.deadline = c->deadline, .preface = c->request.proxy};
	t->reach = reach_start(c->worker, c->backend, &target->server, &options, connect_reached,
	    t);
	if (t->reach) {
		timer_set(c->worker, &c->timer, now + conf->connect_timeout / c->most);
		return;
	}
	connect_lose(t);
	if (c->under_way == 0)
		connect_refuse(c, FAULT_NO_MEMORY);
}

static void connect_placed(struct backend_wait *wait, struct target *t, enum fault f)
{
	struct connect *c = LIST_OWNER(wait, struct connect, wait);

	c->waits = false;
	if (c->owner && t) {
		connect_reach(c, t);
		return;
	}
	if (t)
		backend_release(c->backend, t);
	if (c->owner)
		connect_refuse(c, f);
	else
		connect_free(c);
}

static bool connect_was_tried(const struct backend_pick *pick, const struct target *target)
{
	const struct connect *c = pick->who;

	for (size_t i = 0; i < c->n_tried; i++)
		if (c->tries[i].target == target)
			return true;
	return false;
}

/* A server that can be tried, or a place in the queue, or the end. */
static void connect_next(struct connect *c)
{
	const struct backend_pick pick = {c->worker->now, c->request.hash, c->mapped,
	    connect_was_tried, c};
	struct target *t;
	enum fault f = FAULT_NO_SERVER;

	if (c->n_tried < c->most && c->left > 0)
		f = backend_take(c->backend, &pick, &t);
	if (f == FAULT_NONE) {
		connect_reach(c, t);
		return;
	}
	if (c->under_way > 0)
		return;
	if (f == FAULT_BACKEND_FULL) {
		f = backend_wait(c->backend, &c->wait, c->worker, &pick);
		c->waits = f == FAULT_NONE;
		if (c->waits) {
			timer_set(c->worker, &c->timer, CLOCK_NEVER);
			return;
		}
	}
	if (c->n_tried == 0)
		connect_refuse(c, f);
	else
		connect_fail(c, c->fault);	/* logged when it was met */
}

/* As many as tries says, or there are. */
static size_t connect_most(const struct config_backend *conf)
{
	size_t n = conf->map ? 1 : conf->n_servers;

	return n < conf->tries ? n : conf->tries;
}

static void connect_hurry(struct timer *t)
{
	connect_next(LIST_OWNER(t, struct connect, timer));
}

static void connect_look_up(struct connect *c)
{
	c->mapped = token_map_find(c->backend->map, c->request.token);
	if (c->mapped)
		connect_next(c);
	else
		connect_refuse(c, FAULT_TOKEN_UNKNOWN);
}

static void connect_read(struct token_wait *wait)
{
	struct connect *c = LIST_OWNER(wait, struct connect, reading);

	c->reads = false;
	if (c->owner)
		connect_look_up(c);
	else
		connect_free(c);
}

static void connect_begin(struct task *task)
{
	struct connect *c = LIST_OWNER(task, struct connect, task);

	if (c->backend->map == NULL) {
		connect_next(c);
		return;
	}
	c->reads = !token_map_ready(c->backend->map, &c->reading, c->worker);
	if (!c->reads)
		connect_look_up(c);
}

struct connect *connect_start(struct worker *w, struct backend *b,
    const struct connect_request *request, connect_done *done, void *owner)
{
	size_t most = connect_most(b->conf);
	struct connect *c = calloc(1, sizeof(*c) + most * sizeof(struct connect_try));

	if (c == NULL || timer_open(w, &c->timer, connect_hurry) != FAULT_NONE) {
		free(c);
		return NULL;
	}
	c->worker = w;
	c->backend = backend_get(b);
	c->left = b->conf->connect_timeout;
	c->most = most;
	c->request = *request;
	c->wait.done = connect_placed;
	c->reading.done = connect_read;
	c->done = done;
	c->owner = owner;
	task_init(&c->task, connect_begin);
	worker_resume(w, &c->task);
	return c;
}

void connect_cancel(struct connect *c)
{
	c->owner = NULL;
	if (c->waits && !backend_leave(&c->wait))
		return;
	if (c->reads && !token_map_leave(c->backend->map, &c->reading))
		return;
	connect_free(c);
}
