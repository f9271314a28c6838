#include "back/back_events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "back/back_call.h"
#include "back/back_code.h"
#include "back/back_events_answer.h"
#include "back/back_events_body.h"
#include "back/back_events_opening.h"
#include "back/back_pour.h"
#include "base/log.h"
#include "http/gateway_worker.h"

enum {
	BACK_EVENTS_FAREWELL = 10 * 1000,	/* ms for the last requests of a session */
	BACK_EVENTS_REPLAY = 64			/* bytes of that line */
};

enum { BACK_EVENTS_FIRST, BACK_EVENTS_PONG, BACK_EVENTS_LAST, BACK_EVENTS_EXTRAS };

struct back_events {
	struct leg			 leg;
	struct connection		 connection;
	struct back_caller		 caller;
	struct back_call		 call;
	struct back_events_opening	*opening;	/* NULL: it is open, or ended */
	struct back_outbox		 outbox;
	size_t				 stale, replayed;	/* messages and bytes at its front
						 * that were offered and not accepted */
	struct back_events_body		 body;		/* of the request that is under way */
	/* OPEN; the answer to the last PING; CLOSE or DISCONNECT: the session has ended */
	struct back_events_extra	 extra[BACK_EVENTS_EXTRAS];
	struct assembly			 inbox;		/* an answer's body … */
	struct slice			 rest;		/* … of which this is left */
	struct back_pour		 pour;
	struct back_events_answer	 answer;	/* what the last one's head said */
	struct timer			 timer;		/* keep alive, or the farewell's end */
	struct task			 task;		/* the client takes more; buries, too */
	char				*target, *lines;
	bool				 said_last;	/* by the request under way */
	bool				 stopped;	/* the client takes no more now */
};

static void back_events_bury(struct task *t)
{
	struct back_events *e = LIST_OWNER(t, struct back_events, task);

	free(e->target);
	free(e->lines);
	free(e);
}

/* What was delivered refers to it. */
static void back_events_clear_inbox(struct back_events *e)
{
	if (e->inbox.p)
		worker_flush(e->caller.worker);
	assembly_clear(&e->inbox, e->caller.worker);
	e->rest = (struct slice){NULL, 0};
	e->pour.begun = false;
}

static void back_events_free(struct back_events *e)
{
	struct worker *w = e->caller.worker;

	back_call_close(&e->call);
	back_events_body_clear(&e->body, e->caller.worker);
	back_outbox_clear(&e->outbox);
	back_events_clear_inbox(e);
	back_meta_clear(&e->answer.meta);
	back_caller_close(&e->caller);
	list_remove(&e->connection.link);
	timer_close(w, &e->timer);
	task_cancel(&e->task);
	e->task.run = back_events_bury;
	worker_bury(w, &e->task);
}

/* Nothing is lost silently. */
static void back_events_give_up(struct back_events *e)
{
	if (e->outbox.count > 0)
		log_fault_words(FAULT_BACK_UNPOSTED, "route %s: backend %s: session %s: %s: %zu",
		    e->caller.conf->name, e->caller.backend->conf->name, e->caller.id,
		    fault_text(FAULT_BACK_UNPOSTED), e->outbox.count);
	back_events_free(e);
}

static void back_events_end(struct back_events *e, enum fault f)
{
	e->opening = NULL;
	channel_done(&e->leg, f, 0, (struct slice){NULL, 0});
	back_events_give_up(e);
}

static enum fault back_events_compose(struct back_events *e)
{
	const struct back_meta *meta = &e->answer.meta;
	char replay[BACK_EVENTS_REPLAY] = "";

	back_events_body_clear(&e->body, e->caller.worker);
	free(e->lines);
	if (e->replayed > 0)
		snprintf(replay, sizeof(replay), "Content-Bytes-Replayed: %zu\r\n", e->replayed);
	size_t room = strlen(replay) + meta->n + 1;
	e->lines = malloc(room);
	if (e->lines == NULL)
		return FAULT_NO_MEMORY;
	snprintf(e->lines, room, "%s%.*s", replay, (int)meta->n, meta->n ? meta->lines : "");
	return back_events_body_make(&e->body, &e->outbox, e->extra, BACK_EVENTS_EXTRAS);
}

