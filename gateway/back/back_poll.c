#include "back/back_poll.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "back/back_call.h"
#include "back/back_outbox.h"
#include "back/back_pour.h"
#include "base/log.h"
#include "http/gateway_worker.h"

enum {
	BACK_POLL_FAREWELL = 10 * 1000,	/* ms for what a client said before it left */
	/* ms from one question to the next where the answer was empty, or about to say nothing */
	BACK_POLL_PACE = 100,
	BACK_POLL_LINES = 128
};

struct back_poll {
	struct leg		 leg;
	struct connection	 connection;	/* it outlives its channel: for who stops us */
	struct back_caller	 caller;
	struct back_call	 poll, post;
	struct back_outbox	 outbox;
	struct assembly		 inbox;		/* the message that pour gives on */
	struct back_pour	 pour;
	struct timer		 timer;		/* the farewell's end */
	struct task		 task;		/* the client takes more; buries, too */
	uint64_t		 asked;		/* worker.now at the last question */
	uint64_t		 received, posted;
	char			*target;	/* of polls, with the client's query */
	char			*send;		/* of posts */
	bool			 stopped;	/* the client takes no more now */
	bool			 ready;
	bool			 empty;		/* was the last answer */
	char			 poll_lines[BACK_POLL_LINES], post_lines[BACK_POLL_LINES];
};

static void back_poll_bury(struct task *t)
{
	struct back_poll *b = LIST_OWNER(t, struct back_poll, task);

	free(b->target);
	free(b->send);
	free(b);
}

/* What was delivered refers to it. */
static void back_poll_clear_inbox(struct back_poll *b)
{
	if (b->inbox.p)
		worker_flush(b->caller.worker);
	assembly_clear(&b->inbox, b->caller.worker);
	b->pour.begun = false;
}

static void back_poll_free(struct back_poll *b)
{
	struct worker *w = b->caller.worker;

	back_call_close(&b->poll);
	back_call_close(&b->post);
	back_outbox_clear(&b->outbox);
	back_poll_clear_inbox(b);
	back_caller_close(&b->caller);
	list_remove(&b->connection.link);
	timer_close(w, &b->timer);
	task_cancel(&b->task);
	b->task.run = back_poll_bury;
	worker_bury(w, &b->task);
}

/* Nothing is lost silently. */
static void back_poll_give_up(struct back_poll *b)
{
	if (b->outbox.count > 0)
		log_fault_words(FAULT_BACK_UNPOSTED, "route %s: backend %s: session %s: %s: %zu",
		    b->caller.conf->name, b->caller.backend->conf->name, b->caller.id,
		    fault_text(FAULT_BACK_UNPOSTED), b->outbox.count);
	back_poll_free(b);
}

/* There is no channel any more: what the client said before still goes to the backend. */
static void back_poll_farewell(struct back_poll *b)
{
	struct worker *w = b->caller.worker;

	back_call_close(&b->poll);
	back_poll_clear_inbox(b);
	assembly_clear(&b->outbox.partial, w);
	if (!b->ready || b->outbox.count == 0) {
		back_poll_free(b);
		return;
	}
	timer_set(w, &b->timer, w->now + BACK_POLL_FAREWELL);
}

static void back_poll_expire(struct timer *t)
{
	back_poll_give_up(LIST_OWNER(t, struct back_poll, timer));
}

/* The poll has ended the session. */
static void back_poll_end(struct back_poll *b, enum fault f)
{
	channel_done(&b->leg, f, 0, (struct slice){NULL, 0});
	back_poll_farewell(b);
}

static void back_poll_ask(struct back_poll *b, uint64_t not_before)
{
	struct back_request r = {
		.method = SLICE("GET"),
		.target = slice_of(b->target),
		.lines = {b->poll_lines, 0},
		.repeatable = true,
		.not_before = not_before,
	};

	r.lines.n = (size_t)snprintf(b->poll_lines, BACK_POLL_LINES,
	    "Framegate-Received: %llu\r\n", (unsigned long long)b->received);
	b->asked = not_before > b->caller.worker->now ? not_before : b->caller.worker->now;
	back_call_start(&b->poll, &r);
}

/* Where there was nothing to say there will be nothing at once, and a busy loop helps nobody. */
static void back_poll_ask_slowly(struct back_poll *b)
{
	back_poll_ask(b, b->asked + BACK_POLL_PACE);
}

/* The message, and the next poll behind it. */
static void back_poll_go_on(struct back_poll *b)
{
	if (b->pour.begun) {
		if (!back_pour_on(&b->pour, &b->leg, b->caller.worker, &b->stopped))
			return;
		b->received++;
	}
	back_poll_clear_inbox(b);
	if (b->leg.channel == NULL || b->stopped || !back_call_is_idle(&b->poll))
		return;
	if (b->empty)
		back_poll_ask_slowly(b);
	else
		back_poll_ask(b, 0);
}

static void back_poll_resume(struct task *t)
{
	back_poll_go_on(LIST_OWNER(t, struct back_poll, task));
}

