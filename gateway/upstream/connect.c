#include "upstream/connect.h"

#include <stdlib.h>

#include "base/log.h"
#include "upstream/reach.h"
#include "upstream/token_map.h"

struct connect {
	struct worker			*worker;
	struct backend			*backend;
	struct connect_request		 request;
	connect_done			*done;
	void				*owner;		/* NULL: cancelled, a letter is coming */
	struct target			*target;	/* the one being tried: a place in it */
	struct reach			*reach;
	struct backend_wait		 wait;		/* for a place */
	struct token_wait		 reading;	/* for the map */
	bool				 waits, reads;
	struct target			*mapped;	/* what the token leads to */
	struct task			 task;		/* begins, or tells what failed at once */
	enum fault			 fault;		/* of the last server */
	size_t				 n_tried;
	struct target			*tried[];	/* [conf->tries], counted */
};

static void connect_free(struct connect *c)
{
	for (size_t i = 0; i < c->n_tried; i++)
		target_put(c->tried[i]);
	target_put(c->mapped);
	task_cancel(&c->task);
	free(c);
}

static void connect_finish(struct connect *c, struct stream *s, enum fault f)
{
	connect_done *done = c->done;
	struct target *target = c->target;
	void *owner = c->owner;

	connect_free(c);
	done(owner, s, target, f);
}

static void connect_refuse(struct connect *c, enum fault f)
{
	log_fault(f, "%s: backend %s", c->request.who, c->backend->conf->name);
	connect_finish(c, NULL, f);
}

static void connect_next(struct connect *);

/* Out before the request that it was made of is gone. */
static void connect_say_preamble(struct connect *c, struct stream *s)
{
	struct iovec iov = {(void *)(uintptr_t)c->request.preamble.p, c->request.preamble.n};

	if (iov.iov_len == 0)
		return;
	stream_write(s, &iov, 1);
	worker_flush(c->worker);
}

static void connect_reached(void *owner, struct stream *s, enum fault f)
{
	struct connect *c = owner;
	struct target *t = c->target;

	c->reach = NULL;
	backend_tell(c->backend, t, f, c->worker->now);
	if (f == FAULT_NONE) {
		connect_say_preamble(c, s);
		connect_finish(c, s, FAULT_NONE);
		return;
	}
	log_fault(f, "%s: backend %s: %s", c->request.who, c->backend->conf->name, t->server.text);
	c->fault = f;
	c->target = NULL;
	held_get(&t->held);
	c->tried[c->n_tried++] = t;
	backend_release(c->backend, t);
	connect_next(c);
}

static void connect_reach(struct connect *c, struct target *t)
{
	const struct config_backend *conf = c->backend->conf;
	const struct reach_options options = {.deadline = c->worker->now + conf->connect_timeout,
	    .preface = c->request.proxy};

	c->target = t;
	c->reach = reach_start(c->worker, c->backend, &t->server, &options, connect_reached, c);
	if (c->reach)
		return;
	c->target = NULL;
	backend_release(c->backend, t);
	connect_refuse(c, FAULT_NO_MEMORY);
}

static void connect_placed(struct backend_wait *wait, struct target *t)
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
		connect_refuse(c, FAULT_QUEUE_TIMEOUT);
	else
		connect_free(c);
}

/* The next server that can be tried, with a place in it. */
static enum fault connect_take(struct connect *c, struct target **t)
{
	const struct backend_pick pick = {c->worker->now, c->request.hash, c->tried, c->n_tried};

	if (c->mapped == NULL)
		return backend_take(c->backend, &pick, t);
	if (c->n_tried > 0)
		return FAULT_NO_SERVER;
	enum fault f = backend_take_target(c->backend, c->mapped);
	if (f == FAULT_NONE)
		held_get(&c->mapped->held);
	*t = c->mapped;
	return f;
}

/* A server that can be tried, or a place in the queue, or the end. */
static void connect_next(struct connect *c)
{
	struct target *t;
	enum fault f = FAULT_NO_SERVER;

	if (c->n_tried < c->backend->conf->tries)
		f = connect_take(c, &t);
	if (f == FAULT_NONE) {
		connect_reach(c, t);
		return;
	}
	if (f == FAULT_BACKEND_FULL && c->n_tried == 0) {
		f = backend_wait(c->backend, &c->wait, c->worker, c->mapped);
		c->waits = f == FAULT_NONE;
		if (c->waits)
			return;
	}
	if (c->n_tried == 0)
		connect_refuse(c, f);
	else
		connect_finish(c, NULL, c->fault);	/* logged when it was met */
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
	struct connect *c = calloc(1, sizeof(*c) + b->conf->tries * sizeof(struct target *));

	if (c == NULL)
		return NULL;
	c->worker = w;
	c->backend = b;
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
	if (c->reach)
		reach_cancel(c->reach);
	if (c->target)
		backend_release(c->backend, c->target);
	c->owner = NULL;
	if (c->waits && !backend_leave(&c->wait))
		return;
	if (c->reads && !token_map_leave(c->backend->map, &c->reading))
		return;
	connect_free(c);
}