static void back_events_post(struct back_events *e)
{
	const struct back_request r = {
		.method = SLICE("POST"),
		.target = slice_of(e->target),
		.lines = slice_of(e->lines),
		.body = {e->body.p, e->body.n},
		.has_body = true,
		.patience = e->caller.backend->conf->response_timeout,
	};

	e->extra[BACK_EVENTS_PONG].wanted = false;
	e->said_last = e->extra[BACK_EVENTS_LAST].wanted;
	if (e->leg.channel)
		timer_set(e->caller.worker, &e->timer, CLOCK_NEVER);
	back_call_start(&e->call, &r);
}

/* From the loop, or within an event of the call. */
static void back_events_request(struct back_events *e)
{
	enum fault f = back_events_compose(e);

	if (f == FAULT_NONE)
		back_events_post(e);
	else
		back_events_end(e, f);
}

/* Is there anything new to say, and is it our turn? A backend that waits for more gets that. */
static void back_events_next(struct back_events *e)
{
	struct worker *w = e->caller.worker;

	if (!back_call_is_idle(&e->call) || e->rest.n > 0 || e->pour.begun)
		return;
	uint64_t pause = e->answer.keep_alive;
	if (e->extra[BACK_EVENTS_LAST].wanted || (!e->stopped && (e->outbox.count > e->stale ||
	    e->extra[BACK_EVENTS_PONG].wanted)))
		back_events_request(e);
	else
		timer_set(w, &e->timer, pause ? w->now + pause : CLOCK_NEVER);
}

/* Has it ended, and how? The backend is told behind all that the client said. */
static void back_events_farewell(struct back_events *e, enum websocket_event_kind kind,
    uint16_t code, struct slice reason)
{
	struct back_events_extra *last = &e->extra[BACK_EVENTS_LAST];
	struct worker *w = e->caller.worker;

	last->kind = kind;
	last->wanted = true;
	if (kind == EVENT_CLOSE && code != 1005)
		last->n = ws_write_close(last->p, ws_close_code_valid(code) ? code : 1011, reason);
	e->opening = NULL;
	e->stopped = false;
	back_call_hold(&e->call, false);
	back_events_clear_inbox(e);
	assembly_clear(&e->outbox.partial, w);
	timer_set(w, &e->timer, w->now + BACK_EVENTS_FAREWELL);
	back_events_next(e);
}

static void back_events_expire(struct timer *t)
{
	struct back_events *e = LIST_OWNER(t, struct back_events, timer);

	if (e->leg.channel == NULL)
		back_events_give_up(e);
	else if (back_call_is_idle(&e->call) && e->rest.n == 0 && !e->pour.begun)
		back_events_request(e);
	else
		timer_set(e->caller.worker, t, e->caller.worker->now + e->answer.keep_alive);
}

/* What the backend has taken is gone. */
static enum fault back_events_accept(struct back_events *e)
{
	size_t count = e->outbox.count, before = e->body.count, n = e->body.content;

	if (e->answer.accepted > e->body.offered && e->answer.accepted != UINT64_MAX)
		return FAULT_BACK_EVENTS;
	if (e->answer.accepted < n)
		n = (size_t)e->answer.accepted;
	back_outbox_drop_content(&e->outbox, n, before);
	e->stale = before - (count - e->outbox.count);
	e->replayed = e->body.content - n;
	back_events_body_clear(&e->body, e->caller.worker);
	return FAULT_NONE;
}

/* A full outbox stops the client: then the backend has to take something, or all would stand. */
static enum fault back_events_check_room(struct back_events *e, bool progress)
{
	if (back_outbox_has_room(&e->outbox)) {
		channel_room(&e->leg);
	} else if (e->outbox.told_full && e->outbox.count == e->stale) {
		e->stale = 0;	/* nothing new can come: the same again */
		return progress ? FAULT_NONE : FAULT_BACK_EVENTS;
	}
	return FAULT_NONE;
}

static enum fault back_events_message(struct back_events *e, const struct websocket_event *event,
    uint8_t kind)
{
	struct msg m = {(uint8_t *)(uintptr_t)event->content.p, event->content.n, kind, false};

	return back_pour_begin(&e->pour, e->caller.conf, m);
}

/* Only the last one needs an answer (RFC 6455 section 5.5.3). */
static enum fault back_events_ping(struct back_events *e, const struct websocket_event *event)
{
	struct back_events_extra *pong = &e->extra[BACK_EVENTS_PONG];

