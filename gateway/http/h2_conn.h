/*
 * An HTTP/2 connection and its streams, for the parts of its server only: h2_server.c is the
 * connection, h2_session.c what nghttp2 tells of it, h2_stream.c a stream's life and its input,
 * h2_response.c what handlers do, h2_pump.c how it leaves.
 *
 * Nothing but the session's callbacks runs within nghttp2 (busy), and the session must outlive
 * that: who wants to end the connection there, says so with h2_conn_fail or closing.
 */
#ifndef H2_CONN_H
#define H2_CONN_H

#include <nghttp2/nghttp2.h>

#include "http/exchange.h"
#include "http/h2_budget.h"
#include "http/h2_frames.h"
#include "http/h2_head.h"
#include "http/h2_memory.h"
#include "http/h2_past.h"
#include "http/http_conn.h"
#include "net/wire.h"

struct h2_conn {
	struct http_conn	 conn;
	struct h2_memory	 memory;	/* of the session */
	nghttp2_session		*session;
	struct list		 streams;	/* struct h2_stream */
	struct list		 written;	/* those with what this wake-up wrote */
	struct task		 pump;		/* corked: sends that, and the session's own */
	struct h2_frames	 frames;
	struct h2_budget	 budget;
	struct h2_past		 past;
	uint64_t		 began;		/* worker.now, as all of these */
	uint64_t		 head_began;	/* 0: no head is under way */
	uint64_t		 idle_since;	/* while there are no streams */
	uint64_t		 looked;	/* for stuck answers */
	uint64_t		 leave_at;	/* the last GOAWAY is due; 0: is not */
	enum fault		 fault;		/* ends the connection as soon as it can be */
	bool			 busy;		/* within nghttp2 */
	bool			 greeted;	/* the client's SETTINGS came */
	bool			 closing;	/* ends when its streams have */
	bool			 dead;
};

struct h2_stream {
	struct exchange		 x;
	struct h2_conn		*c;
	struct list		 link;		/* among the connection's */
	struct list		 written;	/* among those that wrote */
	struct task		 task;		/* resumed: goes on; then buries */
	struct h2_head		*head;		/* in the arena; NULL: it is complete */
	struct cork		*cork;		/* what this wake-up wrote */
	struct wire		 out;		/* what the client did not take yet */
	uint8_t			*stash;		/* what the handler did not take yet */
	uint64_t		 left;		/* of an answer with a length */
	uint64_t		 progress;	/* at the last look at a stuck answer */
	uint64_t		 buffer;
	uint32_t		 stash_n;
	int32_t			 id;
	uint16_t		 cork_at;	/* pieces of the cork that have left */
	uint8_t			 paused;	/* PAUSE_* bits */
	enum fault		 fault;		/* noticed, and told when it is safe */
	bool			 has_length;	/* `left` counts */
	bool			 bare;		/* the answer has no body */
	bool			 deferred;	/* nghttp2 asks no more until it is told */
	bool			 told_full, want_room;
	bool			 peer_end, told_end;
	bool			 ended;		/* the handler has no more to say, nor to hear */
	bool			 dead;
};

extern const struct exchange_ops h2_response_ops;

static inline struct h2_stream *h2_stream_of(struct exchange *x)
{
	return LIST_OWNER(x, struct h2_stream, x);
}

static inline struct worker *h2_conn_worker(const struct h2_conn *c)
{
	return c->conn.client.worker;
}

/* The session with its first SETTINGS; NULL: out of memory. */
nghttp2_session	*h2_session_new(struct h2_conn *);
/* Bytes of the client's; what is wrong with them, or too many of them, ends the connection. */
void		 h2_session_bytes(struct h2_conn *, uint8_t *p, size_t n);

/* Ends the connection for this, soon. */
void		 h2_conn_fail(struct h2_conn *, enum fault);
/* Nothing runs within nghttp2: is it time to end? */
void		 h2_conn_settle(struct h2_conn *);

/* nghttp2 asks for the data of a stream, and hands it over; the former's callbacks. */
ssize_t		 h2_pump_read(nghttp2_session *, int32_t id, uint8_t *, size_t most,
		    uint32_t *flags, nghttp2_data_source *, void *);
int		 h2_pump_data(nghttp2_session *, nghttp2_frame *, const uint8_t *head, size_t n,
		    nghttp2_data_source *, void *);
void		 h2_pump_run(struct task *);
/* There is something to be sent at the end of this wake-up. */
static inline void h2_pump_start(struct h2_conn *c)
{
	worker_cork(h2_conn_worker(c), &c->pump);
}

/* NULL: out of memory. */
struct h2_stream *h2_stream_new(struct h2_conn *, int32_t id);
/* The head is complete; end: so is the request. */
void		 h2_stream_open(struct h2_stream *, bool end);
void		 h2_stream_data(struct h2_stream *, uint8_t *p, size_t n);
void		 h2_stream_end(struct h2_stream *);	/* of the client's side */
/* Its handler is told that it is gone, unless it has ended. */
void		 h2_stream_lose(struct h2_stream *, enum fault);
/* RST_STREAM with this code of nghttp2's; buries. */
void		 h2_stream_reset(struct h2_stream *, uint32_t code);
void		 h2_stream_bury(struct h2_stream *);
/* Notes a fault, which is told from the loop. */
void		 h2_stream_fail(struct h2_stream *, enum fault);
/* From the loop, soon: what was left is shown, an end or room told. */
void		 h2_stream_resume(struct h2_stream *);
/* What waits in `out` has changed by so much. */
void		 h2_stream_count(struct h2_stream *, size_t before);

#endif
