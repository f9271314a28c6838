/*
 * The exchange's side of a request that sends: its body is collected, up to max_message, and
 * becomes messages for the session, which answers when the backend has taken them.
 */
#ifndef SENDER_H
#define SENDER_H

#include "front/session.h"

struct sender;

struct sender_kind {
	/*
	 * The body is complete, in visit.body: says how many visit.next will find in it, which may
	 * be none. May answer and end the exchange itself: false.
	 */
	bool	(*read)(struct sender *);
	/* VISIT_DONE or VISIT_REFUSED, also for WS_TOO_BIG and NO_MEMORY; ends the exchange. */
	void	(*answer)(struct sender *);
	/* How much of a body is taken; more is WS_TOO_BIG. 0: no limit */
	uint64_t (*most)(const struct config_route *);
};

struct sender {
	struct visit		 visit;
	const struct sender_kind *kind;
	struct msg		 message;	/* the only one; or what is left to be read */
};

static inline struct sender *sender_of(struct visit *v)
{
	return LIST_OWNER(v, struct sender, visit);
}

/* Makes it the exchange's state, at home; link is still to be found. NULL: out of memory. */
struct sender	*sender_new(struct exchange *, const struct sender_kind *);
/* The end of the handler's open: everything else about the wish is filled in. */
void		 sender_begin(struct exchange *);
/* Of the handler. */
size_t		 sender_body(struct exchange *, uint8_t *p, size_t n);
void		 sender_body_end(struct exchange *);
void		 sender_gone(struct exchange *, enum fault);

#endif
