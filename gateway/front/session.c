#include "front/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/tally.h"
#include "codec/ws_handshake.h"
#include "front/session_receive.h"
#include "front/session_send.h"
#include "http/admission.h"
#include "http/exchange_record.h"
#include "http/gateway_worker.h"

static struct session *session_of(struct leg *leg)
{
	return LIST_OWNER(leg, struct session, leg);
}

static void session_free(struct task *t)
{
	struct session *s = LIST_OWNER(t, struct session, task);

	held_put(s->snapshot);
	STATS_ADD(s->worker->stats.kept, -(int64_t)sizeof(*s));
	free(s);
}

/* Nobody can find it any more. What it has beside itself goes now. */
static void session_clear(struct session *s)
{
	session_map_remove(s->link);
	held_put(&s->link->held);
	list_remove(&s->all);
	timer_close(s->worker, &s->timer);
	task_cancel(&s->task);
	assembly_clear(&s->partial, s->worker);
	outbox_drop(&s->outbox, s->worker, s->outbox.last);
	if (s->tally)
		tally_release(s->tally, s->address.ip);
}

static void session_over(struct session *s)
{
	session_clear(s);
	s->task.run = session_free;
	worker_bury(s->worker, &s->task);
}

void session_wake(struct session *s)
{
	worker_resume(s->worker, &s->task);
}

/* When something would be due if nothing happened before. */
static uint64_t session_deadline(const struct session *s)
{
	if (s->state == SESSION_OPENING)
		return CLOCK_NEVER;	/* that is the backend's time */
	if (s->receiver == NULL)
		return s->left + s->kind->patience(s->conf);
	return session_receive_deadline(s);
}

static void session_set_timer(struct session *s)
{
	timer_set(s->worker, &s->timer, session_deadline(s));
}

static void session_work(struct task *t)
{
	struct session *s = LIST_OWNER(t, struct session, task);

	if (s->failed)
		session_fail(s, s->failed);
	session_send_go_on(s);
	session_receive_go_on(s);
	if (s->dismissed && s->receiver == NULL)
		session_over(s);
	else
		session_set_timer(s);
}

static void session_tick(struct timer *t)
{
	struct session *s = LIST_OWNER(t, struct session, timer);

	if (s->worker->now < session_deadline(s)) {
		session_set_timer(s);
	} else if (s->receiver) {
		session_receive_late(s);
		session_set_timer(s);
	} else {
		session_fail(s, s->kind->left);
		session_send_go_on(s);
		session_over(s);
	}
}

static void session_closed(struct session *s, enum fault f, uint16_t code, struct slice reason)
{
	s->state = SESSION_CLOSED;
	if (code == 0) {
		code = (uint16_t)fault_ws(f);
		reason = slice_of(f == FAULT_NONE ? NULL : fault_text(f));
	}
	s->code = code;
	s->reason_n = (uint8_t)(reason.n < VISIT_REASON ? reason.n : VISIT_REASON);
	if (s->reason_n > 0)
		memcpy(s->reason, reason.p, s->reason_n);
	s->full = s->stopped = false;
	assembly_clear(&s->partial, s->worker);
	session_wake(s);
}

void session_fail(struct session *s, enum fault f)
{
	const struct slice none = {NULL, 0};

	if (s->state == SESSION_CLOSED)
		return;
	channel_done(&s->leg, f, 0, none);
	session_closed(s, f, 0, none);
}

static void session_ready(struct leg *leg)
{
	struct session *s = session_of(leg);

	s->state = SESSION_OPEN;
	s->left = s->heard = s->worker->now;
	memcpy(s->id, leg->channel->id, sizeof(s->id));
	if (s->opener) {
		memcpy(s->opener->session, s->id, sizeof(s->id));
		if (s->opener->x)
			s->opener->subprotocol = arena_copy(&s->opener->x->arena,
			    leg->channel->subprotocol);
		visit_answer(s->opener, VISIT_DONE);
	}
	s->opener = NULL;
	if (s->receiver)
		memcpy(s->receiver->session, s->id, sizeof(s->id));
	session_wake(s);
}

