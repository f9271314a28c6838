/*
 * Messages of a session that wait for its client: in order, numbered from 1 without gaps. Those
 * that were given stay until they are let go of, so that they can be given again.
 */
#ifndef OUTBOX_H
#define OUTBOX_H

#include "framing/framing.h"
#include "loop/worker.h"

struct outbox_message {
	struct outbox_message	*next;
	uint64_t		 id;
	uint32_t		 n;
	uint8_t			 kind;		/* enum msg_kind */
	char			 p[];
};

enum { OUTBOX_MESSAGE = 64 };	/* bytes that are counted for each message beside its own */

struct outbox {			/* all zero at first */
	struct outbox_message	*first, **end;	/* end NULL: nothing was ever put in */
	struct outbox_message	*found;		/* by outbox_after: the next one is near */
	uint64_t		 last;		/* id of the newest; 0: there was none */
	uint64_t		 gone;		/* ids up to this one are not here any more */
	size_t			 bytes;		/* of those that are here, with what they cost */
};

static inline struct slice outbox_text(const struct outbox_message *m)
{
	return (struct slice){m->p, m->n};
}

/* A whole message, copied. NO_MEMORY. */
enum fault	 outbox_put(struct outbox *, struct worker *, const struct msg *) MUST_USE;
/* The first with an id above after, which is at least gone; NULL: there is none yet. */
const struct outbox_message *outbox_after(struct outbox *, uint64_t after);
/* Lets go of all up to that id. */
void		 outbox_drop(struct outbox *, struct worker *, uint64_t upto);
/* Lets go of the oldest up to that id, until no more than most bytes are left. */
void		 outbox_shrink(struct outbox *, struct worker *, uint64_t upto, size_t most);

#endif
