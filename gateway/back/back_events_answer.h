/* What the head of an answer says in WebSocket-over-HTTP. */
#ifndef BACK_EVENTS_ANSWER_H
#define BACK_EVENTS_ANSWER_H

#include "back/back_meta.h"
#include "codec/http1_response.h"

#define BACK_EVENTS_TYPE	"application/websocket-events"

struct back_events_answer {	/* all zero at first */
	bool			proper;		/* status and type are right */
	uint64_t		accepted;	/* bytes of content; UINT64_MAX: all */
	/* Of this answer, or of an earlier one: */
	uint64_t		keep_alive;	/* ms between requests at the most; 0: any */
	struct back_meta	meta;
};

/* most: bytes of meta; an answer with more is not proper, for what it says would be missed. */
void	back_events_answer_learn(struct back_events_answer *, const struct http1_response *,
	    size_t most);

#endif