/* It never stood: whoever waited for it is told why. */
static void session_refuse_all(struct session *s, enum fault f)
{
	coded_add(&s->counts->handshakes, f, true);
	if (s->opener)
		visit_refuse(s->opener, f);
	session_receive_refuse(s, f);
	session_send_refuse(s, f);
	session_over(s);
}

static void session_close(struct leg *leg, enum fault f, uint16_t code, struct slice reason)
{
	struct session *s = session_of(leg);

	if (s->state == SESSION_OPENING)
		session_refuse_all(s, f);
	else
		session_closed(s, f, code, reason);
}

static void session_refuse(struct leg *leg, const struct refusal *r)
{
	struct session *s = session_of(leg);
	struct visit *v = s->opener ? s->opener : s->receiver;

	if (v && v->parked && v->worker == s->worker && v->x) {
		v->ops->refused(v, r);
		s->opener = s->receiver = NULL;
		visit_answer(v, VISIT_DONE);
	}
	session_refuse_all(s, FAULT_BACK_REFUSED);
}

static void session_pause(struct leg *leg, bool on)
{
	struct session *s = session_of(leg);

	s->stopped = on;
	if (!on)
		session_wake(s);
}

/* Whole messages are kept: fragments wait for their last, as long as they are not too much. */
static enum fault session_keep(struct session *s, const struct msg *fragment)
{
	struct msg m = *fragment;

	if ((m.more || s->partial.n > 0) && m.n > s->conf->max_message - s->partial.n)
		return FAULT_BACK_TOO_BIG;
	enum fault f = assembly_join(&s->partial, s->worker, &m);
	if (f != FAULT_NONE || m.more)
		return f;
	f = outbox_put(&s->outbox, s->worker, &m);
	if (s->partial.p)
		assembly_clear(&s->partial, s->worker);
	return f;
}

static enum flow session_take(struct leg *leg, const struct msg *m)
{
	struct session *s = session_of(leg);

	if (s->failed == FAULT_NONE)
		s->failed = session_keep(s, m);
	s->full = s->failed || session_receive_is_full(s);
	session_wake(s);
	return s->full ? FLOW_FULL : FLOW_OK;
}

static uint64_t session_queued(const struct leg *leg)
{
	return LIST_OWNER(leg, struct session, leg)->outbox.bytes;
}

static const struct leg_ops session_leg_ops = {
	.name = "session",
	.queued = session_queued,
	.ready = session_ready,
	.send = session_take,
	.pause = session_pause,
	.refuse = session_refuse,
	.close = session_close,
};

static enum fault session_count(struct session *s, const struct exchange *x)
{
	unsigned most = s->kind->most(s->conf);
	const struct address *a = admission_counted(x->client->listener, exchange_client(x));

	if (most == 0 || a == NULL)
		return FAULT_NONE;
	s->address = *a;
	enum fault f = tally_take(x->route->use->kept_by_address, a->ip, most,
	    FAULT_SESSION_PER_IP);
	if (f == FAULT_NONE)
		s->tally = x->route->use->kept_by_address;
	return f;
}

/* Who offers none need not: a client that is curl has no use for them. */
static enum fault session_choose(const struct exchange *x, struct slice *subprotocol)
{
	const struct request *r = x->request;
	const struct config_route *conf = x->route->conf;

	*subprotocol = (struct slice){NULL, 0};
	if (ws_handshake_first_offer(r->headers, r->n_headers).n == 0)
		return FAULT_NONE;
	return ws_handshake_subprotocol(r->headers, r->n_headers, conf->subprotocols.v,
	    conf->subprotocols.n, subprotocol);
}

static enum fault session_open_channel(struct session *s, struct exchange *x,
    const char *transport)
{
	struct slice subprotocol;
	struct exchange_record record;
	enum fault f = session_choose(x, &subprotocol);

	if (f != FAULT_NONE)
		return f;
	if (!access_kept_is_wanted())
		return channel_open(x, &s->leg, subprotocol, transport, NULL);
	exchange_record_make(&record, x);
	record.access.transport = slice_of(transport);
	record.access.subprotocol = subprotocol;
	if (!x->route->back->messages)
		record.access.framing =
		    slice_of(exchange_framing(x, subprotocol)->framer->name);
	return channel_open(x, &s->leg, subprotocol, transport, &record.access);
}

