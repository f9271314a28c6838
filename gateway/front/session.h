/*
 * A session of a client that cannot speak WebSocket: a front leg that lives across requests. It
 * belongs to the worker of the exchange that opened it; requests reach it as visits (visit.h), from
 * whatever worker they are on. Three constant tables say how one differs from another:
 *
 * - a kind: what the protocol promises (numbered or not, who wins of two receivers, timers);
 * - a dialect: what a message looks like in a frame, made on the session's worker;
 * - a carrier (receiver.h): how frames travel in a response, made on the exchange's worker.
 *
 * What a session holds is bounded: messages of the backend rest in its outbox, where the backend is
 * stopped above kind.keeps; of the client's, one that is being delivered; each receiver has one
 * frame under way, and asks for the next when that has left.
 */
#ifndef SESSION_H
#define SESSION_H

#include "channel/assembly.h"
#include "channel/channel.h"
#include "front/outbox.h"
#include "front/session_map.h"
#include "front/visit.h"

/* How a session ended, as its client is told. */
struct session_end {
	uint16_t	code;		/* as of a WebSocket */
	struct slice	reason;
};

struct dialect {
	/* The first frame of a new session, before any message. NULL: there is none. */
	void	(*open)(struct buffer *);
	/* A frame: begin, one or more messages, end. begin and end may be NULL. */
	void	(*begin)(struct buffer *);
	void	(*message)(struct buffer *, const struct outbox_message *, bool first);
	/* closing: if closes_within and nothing is left, how the session has ended; else NULL. */
	void	(*end)(struct buffer *, const struct session_end *closing);
	/* A frame that only keeps the answer alive. NULL: none is sent. */
	void	(*beat)(struct buffer *);
	/* The last frame, and how the session has ended. Unused if closes_within. */
	void	(*close)(struct buffer *, const struct session_end *);
	/* The end stands in the frame with the last messages, or in one without any. */
	bool	 closes_within;
};

struct session_kind {
	const char	*name;
	/*
	 * Messages are kept until they are acknowledged, or, if the client never does that, until
	 * there are too many. Else they are gone when they are given.
	 */
	bool		 numbered;
	bool		 takes_over;	/* a second receiver replaces the first; else BUSY */
	bool		 survives;	/* a receiver that is lost does not end the session */
	/* ms without a receiver, after which it is over; also how long its end is told */
	uint64_t	(*patience)(const struct config_route *);
	enum fault	 left;		/* what it is over for then */
	/* ms that a receiver that takes one frame waits for it; 0: for ever */
	uint64_t	(*poll)(const struct config_route *);
	/* ms of silence before dialect.beat; 0: never */
	uint64_t	(*beat)(const struct config_route *);
	/* bytes in the outbox, above which the backend is stopped */
	uint64_t	(*keeps)(const struct config_route *);
	/* sessions from one address; 0: no limit */
	unsigned	(*most)(const struct config_route *);
};

enum session_state {
	SESSION_OPENING,	/* the backend is being connected */
	SESSION_OPEN,
	SESSION_CLOSED		/* there is no channel any more; what is left is still given */
};

struct session {
	struct leg		 leg;
	const struct session_kind *kind;
	const struct config_route *conf;
	struct held		*snapshot;
	struct worker		*worker;
	struct session_link	*link;		/* held */
	struct counts_route	*counts;	/* the worker's, of the route */
	struct list		 all;		/* among the worker's sessions */
	struct task		 task;		/* its work, or to free it */
	struct timer		 timer;		/* patience, poll, beat: checked lazily */
	struct outbox		 outbox;
	struct assembly		 partial;	/* of the backend's message */
	/* NULL: none. The opener is parked; the receiver is, or has a frame under way. */
	struct visit		*opener, *receiver;
	struct list		 senders;	/* visits that wait for the backend */
	uint64_t		 given;		/* id of the last message that a receiver has had */
	uint64_t		 arrived;	/* id up to which its client has said so */
	uint64_t		 left;		/* worker.now when the last receiver left */
	uint64_t		 heard;		/* … when one was last given anything */
	uint64_t		 seq;		/* the last one that was delivered; 0: none */
	struct address		 address;	/* that max_per_ip counts it for */
	struct tally		*tally;		/* there; NULL: it is not counted */
	enum fault		 failed;	/* it is to end for this, soon */
	uint8_t			 state;		/* enum session_state */
	bool			 acknowledges;	/* the client does: nothing else is let go of */
	bool			 greeted;	/* dialect.open was given */
	bool			 stopped;	/* the backend takes no more now */
	bool			 full;		/* it was told to stop */
	bool			 dismissed;	/* by its client: nobody asks for its end */
	uint16_t		 code;		/* of the end */
	uint8_t			 reason_n;
	char			 reason[VISIT_REASON];
	char			 id[RANDOM_ID + 1];	/* the channel's, for logs */
};

/*
 * Opens a session of this kind under that id for the exchange of the visit, its first one
 * (VISIT_OPEN or VISIT_RECEIVE): answers go to visit->ops as after visit_send, which is what is
 * done if there is one under that id already. transport: for the access log. HANDSHAKE_RATE,
 * SESSION_PER_IP, and what channel_open says: nothing was made, and the visit is at home.
 */
enum fault	session_open(struct visit *, const struct session_kind *, struct slice id,
		    const char *transport) MUST_USE;
/* How it has ended, once it is SESSION_CLOSED. */
static inline struct session_end session_end_of(const struct session *s)
{
	return (struct session_end){s->code, {s->reason, s->reason_n}};
}

/* Ends it for a fault of its own: the backend is told, and its client, if it asks. */
void		session_fail(struct session *, enum fault);
/* There is work: done soon, not from within. */
void		session_wake(struct session *);
/* A visit is here: sent, or recalled. For visit.c. */
void		session_visited(struct session *, struct visit *);
void		session_recalled(struct session *, struct visit *);
/* What sessions of this worker are left, at the very end: nobody is told. */
void		session_drop_all(struct worker *);

#endif
