/* A backend's refusal of a session, on its way to the client. */
#ifndef BACK_REFUSAL_H
#define BACK_REFUSAL_H

#include "channel/channel.h"
#include "codec/http1_response.h"

enum { BACK_REFUSAL_BODY = 64 * 1024 };	/* bytes; of a longer one all is left out */

struct back_refusal {
	unsigned	 status;
	struct header	*headers;	/* all of them, in the arena */
	unsigned	 n_headers;
};

/* Copies the head, 300 to 599, into the arena. NO_MEMORY. */
enum fault	back_refusal_keep(struct back_refusal *, struct arena *,
		    const struct http1_response *) MUST_USE;
/*
 * For the client; body NULL: it is not known, or not all of it. Lives as long as the arena and the
 * body do. NO_MEMORY.
 */
enum fault	back_refusal_make(const struct back_refusal *, struct arena *,
		    const struct slice *body, struct refusal *) MUST_USE;

#endif
