#include "front/receiver.h"

#include <stdlib.h>

/* Its id in logs; for the record of this exchange. */
static void receiver_name(struct exchange *x, const struct visit *v)
{
	if (v->session[0] && x->session == NULL)
		x->session = arena_copy(&x->arena, (struct slice){v->session, RANDOM_ID + 1}).p;
}

static void receiver_finish(struct receiver *r)
{
	r->visit.through = true;
	exchange_end(r->visit.x);
	visit_end(&r->visit);
}

static bool receiver_is_through(const struct receiver *r)
{
	uint64_t limit = r->carrier->limit ? r->carrier->limit(r->visit.x->route->conf) : 0;

	return r->visit.once || r->visit.answer == VISIT_LAST || (limit && r->written >= limit);
}

/* The frame leaves now, or is copied: its bytes are given back. False: that was the end. */
static bool receiver_write(struct receiver *r)
{
	struct visit *v = &r->visit;
	struct iovec iov = {v->frame.p, v->frame.n};

	if (iov.iov_len > 0 && exchange_write(v->x, &iov, 1) == FLOW_FULL)
		r->full = true;
	r->written += iov.iov_len;
	r->writing = true;
	worker_flush(v->worker);
	r->writing = false;
	buffer_clear(&v->frame);
	return !r->lost;
}

/* False: there was no memory for it, or it is lost; the exchange is over. */
static bool receiver_put(struct receiver *r)
{
	struct visit *v = &r->visit;

	if (r->carrier->wrap && v->frame.n > 0)
		r->carrier->wrap(r, &v->frame);
	if (v->frame.failed) {
		exchange_fail(v->x, FAULT_NO_MEMORY);
		return false;
	}
	if (!r->begun)
		r->carrier->begin(r, v->frame.n);
	r->begun = true;
	return receiver_write(r);
}

void receiver_say(struct receiver *r)
{
	if (receiver_put(r))
		exchange_end(r->visit.x);
}

static void receiver_give(struct receiver *r)
{
	struct visit *v = &r->visit;

	if (!receiver_put(r))
		visit_end(v);
	else if (receiver_is_through(r))
		receiver_finish(r);
	else if (!r->full)
		visit_send(v);
}

/* Within a response: what else could be said but its end. */
static void receiver_break(struct receiver *r)
{
	struct visit *v = &r->visit;

	if (v->fault != FAULT_NO_MEMORY && r->carrier->last)
		r->carrier->last(r, &v->frame);
	if (v->fault == FAULT_NO_MEMORY || v->frame.failed) {
		exchange_reset(v->x, FAULT_NO_MEMORY);
		visit_end(v);
		return;
	}
	if (receiver_write(r))
		receiver_finish(r);
	else
		visit_end(v);
}

static void receiver_answered(struct visit *v)
{
	struct receiver *r = receiver_of(v);

	receiver_name(v->x, v);
	if (v->answer == VISIT_FRAME || v->answer == VISIT_LAST) {
		receiver_give(r);
	} else if (r->begun) {
		receiver_break(r);
	} else {
		r->carrier->refuse(r);
		visit_end(v);
	}
}

static void receiver_refused(struct visit *v, const struct refusal *refusal)
{
	struct receiver *r = receiver_of(v);

	v->x->refused = FAULT_BACK_REFUSED;
	r->carrier->relay(r, refusal);
	v->x = NULL;
}

static void receiver_free(struct visit *v)
{
	free(receiver_of(v));
}

static const struct visit_ops receiver_visit_ops = {
	.answered = receiver_answered,
	.refused = receiver_refused,
	.free = receiver_free,
};

struct receiver *receiver_new(struct exchange *x, const struct carrier *carrier)
{
	struct receiver *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	visit_init(&r->visit, x, &receiver_visit_ops);
	r->carrier = carrier;
	r->visit.wish = VISIT_RECEIVE;
	r->visit.dialect = carrier->dialect;
	r->visit.once = carrier->once;
	r->visit.most = x->route->conf->buffer;
	x->state = r;
	return r;
}

void receiver_full(struct exchange *x)
{
	struct receiver *r = x->state;

	r->full = true;
}

void receiver_room(struct exchange *x)
{
	struct receiver *r = x->state;

	if (!r->full)
		return;
	r->full = false;
	if (r->begun && !r->visit.away)
		visit_send(&r->visit);
}

void receiver_gone(struct exchange *x, enum fault f)
{
	struct receiver *r = x->state;

	(void)f;
	r->lost = true;
	if (!r->writing)
		visit_end(&r->visit);
}