/* With its link, which others may find as soon as it is made. */
static struct session *session_new(const struct visit *v, const struct session_kind *kind,
    struct session_link *link)
{
	struct session *s = calloc(1, sizeof(*s));

	if (s == NULL || timer_open(v->worker, &s->timer, session_tick) != FAULT_NONE) {
		free(s);
		return NULL;
	}
	s->leg.ops = &session_leg_ops;
	s->kind = kind;
	s->conf = v->x->route->conf;
	s->snapshot = held_get(v->x->snapshot);
	s->worker = v->worker;
	s->counts = exchange_counts(v->x);
	s->link = link;
	link->session = s;
	task_init(&s->task, session_work);
	list_init(&s->senders);
	list_init(&s->all);
	list_append(&v->worker->gateway->sessions, &s->all);
	STATS_ADD(s->worker->stats.kept, (int64_t)sizeof(*s));
	return s;
}

static enum fault session_begin(struct session *s, struct visit *v, const char *transport)
{
	struct exchange *x = v->x;
	enum fault f = admission_handshake(s->worker->gateway->admission, x->client->limits,
	    s->worker->now);

	if (f == FAULT_NONE)
		f = session_count(s, x);
	if (f == FAULT_NONE)
		f = session_open_channel(s, x, transport);
	return f;
}

enum fault session_open(struct visit *v, const struct session_kind *kind, struct slice id,
    const char *transport)
{
	struct session_link *link;
	bool found;
	enum fault f = session_map_claim(v->worker->gateway->session_map, v->worker,
	    v->x->route->conf, id, &link, &found);

	if (f != FAULT_NONE)
		return f;
	v->link = link;
	if (found) {
		visit_send(v);
		return FAULT_NONE;
	}
	struct session *s = session_new(v, kind, link);
	if (s == NULL) {
		session_map_remove(link);
		return FAULT_NO_MEMORY;
	}
	held_get(&link->held);
	f = session_begin(s, v, transport);
	if (f != FAULT_NONE) {
		coded_add(&s->counts->handshakes, f, true);
		session_over(s);
		return f;
	}
	v->away = v->parked = true;
	s->acknowledges = v->wish == VISIT_OPEN && v->resumes;
	if (v->wish == VISIT_OPEN)
		s->opener = v;
	else
		session_receive(s, v);
	return FAULT_NONE;
}

void session_visited(struct session *s, struct visit *v)
{
	v->parked = true;
	v->since = s->worker->now;
	memcpy(v->session, s->id, sizeof(s->id));
	switch (v->wish) {
	case VISIT_RECEIVE:
		session_receive(s, v);
		break;
	case VISIT_LEAVE:
		session_receive_leave(s, v);
		break;
	case VISIT_DELIVER:
		session_send(s, v);
		break;
	case VISIT_CLOSE:
		session_receive_discard(s);
		session_fail(s, FAULT_WS_CLOSED);
		s->dismissed = true;
		visit_answer(v, VISIT_DONE);
		break;
	case VISIT_OPEN:
		visit_answer(v, VISIT_DONE);	/* it stands */
		break;
	}
	session_wake(s);
}

void session_recalled(struct session *s, struct visit *v)
{
	if (v == s->opener) {
		s->opener = NULL;
		channel_done(&s->leg, FAULT_PEER_EOF, 0, (struct slice){NULL, 0});
		visit_answer(v, VISIT_DONE);
		session_refuse_all(s, FAULT_PEER_EOF);
	} else if (v == s->receiver) {
		session_receive_leave(s, v);
		session_wake(s);
	} else {
		session_send_recalled(s, v);
	}
}

void session_drop_all(struct worker *w)
{
	for (struct list *l; (l = list_take(&w->gateway->sessions)) != NULL;) {
		struct session *s = LIST_OWNER(l, struct session, all);
		struct visit *parked[] = {s->opener, s->receiver};
		for (size_t i = 0; i < 2; i++)
			if (parked[i] && parked[i]->parked)
				visit_drop(parked[i]);
		session_send_drop(s);
		session_clear(s);
		session_free(&s->task);
	}
}
