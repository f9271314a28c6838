/*
 * The exchange's side of a request that receives: frames of a session become a response. Handlers
 * of transports are these functions with a carrier; receiver_open makes it.
 */
#ifndef RECEIVER_H
#define RECEIVER_H

#include "front/session.h"

struct receiver;

struct carrier {
	const char		*transport;	/* in the access log: "longpoll", "sockjs/xhr" */
	const struct dialect	*dialect;
	bool			 once;		/* one frame, then the response ends */
	/*
	 * With the first frame: the head (exchange_respond), and what goes in front of all frames.
	 * With once: n is the length of the only one, wrapped; else the length is unknown.
	 */
	void			(*begin)(struct receiver *, size_t n);
	/* A frame in the buffer becomes what stands in the response. NULL: it is that. */
	void			(*wrap)(struct receiver *, struct buffer *);
	/*
	 * VISIT_NOTHING or VISIT_REFUSED, and no head was sent: answers and ends the exchange.
	 */
	void			(*refuse)(struct receiver *);
	/*
	 * The backend's own refusal of the session that this was to open: answers as refuse does.
	 * NULL: it opens none.
	 */
	void			(*relay)(struct receiver *, const struct refusal *);
	/* The same as refuse within a streaming response: its last words. NULL: there are none. */
	void			(*last)(struct receiver *, struct buffer *);
	/* Bytes after which a streaming response ends; the client comes again. 0: it does not. */
	uint64_t		(*limit)(const struct config_route *);
};

struct receiver {
	struct visit		 visit;
	const struct carrier	*carrier;
	uint64_t		 written;
	struct slice		 callback;	/* in the exchange's arena */
	bool			 begun, full;
	bool			 writing, lost;	/* what is written may show that all is lost */
};

static inline struct receiver *receiver_of(struct visit *v)
{
	return LIST_OWNER(v, struct receiver, visit);
}

/*
 * Makes it the exchange's state, home, with a wish to receive; link is still to be found. NULL: out
 * of memory.
 */
struct receiver	*receiver_new(struct exchange *, const struct carrier *);
/* Of carrier.refuse: the frame in the visit is the whole answer. Ends the exchange. */
void		 receiver_say(struct receiver *);
/* Of the handler. */
void		 receiver_full(struct exchange *);
void		 receiver_room(struct exchange *);
void		 receiver_gone(struct exchange *, enum fault);

#endif