	if (event->content.n > WS_CONTROL_MAX)
		return FAULT_BACK_EVENTS;
	pong->wanted = true;
	pong->n = event->content.n;
	if (pong->n > 0)
		memcpy(pong->p, event->content.p, pong->n);
	return FAULT_NONE;
}

/* Answered at once, as a client's Close is. */
static void back_events_closed(struct back_events *e, const struct websocket_event *event)
{
	const struct ws_event close = {.opcode = WS_CLOSE,
	    .p = (uint8_t *)(uintptr_t)event->content.p, .n = event->content.n};
	struct slice reason;
	uint16_t code = ws_close_code(&close, &reason);

	channel_done(&e->leg, FAULT_BACK_CLOSED, code, reason);
	back_events_farewell(e, EVENT_CLOSE, code, (struct slice){NULL, 0});
}

/* False: the session has ended. */
static bool back_events_hear(struct back_events *e, const struct websocket_event *event)
{
	enum fault f = FAULT_NONE;

	switch (event->kind) {
	case EVENT_TEXT:
		f = back_events_message(e, event, MSG_TEXT);
		break;
	case EVENT_BINARY:
		f = back_events_message(e, event, MSG_BINARY);
		break;
	case EVENT_PING:
		f = back_events_ping(e, event);
		break;
	case EVENT_OPEN:
		f = FAULT_BACK_EVENTS;
		break;
	case EVENT_CLOSE:
		back_events_closed(e, event);
		return false;
	case EVENT_DISCONNECT:
		f = FAULT_BACK_NO_CLOSE;
		break;
	case EVENT_PONG:
	case EVENT_OTHER:
		break;
	}
	if (f != FAULT_NONE)
		back_events_end(e, f);
	return f == FAULT_NONE;
}

/* What the answer holds, as the client takes it; then the next request. */
static void back_events_go_on(struct back_events *e)
{
	struct websocket_event event;

	while (back_pour_on(&e->pour, &e->leg, e->caller.worker, &e->stopped) &&
	    e->rest.n > 0 && !e->stopped) {
		if (e->leg.channel == NULL)
			return;
		enum fault f = websocket_events_read(&e->rest, &event);
		if (f != FAULT_NONE)
			back_events_end(e, f);
		if (f != FAULT_NONE || !back_events_hear(e, &event))
			return;
	}
	if (e->leg.channel == NULL || e->pour.begun || e->rest.n > 0)
		return;
	back_events_clear_inbox(e);
	back_events_next(e);
}

static void back_events_resume(struct task *t)
{
	back_events_go_on(LIST_OWNER(t, struct back_events, task));
}

static void back_events_refuse(struct back_events *e, unsigned status)
{
	const struct channel *ch = e->leg.channel;
	struct slice body = {(const char *)e->call.body.p, e->call.body.n};
	struct refusal refusal;
	enum fault f = back_events_opening_refusal(e->opening, e->call.excess ? NULL : &body,
	    &refusal);

	if (f != FAULT_NONE) {
		back_events_end(e, f);
		return;
	}
	log_fault_words(FAULT_BACK_REFUSED, "route %s: backend %s: %s: %s with status %u",
	    e->caller.conf->name, e->caller.backend->conf->name, ch->server,
	    fault_text(FAULT_BACK_REFUSED), status);
	channel_refuse(&e->leg, &refusal);
	back_events_free(e);
}

/* Whatever else it says: that it is open is said first. */
static enum fault back_events_check_open(struct back_events *e)
{
	struct websocket_event event;

	if (e->call.excess)
		return FAULT_BACK_TOO_BIG;
	e->rest = (struct slice){(const char *)e->call.body.p, e->call.body.n};
	if (!e->answer.proper || e->rest.n == 0)
		return FAULT_BACK_EVENTS;
	enum fault f = websocket_events_read(&e->rest, &event);
	return f == FAULT_NONE && event.kind != EVENT_OPEN ? FAULT_BACK_EVENTS : f;
}

static void back_events_take_inbox(struct back_events *e)
{
	e->inbox = e->call.body;
	e->call.body = (struct assembly){0};
}

