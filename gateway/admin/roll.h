/*
 * A roll call of the sessions that are open: each worker is asked by letter, says what it knows of
 * those that are meant, and may end them; the worker that asked has it all together then. What a
 * worker has to do for it is to copy some words for each session.
 */
#ifndef ROLL_H
#define ROLL_H

#include "base/arena.h"
#include "base/random.h"
#include "loop/worker.h"

/* Of a session, at one moment. Strings are the roll's; n 0: there is none, or it is not known. */
struct roll_session {
	struct slice	route, backend, server, client_ip, user, protocol, transport, subprotocol;
	char		id[RANDOM_ID + 1];
	unsigned	worker;
	bool		ready;			/* false: its backend is not connected yet */
	uint64_t	age, idle;		/* ms */
	uint64_t	bytes_in, bytes_out, messages_in, messages_out;
	uint64_t	queued;			/* bytes that wait, both ways */
};

/* Who is meant: those for whom all hold that are said (n > 0). */
struct roll_filter {
	struct slice	id, route, backend, transport, client_ip;
};

/* What else happens to those. */
struct roll_end {
	bool		on;
	uint16_t	code;		/* of the close; 0: the usual one */
	struct slice	reason;		/* n 0: the usual one */
};

struct roll_part;

struct roll {
	struct roll_part	*parts;		/* one for each worker */
	unsigned		 n, left;
	struct roll_filter	 filter;	/* copied, in its arena */
	struct roll_end		 end;
	struct arena		 arena;
	bool			 failed;	/* out of memory: some sessions are missing */
	unsigned		*under_way;	/* counts those of home that are not over */
	void			*owner;		/* NULL: nobody waits for it any more */
	void			(*done)(struct roll *);
};

/*
 * Asks these workers, from the thread of home, where done is called with all sessions (roll_each)
 * as soon as all have answered, unless the owner is NULL by then; then it frees itself. Until then
 * home must live: *under_way is counted up, and down when it is over. A worker that ends before it
 * has read its letter gives no answer. NULL: out of memory.
 */
struct roll	*roll_call(struct worker *home, struct worker *const *, unsigned n,
		    const struct roll_filter *, const struct roll_end *, unsigned *under_way,
		    void *owner, void (*done)(struct roll *));
/* Within done: one after the other, by worker and age. */
void		 roll_each(const struct roll *, void (*visit)(void *, const struct roll_session *),
		    void *arg);

#endif
