/*
 * One request to a web server after another, each with its whole answer collected. Connections are
 * taken from the pool or made; what failed is asked again, with growing pauses, as long as it can
 * do no harm: when the server cannot have had all of the request, or when asking twice is no more
 * than asking once.
 */
#ifndef BACK_CALL_H
#define BACK_CALL_H

#include "back/back_caller.h"
#include "channel/assembly.h"
#include "http/h1_client.h"

struct back_call;
struct connect;
struct reach;

struct back_request {
	struct slice	method, target;
	struct slice	lines;		/* further fields, each with its end */
	struct slice	body;
	bool		has_body;	/* it may be empty all the same */
	bool		repeatable;	/* asking twice is no more than asking once */
	uint64_t	patience;	/* ms for the answer to begin; 0: it may take for ever */
	uint64_t	not_before;	/* on worker.now's clock */
};

/* From the loop only; the call's owner must not be freed from within. */
struct back_call_events {
	/* It is about to be asked over this target's connection; may close the call. NULL: fine. */
	void		(*connected)(struct back_call *, const struct target *);
	/* The answer's head, valid during the call. How much of a body is wanted; 0: none. */
	uint64_t	(*head)(struct back_call *, const struct http1_response *);
	/*
	 * The answer is complete, its body in call.body, which is cleared afterwards unless it was
	 * taken out; call.excess: there was more than was wanted. The call is free for the next.
	 */
	void		(*answered)(struct back_call *, unsigned status);
	/* There is no answer, and asking again is of no use, or for too long. */
	void		(*failed)(struct back_call *, enum fault);
};

enum back_call_state {
	BACK_CALL_IDLE,
	BACK_CALL_PAUSED,	/* until its time has come */
	BACK_CALL_CONNECTING,
	BACK_CALL_ASKED,
	BACK_CALL_ANSWERED	/* in part */
};

struct back_call {
	struct back_caller		*caller;
	const struct back_call_events	*events;
	struct back_request		 request;
	struct connect			*connect;	/* CONNECTING, to whom is chosen */
	struct reach			*reach;		/* CONNECTING, to this one: */
	struct target			*target;	/* counted; NULL: not connected */
	struct h1_client		 client;
	struct timer			 timer;
	struct task			 task;		/* begins */
	struct assembly			 body;
	uint64_t			 most, dropped;	/* bytes of the body: wanted, not kept */
	uint64_t			 active;	/* worker.now of the last progress */
	uint64_t			 failing;	/* since then; 0: it is not */
	uint64_t			 retry_after;	/* ms, as the answer says; 0: it does not */
	uint64_t			 server_keeps;
	unsigned			 status, attempts;
	uint8_t				 state;		/* enum back_call_state */
	bool				 reused, anew;	/* this connection; the next not */
	bool				 held;		/* no answer is wanted now */
	bool				 excess;
};

/* All zero before. NO_MEMORY: nothing was made. */
enum fault	back_call_open(struct back_call *, struct back_caller *,
		    const struct back_call_events *) MUST_USE;
void		back_call_close(struct back_call *);	/* whatever it does is broken off */
/* The request is copied, not what it leads to. Nothing is told from within. */
void		back_call_start(struct back_call *, const struct back_request *);
/*
 * From answered: the same again, after a pause that grows, and `after` ms at the least. False: the
 * backend has failed for retry_for already, or will have by then; nothing was done.
 */
bool		back_call_again(struct back_call *, uint64_t after) MUST_USE;
/* Leaves the answer where it is, or reads on. */
void		back_call_hold(struct back_call *, bool);

static inline bool back_call_is_idle(const struct back_call *c)
{
	return c->state == BACK_CALL_IDLE;
}

#endif