static void back_poll_connected(struct back_call *c, const struct target *target)
{
	struct back_poll *b = LIST_OWNER(c, struct back_poll, poll);
	struct channel *ch = b->leg.channel;

	ch->server = target->server.text;
	if (b->ready)
		return;
	b->ready = b->caller.settled = true;
	list_append(&b->caller.worker->gateway->connections, &b->connection.link);
	channel_ready(&b->leg);
}

static bool back_poll_is_coded(const struct http1_response *r)
{
	const struct header *h = http1_find(r->headers, r->n_headers, SLICE("Content-Encoding"));

	return h && !slice_ieq(h->value, SLICE("identity"));
}

static bool back_poll_is_text(const struct http1_response *r)
{
	const struct header *h = http1_find(r->headers, r->n_headers, SLICE("Content-Type"));

	return h && slice_istarts(h->value, SLICE("text/"));
}

/* What the body will be is kept where it is needed: with what gives it on. */
static uint64_t back_poll_head(struct back_call *c, const struct http1_response *r)
{
	struct back_poll *b = LIST_OWNER(c, struct back_poll, poll);

	if (r->status != 200)
		return 0;
	b->pour.kind = back_poll_is_coded(r) ? 0 : back_poll_is_text(r) ? MSG_TEXT : MSG_BINARY;
	return b->caller.conf->max_message;
}

static void back_poll_message(struct back_poll *b)
{
	struct msg m = {b->poll.body.p, b->poll.body.n, b->pour.kind, false};
	enum fault f = FAULT_NONE;

	if (b->poll.excess)
		f = FAULT_BACK_TOO_BIG;
	else if (m.kind == 0)
		f = FAULT_BACK_CODING;
	if (f == FAULT_NONE)
		f = back_pour_begin(&b->pour, b->caller.conf, m);
	if (f != FAULT_NONE) {
		back_poll_end(b, f);
		return;
	}
	b->empty = m.n == 0;
	b->inbox = b->poll.body;
	b->poll.body = (struct assembly){0};
	back_poll_go_on(b);
}

/* On the log, since the fault alone does not say it. */
static enum fault back_poll_status(const struct back_poll *b, struct slice what, unsigned status)
{
	log_fault_words(FAULT_BACK_STATUS, "route %s: backend %s: session %s: %.*s: status %u",
	    b->caller.conf->name, b->caller.backend->conf->name, b->caller.id, SLICE_ARG(what),
	    status);
	return FAULT_BACK_STATUS;
}

static void back_poll_answered(struct back_call *c, unsigned status)
{
	struct back_poll *b = LIST_OWNER(c, struct back_poll, poll);

	switch (status) {
	case 200:
		back_poll_message(b);
		break;
	case 204:	/* nothing, or nothing in time for somebody in between */
	case 408:
	case 504:
		b->empty = true;
		back_poll_go_on(b);
		break;
	case 404:
	case 410:
		back_poll_end(b, FAULT_NONE);
		break;
	default:
		if (status != 429 && status < 500)
			back_poll_end(b, back_poll_status(b, SLICE("poll"), status));
		else if (!back_call_again(c, c->retry_after))
			back_poll_end(b, FAULT_BACK_ERRORS);
	}
}

/* The servers that it could not be opened with were said on the log. */
static void back_poll_failed(struct back_call *c, enum fault f)
{
	back_poll_end(LIST_OWNER(c, struct back_poll, poll), f);
}

static const struct back_call_events back_poll_events = {
	.connected = back_poll_connected,
	.head = back_poll_head,
	.answered = back_poll_answered,
	.failed = back_poll_failed,
};

/* One at a time: that keeps the order. */
static void back_poll_post(struct back_poll *b)
{
	struct back_message *m = back_outbox_first(&b->outbox);
	const struct config_backend *conf = b->caller.backend->conf;

	if (m == NULL || !back_call_is_idle(&b->post))
		return;
	struct back_request r = {
		.method = SLICE("POST"),
		.target = slice_of(b->send),
		.lines = {b->post_lines, 0},
		.body = {(const char *)m->p, m->n},
		.has_body = true,
		.patience = conf->response_timeout,
	};
	r.lines.n = (size_t)snprintf(b->post_lines, BACK_POLL_LINES,
	    "Framegate-Seq: %llu\r\nContent-Type: %s\r\n", (unsigned long long)b->posted + 1,
	    m->kind == WS_TEXT ? "text/plain; charset=utf-8" : "application/octet-stream");
	back_call_start(&b->post, &r);
}

/* What was being posted did not arrive, or nobody knows: then nothing else may follow it. */
static void back_poll_post_end(struct back_poll *b, enum fault f)
{
	channel_done(&b->leg, f, 0, (struct slice){NULL, 0});
	back_poll_give_up(b);
}

static uint64_t back_poll_post_head(struct back_call *c, const struct http1_response *r)
{
	(void)c;
	(void)r;
	return 0;
}

static void back_poll_posted(struct back_poll *b)
{
	b->posted++;
	back_outbox_drop(&b->outbox, back_outbox_first(&b->outbox));
	if (b->leg.channel == NULL && b->outbox.count == 0) {
		back_poll_free(b);
		return;
	}
	back_poll_post(b);
	if (back_outbox_has_room(&b->outbox) && b->leg.channel)
		channel_room(&b->leg);
}

