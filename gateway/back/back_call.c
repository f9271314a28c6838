#include "back/back_call.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "codec/http_date.h"
#include "http/gateway_worker.h"
#include "upstream/connect.h"
#include "upstream/pool.h"
#include "upstream/reach.h"
#include "upstream/reuse.h"

enum {
	BACK_CALL_DRAIN = 64 * 1024,	/* of a body that nobody wants; then the connection goes */
	/*
	 * A connection that was idle for longer may be closed by its server at the moment at which
	 * it is asked: servers close theirs after seconds.
	 */
	BACK_CALL_FRESH = 1000,
	BACK_CALL_WORDS = 128,		/* bytes of a head that are always the same */
	BACK_CALL_PAUSE = 200,		/* ms after the first failure */
	BACK_CALL_DOUBLINGS = 6		/* of that: 12.8 s */
};

static void back_call_go(struct task *);
static void back_call_expire(struct timer *);

enum fault back_call_open(struct back_call *c, struct back_caller *caller,
    const struct back_call_events *events)
{
	enum fault f = timer_open(caller->worker, &c->timer, back_call_expire);

	if (f != FAULT_NONE)
		return f;
	c->caller = caller;
	c->events = events;
	task_init(&c->task, back_call_go);
	return FAULT_NONE;
}

/* The connection, or what was done for one. */
static void back_call_leave(struct back_call *c)
{
	h1_client_close(&c->client);
	if (c->connect)
		connect_cancel(c->connect);
	if (c->reach)
		reach_cancel(c->reach);
	c->connect = NULL;
	c->reach = NULL;
	target_put(c->target);
	c->target = NULL;
	task_cancel(&c->task);
	timer_set(c->caller->worker, &c->timer, CLOCK_NEVER);
}

void back_call_close(struct back_call *c)
{
	back_call_leave(c);
	timer_close(c->caller->worker, &c->timer);
	assembly_clear(&c->body, c->caller->worker);
	c->state = BACK_CALL_IDLE;
}

/* To be done by its task: the worker's scratch may be in use now. */
static void back_call_begin(struct back_call *c)
{
	c->state = BACK_CALL_CONNECTING;
	worker_resume(c->caller->worker, &c->task);
}

static void back_call_wait(struct back_call *c, uint64_t until)
{
	c->state = BACK_CALL_PAUSED;
	timer_set(c->caller->worker, &c->timer, until);
}

void back_call_start(struct back_call *c, const struct back_request *r)
{
	c->request = *r;
	c->attempts = 0;
	c->failing = 0;
	c->anew = false;
	if (r->not_before > c->caller->worker->now)
		back_call_wait(c, r->not_before);
	else
		back_call_begin(c);
}

/* Twice as long each time; half of it is left to chance, so that sessions do not come as one. */
static uint64_t back_call_pause(struct back_call *c)
{
	unsigned doublings = c->attempts < BACK_CALL_DOUBLINGS ? c->attempts : BACK_CALL_DOUBLINGS;
	uint64_t most = (uint64_t)BACK_CALL_PAUSE << doublings;

	c->attempts++;
	return most / 2 + random_word() % (most / 2 + 1);
}

bool back_call_again(struct back_call *c, uint64_t after)
{
	const struct config_backend *conf = c->caller->backend->conf;
	uint64_t now = c->caller->worker->now, pause = back_call_pause(c);

	if (pause < after)
		pause = after;
	if (c->failing == 0)
		c->failing = now;
	if (conf->retry_for && now + pause - c->failing > conf->retry_for)
		return false;
	back_call_wait(c, now + pause);
	return true;
}

static void back_call_fail(struct back_call *c, enum fault f)
{
	c->state = BACK_CALL_IDLE;
	c->events->failed(c, f);
}

/* sent: the server may have had all of it. */
static void back_call_failed(struct back_call *c, enum fault f, bool sent)
{
	bool stale = c->reused && !c->client.heard;

	if (c->target)
		back_caller_blame(c->caller, c->target, f);
	back_call_leave(c);
	assembly_clear(&c->body, c->caller->worker);
	if (sent && !c->request.repeatable) {
		/* Of a session that never stood nothing can be lost: what counts is why. */
		back_call_fail(c, c->caller->settled ? FAULT_BACK_UNKNOWN : f);
	} else if (stale) {
		c->anew = true;
		back_call_begin(c);
	} else if (!c->caller->settled || !back_call_again(c, 0)) {
		back_call_fail(c, f);
	}
}

/* The answer is all there, or all of it that is wanted. */
static void back_call_finish(struct back_call *c)
{
	back_call_leave(c);
	c->state = BACK_CALL_IDLE;
	c->events->answered(c, c->status);
	assembly_clear(&c->body, c->caller->worker);
}