static void back_events_opened(struct back_events *e, unsigned status)
{
	enum fault f = e->opening->fault;

	if (f == FAULT_NONE && status >= 300 && status < 600) {
		back_events_refuse(e, status);
		return;
	}
	if (f == FAULT_NONE)
		f = back_events_check_open(e);
	if (f == FAULT_NONE)
		f = channel_speak(&e->leg, e->opening->subprotocol);
	if (f != FAULT_NONE) {
		if (f != FAULT_NO_MEMORY)
			back_caller_blame(&e->caller, e->caller.target, f);
		e->rest = (struct slice){NULL, 0};
		back_events_end(e, f);
		return;
	}
	e->opening = NULL;
	e->caller.settled = true;
	e->extra[BACK_EVENTS_FIRST].wanted = false;
	back_events_body_clear(&e->body, e->caller.worker);
	back_events_take_inbox(e);
	channel_ready(&e->leg);
	back_events_go_on(e);
}

/* The client has left: the backend still takes what it said, and is told that it left. */
static void back_events_answered_last(struct back_events *e)
{
	size_t before = e->outbox.content + e->outbox.count;

	e->extra[BACK_EVENTS_FIRST].wanted = false;
	if (!e->answer.proper || back_events_accept(e) != FAULT_NONE)
		back_events_give_up(e);
	else if (e->said_last && (e->outbox.count == 0 ||
	    e->outbox.content + e->outbox.count == before))
		back_events_give_up(e);
	else
		back_events_next(e);
}

static enum fault back_events_check(const struct back_events *e, unsigned status)
{
	if (e->call.excess)
		return FAULT_BACK_TOO_BIG;
	if (e->answer.proper)
		return FAULT_NONE;
	if (status == 200)
		return FAULT_BACK_EVENTS;
	log_fault_words(FAULT_BACK_STATUS, "route %s: backend %s: session %s: status %u",
	    e->caller.conf->name, e->caller.backend->conf->name, e->caller.id, status);
	return FAULT_BACK_STATUS;
}

static void back_events_answered(struct back_call *c, unsigned status)
{
	struct back_events *e = LIST_OWNER(c, struct back_events, call);
	size_t before = e->outbox.content + e->outbox.count;

	if (e->leg.channel == NULL) {
		back_events_answered_last(e);
		return;
	}
	if (e->opening) {
		back_events_opened(e, status);
		return;
	}
	enum fault f = back_events_check(e, status);
	if (f == FAULT_NONE)
		f = back_events_accept(e);
	if (f == FAULT_NONE)
		f = back_events_check_room(e, e->outbox.content + e->outbox.count < before);
	if (f != FAULT_NONE) {
		back_events_end(e, f);
		return;
	}
	back_events_take_inbox(e);
	e->rest = (struct slice){(const char *)e->inbox.p, e->inbox.n};
	back_events_go_on(e);
}

static void back_events_failed(struct back_call *c, enum fault f)
{
	back_events_end(LIST_OWNER(c, struct back_events, call), f);
}

static void back_events_connected(struct back_call *c, const struct target *target)
{
	struct back_events *e = LIST_OWNER(c, struct back_events, call);
	struct gateway_worker *g = e->caller.worker->gateway;

	if (e->leg.channel)
		e->leg.channel->server = target->server.text;
	if (list_empty(&e->connection.link))
		list_append(&g->connections, &e->connection.link);
}

static uint64_t back_events_head(struct back_call *c, const struct http1_response *r)
{
	struct back_events *e = LIST_OWNER(c, struct back_events, call);
	uint64_t most = e->caller.conf->max_message + e->caller.conf->buffer;

	back_events_answer_learn(&e->answer, r, e->caller.limits.head);
	if (e->opening)
		return back_events_opening_learn(e->opening, r, &e->answer, most);
	return e->answer.proper && e->leg.channel ? most : 0;
}

static const struct back_call_events back_events_call_events = {
	.connected = back_events_connected,
	.head = back_events_head,
	.answered = back_events_answered,
	.failed = back_events_failed,
};

static struct back_events *back_events_of(struct leg *leg)
{
	return LIST_OWNER(leg, struct back_events, leg);
}

static enum flow back_events_send(struct leg *leg, const struct msg *m)
{
	struct back_events *e = back_events_of(leg);
	enum fault f = back_outbox_put(&e->outbox, m);

	if (f != FAULT_NONE) {
		back_events_end(e, f);
		return FLOW_GONE;
	}
	/* Others of this wake-up go in the same request. */
	worker_resume(e->caller.worker, &e->task);
	if (!back_outbox_is_full(&e->outbox))
		return FLOW_OK;
	return FLOW_FULL;
}