static void back_poll_post_answered(struct back_call *c, unsigned status)
{
	struct back_poll *b = LIST_OWNER(c, struct back_poll, post);

	if (status >= 200 && status < 300)
		back_poll_posted(b);
	else if (status != 429 && status != 503)
		back_poll_post_end(b, back_poll_status(b, SLICE("post"), status));
	else if (!back_call_again(c, c->retry_after))
		back_poll_post_end(b, FAULT_BACK_ERRORS);
}

static void back_poll_post_failed(struct back_call *c, enum fault f)
{
	back_poll_post_end(LIST_OWNER(c, struct back_poll, post), f);
}

static const struct back_call_events back_poll_post_events = {
	.head = back_poll_post_head,
	.answered = back_poll_post_answered,
	.failed = back_poll_post_failed,
};

static struct back_poll *back_poll_of(struct leg *leg)
{
	return LIST_OWNER(leg, struct back_poll, leg);
}

static enum flow back_poll_send(struct leg *leg, const struct msg *m)
{
	struct back_poll *b = back_poll_of(leg);
	enum fault f = back_outbox_put(&b->outbox, m);

	if (f != FAULT_NONE) {
		back_poll_post_end(b, f);
		return FLOW_GONE;
	}
	back_poll_post(b);
	return back_outbox_is_full(&b->outbox) ? FLOW_FULL : FLOW_OK;
}

static void back_poll_pause(struct leg *leg, bool on)
{
	struct back_poll *b = back_poll_of(leg);

	b->stopped = on;
	back_call_hold(&b->poll, on);
	if (!on)
		worker_resume(b->caller.worker, &b->task);
}

static void back_poll_close(struct leg *leg, enum fault f, uint16_t code, struct slice reason)
{
	(void)f;
	(void)code;
	(void)reason;
	back_poll_farewell(back_poll_of(leg));
}

static const struct leg_ops back_poll_ops = {
	.name = "longpoll",
	.send = back_poll_send,
	.pause = back_poll_pause,
	.close = back_poll_close,
};

/* Its channel is closed soon, and then it has a time of its own. */
static void back_poll_stop(struct connection *connection)
{
	(void)connection;
}

static void back_poll_drop(struct connection *connection)
{
	back_poll_give_up(LIST_OWNER(connection, struct back_poll, connection));
}

static const struct connection_ops back_poll_connection_ops = {
	.stop = back_poll_stop,
	.drop = back_poll_drop,
};

/* The client's query goes along, unless the path has one of its own. NULL: out of memory. */
static char *back_poll_target(const struct back_caller *c, const char *path)
{
	bool own = c->query.p == NULL || strchr(path, '?');
	size_t room = strlen(path) + c->query.n + 2;
	char *target = malloc(room);

	if (target)
		snprintf(target, room, "%s%s%.*s", path, own ? "" : "?",
		    own ? 0 : (int)c->query.n, own ? "" : c->query.p);
	return target;
}

static enum fault back_poll_make(struct back_poll *b)
{
	const struct config_poll *paths = &b->caller.backend->conf->poll;
	struct worker *w = b->caller.worker;

	back_outbox_init(&b->outbox, w, b->caller.conf->buffer);
	list_init(&b->connection.link);
	b->connection.ops = &back_poll_connection_ops;
	task_init(&b->task, back_poll_resume);
	b->target = back_poll_target(&b->caller, paths->path);
	b->send = back_poll_target(&b->caller, paths->send);
	if (b->target == NULL || b->send == NULL)
		return FAULT_NO_MEMORY;
	enum fault f = timer_open(w, &b->timer, back_poll_expire);
	if (f != FAULT_NONE)
		return f;
	f = back_call_open(&b->poll, &b->caller, &back_poll_events);
	if (f == FAULT_NONE) {
		f = back_call_open(&b->post, &b->caller, &back_poll_post_events);
		if (f == FAULT_NONE)
			return FAULT_NONE;
		back_call_close(&b->poll);
	}
	timer_close(w, &b->timer);
	return f;
}

static enum fault back_poll_open(struct channel *ch, struct exchange *x)
{
	const struct header own[] = {
		{SLICE("Framegate-Session"), {ch->id, RANDOM_ID}},
	};
	struct back_poll *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return FAULT_NO_MEMORY;
	enum fault f = back_caller_open(&b->caller, ch, x, own, sizeof(own) / sizeof(own[0]));
	if (f == FAULT_NONE) {
		f = back_poll_make(b);
		if (f != FAULT_NONE)
			back_caller_close(&b->caller);
	}
	if (f != FAULT_NONE) {
		back_poll_bury(&b->task);
		return f;
	}
	b->leg = (struct leg){.ops = &back_poll_ops, .channel = ch};
	ch->back = &b->leg;
	back_poll_ask(b, 0);
	return FAULT_NONE;
}

const struct back_kind back_poll_kind = {
	.name = "longpoll",
	.messages = true,
	.open = back_poll_open,
};