/* RFC 9110 section 10.2.3: seconds, or a date. In ms; 0: it is not said. */
static uint64_t back_call_retry_after(const struct http1_response *r)
{
	const struct header *h = http1_find(r->headers, r->n_headers, SLICE("Retry-After"));
	uint64_t seconds;
	int64_t date, now = (int64_t)(clock_wall_ms() / 1000);

	if (h && slice_u64(h->value, &seconds))
		return (seconds < UINT32_MAX ? seconds : UINT32_MAX) * 1000;
	if (h && http_date_read(h->value, &date) && date > now)
		return (uint64_t)(date - now) * 1000;
	return 0;
}

static void back_call_ignore(struct h1_client *client)
{
	(void)client;	/* the whole request is written at once, and bounded */
}

static struct back_call *back_call_of(struct h1_client *client)
{
	return LIST_OWNER(client, struct back_call, client);
}

/* Whatever is waited for now, it may take so long; 0: for ever. */
static void back_call_expect(struct back_call *c, uint64_t patience)
{
	struct worker *w = c->caller->worker;

	c->active = w->now;
	timer_set(w, &c->timer, patience ? w->now + patience : CLOCK_NEVER);
}

static void back_call_head(struct h1_client *client, const struct http1_response *r)
{
	struct back_call *c = back_call_of(client);

	c->status = r->status;
	c->retry_after = back_call_retry_after(r);
	c->server_keeps = reuse_server_keeps(r);
	c->state = BACK_CALL_ANSWERED;
	c->dropped = 0;
	c->excess = false;
	back_call_expect(c, c->caller->backend->conf->body_timeout);
	c->most = c->events->head(c, r);
}

static void back_call_body(struct h1_client *client, uint8_t *p, size_t n)
{
	struct back_call *c = back_call_of(client);
	struct msg piece = {p, n, MSG_BINARY, true};

	c->active = c->caller->worker->now;
	if (c->most == 0) {
		c->dropped += n;
		if (c->dropped > BACK_CALL_DRAIN)
			back_call_finish(c);
	} else if (n > c->most - c->body.n) {
		c->excess = true;
		back_call_finish(c);
	} else if (assembly_join(&c->body, c->caller->worker, &piece) != FAULT_NONE) {
		back_call_failed(c, FAULT_NO_MEMORY, true);
	}
}

static void back_call_end(struct h1_client *client, enum h1_client_end how)
{
	struct back_call *c = back_call_of(client);

	reuse_put_away(c->caller->worker, c->caller->backend, c->target, client, how,
	    c->server_keeps);
	back_call_finish(c);
}

/* The answer stands though its body is cut, if nobody wants that. */
static void back_call_gone(struct h1_client *client, enum fault f)
{
	struct back_call *c = back_call_of(client);

	if (c->state == BACK_CALL_ANSWERED && c->most == 0)
		back_call_finish(c);
	else
		back_call_failed(c, f, !client->unsent);
}

static const struct h1_client_events back_call_client_events = {
	.proceed = back_call_ignore,
	.head = back_call_head,
	.body = back_call_body,
	.end = back_call_end,
	.full = back_call_ignore,
	.room = back_call_ignore,
	.gone = back_call_gone,
};

/* NULL: out of memory. */
static char *back_call_compose(const struct back_call *c, size_t *n)
{
	const struct back_request *r = &c->request;
	const struct back_caller *caller = c->caller;
	struct slice host = caller->host.n ? caller->host : target_authority(c->target);
	size_t room = r->method.n + r->target.n + host.n + caller->fields.n + r->lines.n +
	    BACK_CALL_WORDS;
	char length[48] = "", *head = malloc(room);

	if (head == NULL)
		return NULL;
	if (r->has_body)
		snprintf(length, sizeof(length), "Content-Length: %zu\r\n", r->body.n);
	*n = (size_t)snprintf(head, room, "%.*s %.*s HTTP/1.1\r\nHost: %.*s\r\n%.*s%.*s%s%s\r\n",
	    SLICE_ARG(r->method), SLICE_ARG(r->target), SLICE_ARG(host),
	    SLICE_ARG(caller->fields), SLICE_ARG(r->lines), length,
	    reuse_is_wanted(caller->backend->conf) ? "" : "Connection: close\r\n");
	return head;
}

