/*
 * A channel joins two legs that speak messages: a front leg (a client's transport) and a back leg
 * (what stands behind). All backpressure between the two worlds is here.
 *
 * While the back leg is being opened the front leg waits with its answer. The first channel_done
 * ends the channel: the other leg gets close, both are cut off, the record is written, the channel
 * is buried. Each leg then finishes alone; a leg never calls its channel again after channel_done
 * or after it was told close.
 */
#ifndef CHANNEL_H
#define CHANNEL_H

#include "channel/permit.h"
#include "framing/framing.h"
#include "http/exchange.h"
#include "report/access.h"
#include "report/counts.h"

struct channel;
struct leg;

/* How a backend refuses a session: what it answered to the client's wish, whole, 3xx to 5xx. */
struct refusal {
	struct response	response;	/* its length is the body's */
	struct slice	body;		/* of which all is valid during the call */
};

struct leg_ops {
	const char	*name;
	/* The other side is up: answer the client, let the first bytes flow. */
	void		(*ready)(struct leg *);
	/*
	 * Takes all of it. The bytes are the caller's again when this returns, except that they
	 * stay in place until the running callback ends. A back leg may change them there (masking,
	 * base64): nobody looks at them again.
	 */
	enum flow	(*send)(struct leg *, const struct msg *);
	void		(*pause)(struct leg *, bool on);	/* stop, or go on, producing */
	/*
	 * Of a front leg, in place of ready: the backend has refused the session in words of its
	 * own. Answer the client with them, then end; silent, as after close.
	 */
	void		(*refuse)(struct leg *, const struct refusal *);
	/* How many bytes that it was given wait to be sent. NULL: they never do. */
	uint64_t	(*queued)(const struct leg *);
	/* The other side has ended: FAULT_NONE properly. Flush, then end; silent. code and reason
	 * are the other side's words for it, code 0: derive them from the fault. */
	void		(*close)(struct leg *, enum fault, uint16_t code, struct slice reason);
};

struct leg {
	const struct leg_ops	*ops;
	struct channel		*channel;	/* NULL once cut off */

	/* What the channel keeps of it, from channel_open on. */
	struct leg		*other;
	uint64_t		 bytes, messages;	/* that came from it */
	struct counts_traffic	*traffic;	/* where those of all the route's are counted */
	uint32_t		 full_since;	/* worker.now, while CHANNEL_FULL */
	uint8_t			 held;		/* why it is paused: CHANNEL_* bits */
	bool			 metered;	/* what it sends is measured by channel.meter */
};

/* A kind of backend. */
struct back_kind {
	const char	*name;
	bool		 messages;	/* it knows them: nothing is framed */
	bool		 speaks;	/* it says which subprotocol is spoken: channel_speak */
	/* Makes the back leg (channel->back) and starts to connect; channel_ready or channel_done
	 * follows, never from within. The exchange is for this call only. A fault: nothing was
	 * made. */
	enum fault	(*open)(struct channel *, struct exchange *);
};

/* Why a leg does not produce: the other one takes no more, or it has sent too much. */
enum { CHANNEL_FULL = 1, CHANNEL_RATE = 2 };

struct channel {
	struct worker		*worker;
	struct leg		*front, *back;
	const struct route	*route;
	const struct framing	*framing;	/* for those that need one; of the route */
	/* What is spoken (n 0: none); for the front leg's ready, and no longer than that. */
	struct slice		 subprotocol;
	const struct header	*headers;	/* what its server says to the client besides */
	unsigned		 n_headers;
	struct held		*snapshot;
	struct list		 link;		/* among the worker's open channels */
	struct task		 grave;
	struct timer		 timer;		/* idle, max_lifetime: checked lazily */
	/* worker.now; active: last application data */
	uint64_t		 opened, active;
	/* what the back leg reached; lives in the snapshot */
	const char		*server;
	struct permit		 permit;
	struct channel_meter	*meter;		/* NULL: the client may send what it likes */
	struct counts_route	*counts;	/* the worker's, of the route */
	struct access_kept	*record;	/* for the end; NULL: no access log */
	uint8_t			 transport;	/* enum counts_transport */
	bool			 ready;
	char			 id[RANDOM_ID + 1];
};

/*
 * Opens the session of this exchange with front as its front leg, with the subprotocol that was
 * chosen (n 0: none); the back leg by route->back. transport: one of counts_transports. The front
 * leg's ready or close follows, never from within. A fault: nothing was made.
 */
enum fault	 channel_open(struct exchange *, struct leg *front, struct slice subprotocol,
		    const char *transport, const struct access_record *) MUST_USE;
void		 channel_ready(struct leg *back);
/* Before that: what the backend has chosen of what was offered (n 0: none). NO_MEMORY. */
enum fault	 channel_speak(struct leg *back, struct slice subprotocol) MUST_USE;
/* In place of that: the session was refused. Ends the channel. */
void		 channel_refuse(struct leg *back, const struct refusal *);
enum flow	 channel_deliver(struct leg *from, const struct msg *);
void		 channel_full(struct leg *at);		/* this leg's target is full */
void		 channel_room(struct leg *at);		/* and has drained */
/* This leg has ended, FAULT_NONE properly; code and reason as in leg_ops.close. */
void		 channel_done(struct leg *, enum fault, uint16_t code, struct slice reason);
/* Ends it from outside: both legs get close. */
void		 channel_close(struct channel *, enum fault);
/* The same with a code (0: the fault's) and a reason (n 0: the fault's). */
void		 channel_close_with(struct channel *, enum fault, uint16_t code,
		    struct slice reason);

#endif
