#include "front/session_receive.h"

#include <string.h>

/* Do more than so many bytes wait, even if what may be let go of is? */
static bool session_receive_exceeds(struct session *s, uint64_t most)
{
	if (s->kind->numbered && !s->acknowledges)
		outbox_shrink(&s->outbox, s->worker, s->given, most);
	return s->outbox.bytes > most;
}

bool session_receive_is_full(struct session *s)
{
	return session_receive_exceeds(s, s->kind->keeps(s->conf));
}

/* Once its outbox is half empty again the backend may go on. */
static void session_receive_room(struct session *s)
{
	if (!s->full || s->state != SESSION_OPEN ||
	    session_receive_exceeds(s, s->kind->keeps(s->conf) / 2))
		return;
	s->full = false;
	channel_room(&s->leg);
}

void session_receive_discard(struct session *s)
{
	s->given = s->outbox.last;
	outbox_drop(&s->outbox, s->worker, s->given);
}

/* It is no receiver any more; goes home. */
static void session_receive_release(struct session *s, struct visit *v)
{
	if (s->receiver == v)
		s->receiver = NULL;
	v->attends = false;
	s->left = s->worker->now;
}

/* One frame takes a poll home, a stream comes for more. */
static void session_receive_give(struct session *s, struct visit *v, enum visit_answer answer)
{
	s->heard = s->worker->now;
	if (v->once || answer == VISIT_LAST)
		session_receive_release(s, v);
	if (v->frame.failed) {
		session_receive_release(s, v);
		buffer_clear(&v->frame);
		visit_refuse(v, FAULT_NO_MEMORY);
		return;
	}
	v->attends = s->receiver == v || (answer == VISIT_FRAME && !s->kind->survives);
	visit_answer(v, answer);
}

static void session_receive_say_end(const struct session *s, struct visit *v)
{
	v->code = s->code;
	v->reason_n = s->reason_n;
	memcpy(v->reason, s->reason, s->reason_n);
}

/* What was given and cannot be asked for again is let go of. */
static void session_receive_given(struct session *s, uint64_t id)
{
	s->given = id;
	if (!s->kind->numbered)
		outbox_drop(&s->outbox, s->worker, id);
}

static void session_receive_messages(struct session *s, struct visit *v)
{
	const struct dialect *d = v->dialect;
	const struct session_end end = session_end_of(s);
	const struct outbox_message *m = outbox_after(&s->outbox, s->given);
	uint64_t last = s->given;

	if (d->begin)
		d->begin(&v->frame);
	for (bool first = true; m && (first || v->frame.n < v->most); first = false) {
		d->message(&v->frame, m, first);
		last = m->id;
		m = m->next;
	}
	bool ends = m == NULL && s->state == SESSION_CLOSED && d->closes_within;
	if (d->end)
		d->end(&v->frame, ends ? &end : NULL);
	if (!v->frame.failed)
		session_receive_given(s, last);
	if (ends)
		session_receive_say_end(s, v);
	session_receive_give(s, v, ends ? VISIT_LAST : VISIT_FRAME);
	session_receive_room(s);
}

static void session_receive_end(struct session *s, struct visit *v)
{
	const struct session_end end = session_end_of(s);

	v->dialect->close(&v->frame, &end);
	session_receive_say_end(s, v);
	session_receive_give(s, v, VISIT_LAST);
}

void session_receive_go_on(struct session *s)
{
	struct visit *v = s->receiver;

	if (v == NULL || !v->parked || s->state == SESSION_OPENING)
		return;
	const struct dialect *d = v->dialect;
	bool more = s->given < s->outbox.last, closed = s->state == SESSION_CLOSED;
	if (d->open && !s->greeted) {
		s->greeted = true;
		d->open(&v->frame);
		session_receive_give(s, v, VISIT_FRAME);
	} else if (more || (closed && d->closes_within)) {
		session_receive_messages(s, v);
	} else if (closed) {
		session_receive_end(s, v);
	} else if (!v->once && !v->attends) {
		session_receive_give(s, v, VISIT_FRAME);	/* the head can go, at least */
	}
}

enum fault session_receive_arrived(struct session *s, uint64_t upto)
{
	if (upto > s->outbox.last)
		return FAULT_SESSION_AHEAD;
	if (s->arrived < upto)
		s->arrived = upto;
	if (s->given < upto)
		s->given = upto;
	outbox_drop(&s->outbox, s->worker, upto);
	session_receive_room(s);
	return FAULT_NONE;
}

/*
 * Begins again behind what has arrived. A client that polls says each time how far that is. A
 * request that was overtaken on its way, or is repeated by a proxy, harms nothing.
 */
static enum fault session_receive_resume(struct session *s, const struct visit *v)
{
	if (v->after < s->arrived)
		return FAULT_SESSION_STALE;
	if (v->after < s->outbox.gone)
		return FAULT_SESSION_MISSED;
	enum fault f = session_receive_arrived(s, v->after);
	if (f != FAULT_NONE)
		return f;
	s->given = v->after;
	s->acknowledges |= v->once;
	return FAULT_NONE;
}

static void session_receive_replace(struct session *s)
{
	struct visit *old = s->receiver;

	s->receiver = NULL;
	if (old == NULL || !old->parked)
		return;		/* it is told when it comes for more */
	old->attends = false;
	visit_refuse(old, FAULT_SESSION_REPLACED);
}

static void session_receive_attach(struct session *s, struct visit *v)
{
	if (s->receiver && !s->kind->takes_over) {
		visit_refuse(v, FAULT_SESSION_BUSY);
		return;
	}
	enum fault f = v->resumes ? session_receive_resume(s, v) : FAULT_NONE;
	if (f != FAULT_NONE) {
		visit_refuse(v, f);
		if (f == FAULT_SESSION_MISSED)
			session_fail(s, f);
		return;
	}
	session_receive_replace(s);
	s->receiver = v;
}

void session_receive(struct session *s, struct visit *v)
{
	if (v == s->receiver)
		return;		/* it is here again */
	if (v->attends) {
		v->attends = false;
		visit_refuse(v, FAULT_SESSION_REPLACED);
		return;
	}
	session_receive_attach(s, v);
}

void session_receive_leave(struct session *s, struct visit *v)
{
	bool was = v == s->receiver, lost = (was || v->once) && !v->through;

	v->attends = false;
	if (was)
		session_receive_release(s, v);
	visit_answer(v, VISIT_DONE);
	if (lost && !s->kind->survives)
		session_fail(s, FAULT_PEER_EOF);
}

uint64_t session_receive_deadline(const struct session *s)
{
	const struct visit *v = s->receiver;
	uint64_t wait = v->once ? s->kind->poll(s->conf) : s->kind->beat(s->conf);

	if (!v->parked || wait == 0)
		return CLOCK_NEVER;
	return (v->once ? v->since : s->heard) + wait;
}

void session_receive_late(struct session *s)
{
	struct visit *v = s->receiver;

	if (v->dialect->beat) {
		v->dialect->beat(&v->frame);
		session_receive_give(s, v, VISIT_FRAME);
	} else {
		session_receive_release(s, v);
		visit_answer(v, VISIT_NOTHING);
	}
}

void session_receive_refuse(struct session *s, enum fault f)
{
	struct visit *v = s->receiver;

	s->receiver = NULL;
	if (v == NULL || !v->parked)
		return;
	v->attends = false;
	visit_refuse(v, f);
}