/* Out at once: neither head nor body has to stay in memory for the stream. */
static void back_call_ask(struct back_call *c, struct stream *s)
{
	struct worker *w = c->caller->worker;
	struct h1_client_request ask = {.length = c->request.body.n};
	char *head = back_call_compose(c, &ask.head.n);

	if (head == NULL) {
		stream_close(s, false);
		back_call_failed(c, FAULT_NO_MEMORY, false);
		return;
	}
	ask.head.p = head;
	c->state = BACK_CALL_ASKED;
	stream_set_buffer(s, c->caller->conf->buffer, ask.head.n + c->request.body.n);
	if (c->request.patience == 0)
		stream_probe(s);
	h1_client_open(&c->client, s, &c->caller->limits, &back_call_client_events, &ask);
	h1_client_write(&c->client, (const uint8_t *)c->request.body.p, c->request.body.n);
	h1_client_finish(&c->client);
	worker_flush(w);
	free(head);
	if (c->held)
		h1_client_pause(&c->client);
	back_call_expect(c, c->request.patience);
}

/* The call is closed by whom it tells, or goes on. */
static void back_call_use(struct back_call *c, struct stream *s, struct target *target)
{
	held_get(&target->held);
	c->target = target;
	if (c->events->connected)
		c->events->connected(c, target);
	if (c->state == BACK_CALL_CONNECTING)
		back_call_ask(c, s);
	else
		stream_close(s, false);
}

/* Of two calls that look for a server at the same time one finds it for both. */
static void back_call_connected(void *owner, struct stream *s, struct target *target,
    enum fault f)
{
	struct back_call *c = owner;
	struct back_caller *caller = c->caller;

	c->connect = NULL;
	if (s == NULL) {
		back_call_failed(c, f, false);
		return;
	}
	struct target *spare = caller->target ? target : NULL;
	if (spare == NULL)
		caller->target = target;
	back_call_use(c, s, target);
	if (spare)
		backend_release(caller->backend, spare);
}

static void back_call_reached(void *owner, struct stream *s, enum fault f)
{
	struct back_call *c = owner;
	struct target *target = c->target;

	c->reach = NULL;
	c->target = NULL;
	back_caller_tell(c->caller, target, f);
	if (s) {
		back_call_use(c, s, target);
	} else {
		back_caller_blame(c->caller, target, f);
		back_call_failed(c, f, false);
	}
	target_put(target);
}

/* The server that the session stays with. */
static void back_call_reach(struct back_call *c)
{
	struct back_caller *caller = c->caller;
	struct worker *w = caller->worker;
	const struct reach_options options = {
		.deadline = w->now + caller->backend->conf->connect_timeout,
		.preface = caller->request.proxy
	};
	bool keeps = reuse_is_wanted(caller->backend->conf) && !c->anew;
	struct stream *s = keeps ? pool_take(w->gateway->pool, caller->target,
	    c->request.repeatable ? UINT64_MAX : BACK_CALL_FRESH) : NULL;

	c->reused = s != NULL;
	if (s) {
		back_call_use(c, s, caller->target);
		return;
	}
	held_get(&caller->target->held);
	c->target = caller->target;
	c->reach = reach_start(w, caller->backend, &c->target->server, &options,
	    back_call_reached, c);
	if (c->reach == NULL)
		back_call_failed(c, FAULT_NO_MEMORY, false);
}

static void back_call_go(struct task *t)
{
	struct back_call *c = LIST_OWNER(t, struct back_call, task);
	struct back_caller *caller = c->caller;

	if (caller->target) {
		back_call_reach(c);
		return;
	}
	c->reused = false;
	c->connect = connect_start(caller->worker, caller->backend, &caller->request,
	    back_call_connected, c);
	if (c->connect == NULL)
		back_call_failed(c, FAULT_NO_MEMORY, false);
}

static void back_call_expire(struct timer *t)
{
	struct back_call *c = LIST_OWNER(t, struct back_call, timer);
	uint64_t now = c->caller->worker->now;
	uint64_t patience = c->state == BACK_CALL_ASKED ? c->request.patience
	    : c->caller->backend->conf->body_timeout;

	if (c->state == BACK_CALL_PAUSED) {
		back_call_begin(c);
		return;
	}
	if (c->held)
		c->active = now;	/* it is us who do not listen */
	if (now < c->active + patience) {
		timer_set(c->caller->worker, &c->timer, c->active + patience);
		return;
	}
	bool sent = c->client.stream == NULL || stream_has_sent(c->client.stream);
	if (c->state == BACK_CALL_ANSWERED && c->most == 0)
		back_call_finish(c);
	else
		back_call_failed(c, FAULT_BACK_SILENT, sent);
}

void back_call_hold(struct back_call *c, bool on)
{
	c->held = on;
	if (on)
		h1_client_pause(&c->client);
	else
		h1_client_resume(&c->client);
}
