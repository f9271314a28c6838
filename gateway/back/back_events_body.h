/* The body of a request of WebSocket-over-HTTP: what the client said, as events. */
#ifndef BACK_EVENTS_BODY_H
#define BACK_EVENTS_BODY_H

#include "back/back_outbox.h"
#include "codec/websocket_events.h"

struct back_events_body {	/* all zero when there is none */
	char	*p;
	size_t	 n, room;
	size_t	 count;		/* messages of the outbox in it */
	size_t	 content;	/* bytes of theirs */
	size_t	 offered;	/* bytes of content, with those of other events */
};

/* One event that is not a message of the client. */
struct back_events_extra {
	enum websocket_event_kind	kind;
	bool				wanted;
	uint8_t				p[WS_CONTROL_MAX];
	size_t				n;	/* 0: it is said without content */
};

/* All of the outbox, and then the n extras that are wanted. NO_MEMORY. */
enum fault	back_events_body_make(struct back_events_body *, const struct back_outbox *,
		    const struct back_events_extra *, size_t n) MUST_USE;
void		back_events_body_clear(struct back_events_body *, struct worker *);

#endif