static void back_events_pause(struct leg *leg, bool on)
{
	struct back_events *e = back_events_of(leg);

	e->stopped = on;
	back_call_hold(&e->call, on);
	if (!on)
		worker_resume(e->caller.worker, &e->task);
}

static void back_events_close(struct leg *leg, enum fault f, uint16_t code, struct slice reason)
{
	struct back_events *e = back_events_of(leg);

	if (!e->caller.settled && e->call.state < BACK_CALL_ASKED) {
		back_events_free(e);
		return;
	}
	if (code == 0) {
		code = back_code_of(f);
		reason = slice_of(fault_text(f));
	}
	if (code == 1006 || !e->caller.settled)
		back_events_farewell(e, EVENT_DISCONNECT, 0, (struct slice){NULL, 0});
	else
		back_events_farewell(e, EVENT_CLOSE, code, reason);
}

static const struct leg_ops back_events_leg_ops = {
	.name = "ws-over-http",
	.send = back_events_send,
	.pause = back_events_pause,
	.close = back_events_close,
};

/* Its channel is closed soon, and then it has a time of its own. */
static void back_events_stop(struct connection *connection)
{
	(void)connection;
}

static void back_events_drop(struct connection *connection)
{
	back_events_give_up(LIST_OWNER(connection, struct back_events, connection));
}

static const struct connection_ops back_events_connection_ops = {
	.stop = back_events_stop,
	.drop = back_events_drop,
};

static char *back_events_target(const struct back_caller *c)
{
	size_t room = c->path.n + c->query.n + 2;
	char *target = malloc(room);

	if (target)
		snprintf(target, room, "%.*s%s%.*s", SLICE_ARG(c->path), c->query.p ? "?" : "",
		    (int)c->query.n, c->query.p ? c->query.p : "");
	return target;
}

static enum fault back_events_make(struct back_events *e)
{
	struct worker *w = e->caller.worker;

	back_outbox_init(&e->outbox, w, e->caller.conf->buffer);
	list_init(&e->connection.link);
	e->connection.ops = &back_events_connection_ops;
	task_init(&e->task, back_events_resume);
	e->extra[BACK_EVENTS_FIRST] = (struct back_events_extra){.kind = EVENT_OPEN,
	    .wanted = true};
	e->extra[BACK_EVENTS_PONG].kind = EVENT_PONG;
	e->target = back_events_target(&e->caller);
	if (e->target == NULL)
		return FAULT_NO_MEMORY;
	enum fault f = timer_open(w, &e->timer, back_events_expire);
	if (f != FAULT_NONE)
		return f;
	f = back_call_open(&e->call, &e->caller, &back_events_call_events);
	if (f == FAULT_NONE) {
		f = back_events_compose(e);
		if (f == FAULT_NONE)
			return FAULT_NONE;
		back_events_body_clear(&e->body, e->caller.worker);
		back_call_close(&e->call);
	}
	timer_close(w, &e->timer);
	return f;
}

static enum fault back_events_open_caller(struct back_events *e, struct channel *ch,
    struct exchange *x)
{
	struct header own[4] = {
		{SLICE("Connection-Id"), {ch->id, RANDOM_ID}},
		{SLICE("Accept"), SLICE(BACK_EVENTS_TYPE)},
		{SLICE("Content-Type"), SLICE(BACK_EVENTS_TYPE)},
		{SLICE("Sec-WebSocket-Protocol"), {NULL, 0}},
	};
	enum fault f = back_events_opening_new(x, &e->opening, &own[3].value);

	return f == FAULT_NONE ? back_caller_open(&e->caller, ch, x, own, own[3].value.n ? 4 : 3)
	    : f;
}

static enum fault back_events_open(struct channel *ch, struct exchange *x)
{
	struct back_events *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return FAULT_NO_MEMORY;
	enum fault f = back_events_open_caller(e, ch, x);
	if (f == FAULT_NONE) {
		f = back_events_make(e);
		if (f != FAULT_NONE)
			back_caller_close(&e->caller);
	}
	if (f != FAULT_NONE) {
		back_events_bury(&e->task);
		return f;
	}
	e->leg = (struct leg){.ops = &back_events_leg_ops, .channel = ch};
	ch->back = &e->leg;
	back_events_post(e);
	return FAULT_NONE;
}

const struct back_kind back_events_kind = {
	.name = "ws-over-http",
	.messages = true,
	.speaks = true,
	.open = back_events_open,
};
