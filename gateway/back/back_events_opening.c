#include "back/back_events_opening.h"

enum fault back_events_opening_new(struct exchange *x, struct back_events_opening **made,
    struct slice *offer)
{
	struct back_events_opening *o = arena_alloc(&x->arena, sizeof(*o));

	if (o == NULL)
		return FAULT_NO_MEMORY;
	o->x = x;
	enum fault f = back_offer_make(&o->offer, x);
	if (f != FAULT_NONE)
		return f;
	*offer = slice_of(back_offer_list(&o->offer, &x->arena));
	*made = o;
	return offer->p ? FAULT_NONE : FAULT_NO_MEMORY;
}

/* One of those that were offered, or none. */
static enum fault back_events_opening_choose(struct back_events_opening *o,
    const struct http1_response *r)
{
	const struct header *h = http1_find(r->headers, r->n_headers,
	    SLICE("Sec-WebSocket-Protocol"));

	if (h == NULL)
		return FAULT_NONE;
	if (!back_offer_has(&o->offer, h->value))
		return FAULT_BACK_HANDSHAKE;
	o->subprotocol = arena_copy(&o->x->arena, h->value);
	return o->subprotocol.p ? FAULT_NONE : FAULT_NO_MEMORY;
}

uint64_t back_events_opening_learn(struct back_events_opening *o, const struct http1_response *r,
    const struct back_events_answer *answer, uint64_t most)
{
	if (answer->proper)
		o->fault = back_events_opening_choose(o, r);
	if (r->status < 300 || r->status > 599)
		return most;
	o->fault = back_refusal_keep(&o->refusal, &o->x->arena, r);
	return BACK_REFUSAL_BODY;
}

enum fault back_events_opening_refusal(const struct back_events_opening *o,
    const struct slice *body, struct refusal *refusal)
{
	return back_refusal_make(&o->refusal, &o->x->arena, body, refusal);
}
