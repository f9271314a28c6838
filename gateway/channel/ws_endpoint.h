/*
 * One end of an open WebSocket (RFC 6455), as a leg of a channel: messages to frames and back,
 * compressed or not, pings and pongs, and the closing handshake. It is the server's end, to a
 * client, or the client's, to a backend. The opening handshake, and what carries the bytes, are its
 * owner's, which it is embedded in.
 */
#ifndef WS_ENDPOINT_H
#define WS_ENDPOINT_H

#include "channel/channel.h"
#include "channel/compress.h"
#include "codec/ws.h"

struct ws_endpoint;

struct ws_endpoint_ops {
	enum flow	(*write)(struct ws_endpoint *, const struct iovec *, int n);
	void		(*pause)(struct ws_endpoint *, unsigned why);	/* PAUSE_* of stream.h */
	void		(*resume)(struct ws_endpoint *, unsigned why);
	/* Its timer, while it is opening. NULL: that is not set then. */
	void		(*late)(struct ws_endpoint *);
	/* A message of the peer, or a piece of one, in place of channel_deliver. NULL: that. */
	enum fault	(*hear)(struct ws_endpoint *, const struct msg *);
	/* It is over: flush, end, and free. Nothing is called after it. */
	void		(*finish)(struct ws_endpoint *);
};

enum ws_endpoint_state {
	WS_ENDPOINT_OPENING,	/* by its owner */
	WS_ENDPOINT_OPEN,
	/* No channel any more: our Close is out, the peer's is awaited … */
	WS_ENDPOINT_CLOSING,
	WS_ENDPOINT_CLOSED	/* … and was said; the server ends TCP first (section 7.1.1) */
};

struct ws_endpoint {
	struct leg		 leg;
	const struct ws_endpoint_ops *ops;
	const struct config_route *conf;
	struct worker		*worker;
	struct ws_reader	 reader;
	struct compress		*compress;	/* NULL: it was not agreed on */
	struct timer		 timer;		/* opening, ping, pong, close */
	uint64_t		 heard;		/* worker.now of the peer's last bytes */
	uint64_t		 pinged;	/* 0: no ping is under way */
	uint8_t			 state;		/* enum ws_endpoint_state */
	bool			 client;	/* the peer is a backend: what it gets is masked */
	bool			 sending;	/* within a fragmented message to the peer */
	bool			 stopped;	/* the other leg takes no more now */
	bool			 choked;	/* the peer does not read our pongs */
};

static inline struct ws_endpoint *ws_endpoint_of(struct leg *leg)
{
	return LIST_OWNER(leg, struct ws_endpoint, leg);
}

/* All zero before, except for the leg. A fault: nothing was made. */
enum fault	 ws_endpoint_init(struct ws_endpoint *, const struct ws_endpoint_ops *,
		    const struct config_route *, struct worker *, bool client) MUST_USE;
void		 ws_endpoint_fini(struct ws_endpoint *);
/* The handshake is done; compress is set if that was agreed on. Frames may follow. */
void		 ws_endpoint_open(struct ws_endpoint *, uint64_t max_message);

/* Of the leg. */
enum flow	 ws_endpoint_send(struct leg *, const struct msg *);
void		 ws_endpoint_pause(struct leg *, bool on);
/*
 * There is no channel any more: says Close, and waits for the peer's. code: 1005 is said by saying
 * none; one that may not stand in a frame becomes 1011.
 */
void		 ws_endpoint_close(struct ws_endpoint *, uint16_t code, struct slice reason);


/* What carries it has these; the endpoint may be gone afterwards. */
size_t		 ws_endpoint_bytes(struct ws_endpoint *, uint8_t *p, size_t n);
void		 ws_endpoint_full(struct ws_endpoint *);
void		 ws_endpoint_room(struct ws_endpoint *);
void		 ws_endpoint_eof(struct ws_endpoint *);
/* What carried it is lost: tells the channel; its owner frees it, once nothing of this runs. */
void		 ws_endpoint_lost(struct ws_endpoint *, enum fault);

#endif
