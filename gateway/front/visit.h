/*
 * A visit is what a request wants of a session, and what it gets: it travels. The exchange's side
 * fills in the wish and sends it; the session, which may live on another worker, keeps it until
 * there is an answer and sends it home. At any time it is one side's alone, so nothing is shared,
 * nothing is entered twice, and a request on another worker costs one round trip.
 *
 * An exchange that is lost while its visit is away recalls it.
 */
#ifndef VISIT_H
#define VISIT_H

#include "base/buffer.h"
#include "base/random.h"
#include "framing/framing.h"
#include "http/exchange.h"
#include "loop/parcel.h"

struct dialect;
struct session_link;
struct visit;

enum visit_wish {
	VISIT_OPEN,		/* wait until the session stands; where it was opened only */
	VISIT_RECEIVE,		/* be its receiver, or go on being it: the next frame */
	VISIT_LEAVE,		/* be it no longer; visit_end's */
	VISIT_DELIVER,		/* messages from the client, or none */
	VISIT_CLOSE		/* the client closes it */
};

enum visit_answer {
	VISIT_DONE,		/* it stands, was taken, is closed */
	VISIT_FRAME,		/* in frame; more may follow if it is asked for */
	VISIT_LAST,		/* the same, and nothing will follow */
	VISIT_NOTHING,		/* a poll's time is over */
	/*
	 * For a fault: SESSION_UNKNOWN, SESSION_REPLACED, SESSION_BUSY, SESSION_AHEAD,
	 * SESSION_STALE, SESSION_MISSED (and the session has ended), SESSION_GAP (with `expected`),
	 * SESSION_ENDED (with code and reason; too late to deliver), or why it was not opened.
	 */
	VISIT_REFUSED
};

enum { VISIT_REASON = 123 };

struct refusal;

struct visit_ops {
	/* It is home with its answer; the exchange is there. May be sent anew, or ended. */
	void	(*answered)(struct visit *);
	/*
	 * In place of that, of the visit that opened the session: the backend refused it in words
	 * of its own, which are valid during the call. Ends the exchange.
	 */
	void	(*refused)(struct visit *, const struct refusal *);
	/* Frees what it is embedded in, once visit_end was called and it is home. */
	void	(*free)(struct visit *);
};

struct visit {
	struct parcel		 parcel, recall;
	const struct visit_ops	*ops;
	struct worker		*worker;	/* the exchange's */
	struct session_link	*link;		/* held; NULL: there is no such session */
	struct exchange		*x;		/* the exchange's side only; NULL: it is over */
	bool			 away, recalled;	/* the same */
	bool			 through;	/* a receiver has all it wanted: it is not lost */

	/* the wish */
	enum visit_wish		 wish;
	const struct dialect	*dialect;	/* of a receiver */
	bool			 once;		/* it takes one frame, whenever that comes */
	bool			 resumes;	/* `after` is said: all up to that has arrived */
	bool			 numbered;	/* seq is said */
	uint64_t		 after, seq;
	size_t			 most;		/* bytes of a frame, if more than a message fit */
	/* Messages to be delivered: the sender's, as is body. next: on the session's worker */
	size_t			 n_messages;
	void			(*next)(struct visit *, struct msg *);
	struct buffer		 body;

	/* the answer */
	enum visit_answer	 answer;
	enum fault		 fault;
	uint16_t		 code;
	uint8_t			 reason_n;
	char			 reason[VISIT_REASON];
	uint64_t		 expected;
	struct slice		 subprotocol;	/* of VISIT_OPEN; in the exchange's arena */
	struct buffer		 frame;		/* the exchange's side clears it */
	char			 session[RANDOM_ID + 1];	/* its id in logs; or "" */

	/* the session's side */
	struct list		 waiting;	/* among its senders */
	size_t			 delivered;	/* of messages */
	uint64_t		 since;		/* worker.now there, when it came */
	bool			 parked;	/* it is there */
	/* It is the receiver, also while it is home; or was, and takes what it was given with it */
	bool			 attends;
};

/* All zero before. */
void	visit_init(struct visit *, struct exchange *, const struct visit_ops *);
/* To its session, or straight home for SESSION_UNKNOWN; the wish is filled in. */
void	visit_send(struct visit *);
/*
 * The exchange is over, or lost: nothing is answered any more, and ops.free is called when it is
 * home, soon at the latest.
 */
void	visit_end(struct visit *);

/* The session's side: home with that. */
void	visit_answer(struct visit *, enum visit_answer);
void	visit_refuse(struct visit *, enum fault);
/* It is never answered: no worker runs any more. */
void	visit_drop(struct visit *);

#endif
