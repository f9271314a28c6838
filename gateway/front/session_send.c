#include "front/session_send.h"

#include <string.h>

#include "front/session_receive.h"

enum { SESSION_SEND_TURN = 32 };	/* messages, after which others have theirs */

static struct visit *session_send_first(const struct session *s)
{
	return list_empty(&s->senders) ? NULL : LIST_OWNER(s->senders.next, struct visit, waiting);
}

static void session_send_answer(struct visit *v)
{
	list_remove(&v->waiting);
	visit_answer(v, VISIT_DONE);
}

static void session_send_turn_away(struct visit *v, enum fault f)
{
	list_remove(&v->waiting);
	visit_refuse(v, f);
}

/* Too late: how the session has ended. */
static void session_send_end(const struct session *s, struct visit *v)
{
	v->code = s->code;
	v->reason_n = s->reason_n;
	memcpy(v->reason, s->reason, s->reason_n);
	session_send_turn_away(v, FAULT_SESSION_ENDED);
}

void session_send(struct session *s, struct visit *v)
{
	enum fault f = v->resumes ? session_receive_arrived(s, v->after) : FAULT_NONE;

	if (f != FAULT_NONE) {
		visit_refuse(v, f);
		return;
	}
	s->acknowledges |= v->resumes;
	v->delivered = 0;
	list_append(&s->senders, &v->waiting);
}

/* What it brings was brought before. */
static bool session_send_repeats(const struct session *s, const struct visit *v)
{
	return v->numbered && v->seq <= s->seq;
}

/* True: its messages are to be delivered. A repeated request waits for what the first one did. */
static bool session_send_begins(struct session *s, struct visit *v)
{
	if (!v->numbered || v->delivered > 0)
		return true;
	if (session_send_repeats(s, v)) {
		v->delivered = v->n_messages;
		return true;
	}
	v->expected = s->seq + 1;
	if (v->seq == v->expected)
		return true;
	session_send_turn_away(v, FAULT_SESSION_GAP);
	return false;
}

/* What the backend's stream does not take shows when it is flushed. */
static void session_send_deliver(struct session *s, struct visit *v)
{
	struct msg m;

	v->next(v, &m);
	if (channel_deliver(&s->leg, &m) == FLOW_GONE) {
		s->stopped = true;	/* until its end is told */
		return;
	}
	v->delivered++;
	if (v->numbered)
		s->seq = v->seq;
	worker_flush(s->worker);
}

void session_send_go_on(struct session *s)
{
	unsigned left = SESSION_SEND_TURN;
	struct visit *v;

	while (s->state == SESSION_OPEN && !s->stopped && (v = session_send_first(s)) != NULL) {
		if (!session_send_begins(s, v))
			continue;
		if (v->delivered == v->n_messages) {
			session_send_answer(v);
		} else if (left-- > 0) {
			session_send_deliver(s, v);
		} else {
			session_wake(s);
			return;
		}
	}
	while (s->state == SESSION_CLOSED && (v = session_send_first(s)) != NULL)
		if (v->delivered == v->n_messages || session_send_repeats(s, v))
			session_send_answer(v);
		else
			session_send_end(s, v);
}

void session_send_recalled(struct session *s, struct visit *v)
{
	(void)s;
	if (v->delivered == 0 || v->delivered == v->n_messages)
		session_send_answer(v);
}

void session_send_refuse(struct session *s, enum fault f)
{
	struct visit *v;

	while ((v = session_send_first(s)) != NULL)
		session_send_turn_away(v, f);
}

void session_send_drop(struct session *s)
{
	struct visit *v;

	while ((v = session_send_first(s)) != NULL) {
		list_remove(&v->waiting);
		visit_drop(v);
	}
}
