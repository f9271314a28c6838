#include "back/back_events_answer.h"

enum { BACK_EVENTS_KEEP_ALIVE = 20 };	/* seconds; a backend may not ask for fewer */

/* The media type, whatever parameters it has. */
static bool back_events_answer_is_proper(const struct http1_response *r)
{
	const struct header *h = http1_find(r->headers, r->n_headers, SLICE("Content-Type"));
	struct slice rest = h ? h->value : (struct slice){NULL, 0}, type;

	return r->status == 200 && slice_cut(&rest, ';', &type) &&
	    slice_ieq(slice_trim(type), SLICE(BACK_EVENTS_TYPE));
}

static void back_events_answer_interval(struct back_events_answer *a,
    const struct http1_response *r)
{
	const struct header *h = http1_find(r->headers, r->n_headers,
	    SLICE("Keep-Alive-Interval"));
	uint64_t seconds;

	if (h == NULL)
		return;
	if (!slice_u64(h->value, &seconds) || seconds > UINT32_MAX)
		seconds = 0;
	if (seconds > 0 && seconds < BACK_EVENTS_KEEP_ALIVE)
		seconds = BACK_EVENTS_KEEP_ALIVE;
	a->keep_alive = seconds * 1000;
}

void back_events_answer_learn(struct back_events_answer *a, const struct http1_response *r,
    size_t most)
{
	const struct header *h = http1_find(r->headers, r->n_headers,
	    SLICE("Content-Bytes-Accepted"));

	a->proper = back_events_answer_is_proper(r);
	if (!a->proper)
		return;
	if (h == NULL || !slice_u64(h->value, &a->accepted))
		a->accepted = UINT64_MAX;
	back_events_answer_interval(a, r);
	a->proper = back_meta_learn(&a->meta, r->headers, r->n_headers, most) == FAULT_NONE;
}
