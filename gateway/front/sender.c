#include "front/sender.h"

#include <stdlib.h>

static void sender_answered(struct visit *v)
{
	struct exchange *x = v->x;

	if (v->session[0] && x->session == NULL)
		x->session = arena_copy(&x->arena, (struct slice){v->session, RANDOM_ID + 1}).p;
	sender_of(v)->kind->answer(sender_of(v));
	visit_end(v);
}

static void sender_free(struct visit *v)
{
	free(sender_of(v));
}

static const struct visit_ops sender_visit_ops = {
	.answered = sender_answered,
	.free = sender_free,
};

struct sender *sender_new(struct exchange *x, const struct sender_kind *kind)
{
	struct sender *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	visit_init(&s->visit, x, &sender_visit_ops);
	s->kind = kind;
	s->visit.wish = VISIT_DELIVER;
	x->state = s;
	return s;
}

/* Without asking the session. */
static void sender_refuse(struct sender *s, enum fault f)
{
	s->visit.answer = VISIT_REFUSED;
	s->visit.fault = f;
	s->kind->answer(s);
	visit_end(&s->visit);
}

static bool sender_fits(const struct sender *s, uint64_t n)
{
	uint64_t most = s->kind->most(s->visit.x->route->conf);

	return most == 0 || n <= most;
}

void sender_begin(struct exchange *x)
{
	const struct request *r = x->request;
	struct sender *s = x->state;

	if (r->has_body && r->length != UINT64_MAX && !sender_fits(s, r->length))
		sender_refuse(s, FAULT_WS_TOO_BIG);
	else if (!r->has_body || r->length == 0)
		sender_body_end(x);
}

static void sender_add(struct sender *s, const uint8_t *p, size_t n)
{
	struct buffer *body = &s->visit.body;
	size_t before = body->room;

	buffer_add(body, (struct slice){(const char *)p, n});
	STATS_ADD(s->visit.worker->stats.posted, (int64_t)(body->room - before));
}

size_t sender_body(struct exchange *x, uint8_t *p, size_t n)
{
	struct sender *s = x->state;

	if (s->visit.away)
		return n;
	if (sender_fits(s, s->visit.body.n + n))
		sender_add(s, p, n);
	else
		sender_refuse(s, FAULT_WS_TOO_BIG);
	return n;
}

void sender_body_end(struct exchange *x)
{
	struct sender *s = x->state;

	if (s->visit.away)
		return;		/* a length of 0 told it before */
	if (s->visit.body.failed)
		sender_refuse(s, FAULT_NO_MEMORY);
	else if (s->kind->read(s))
		visit_send(&s->visit);
	else
		visit_end(&s->visit);
}

void sender_gone(struct exchange *x, enum fault f)
{
	struct sender *s = x->state;

	(void)f;
	visit_end(&s->visit);
}
