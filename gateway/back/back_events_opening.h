/*
 * A session of WebSocket-over-HTTP until it is open: what was offered, and how the backend takes
 * it. In the arena of the client's exchange, as long as that waits.
 */
#ifndef BACK_EVENTS_OPENING_H
#define BACK_EVENTS_OPENING_H

#include "back/back_events_answer.h"
#include "back/back_offer.h"
#include "back/back_refusal.h"

struct back_events_opening {
	struct exchange		*x;
	struct back_offer	 offer;		/* of subprotocols */
	struct back_refusal	 refusal;
	struct slice		 subprotocol;	/* that the backend chose; n 0: none */
	enum fault		 fault;		/* with the answer's head something is wrong */
};

/* offer: as the backend is to see it; n 0: nothing. SUBPROTOCOL: it is malformed; NO_MEMORY. */
enum fault	back_events_opening_new(struct exchange *, struct back_events_opening **,
		    struct slice *offer) MUST_USE;
/* The answer's head; how much of its body is wanted, of one that opens it `most`. */
uint64_t	back_events_opening_learn(struct back_events_opening *,
		    const struct http1_response *, const struct back_events_answer *,
		    uint64_t most);
/* As back_refusal_make. */
enum fault	back_events_opening_refusal(const struct back_events_opening *,
		    const struct slice *body, struct refusal *) MUST_USE;

#endif
