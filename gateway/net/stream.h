/*
 * A stream moves the bytes of one socket, plain or TLS. Reads land in the worker's scratch; writes
 * of one wake-up leave with one send (stream_gather: those of one turn). An idle stream owns no
 * buffer.
 *
 * Ownership: stream_new gives it to the caller, stream_close to the worker, which flushes, says
 * close_notify and FIN, waits for the peer's end within STREAM_LINGER and frees it. Events never
 * come from within stream_new, stream_start, stream_write, stream_push, stream_pause, stream_resume
 * or stream_close, and none comes after stream_close.
 */
#ifndef STREAM_H
#define STREAM_H

#include <sys/uio.h>

#include "loop/worker.h"
#include "net/tls_layer.h"
#include "net/wire.h"

enum {
	STREAM_LINGER = 10 * 1000,	/* ms without progress until a closing stream is dropped */
	STREAM_FIN_WAIT = 5 * 1000,	/* ms that the peer has to end once it has everything */
	/* taken from the socket at a time before stream_set_buffer */
	STREAM_READ = 16 * 1024,
	/*
	 * What a packet carries at most (64 KiB less the headers of IP and TCP), with room for a
	 * frame's: reads are multiples of it, or a few bytes of each would leave as a packet of
	 * their own, which costs as much as the full one.
	 */
	STREAM_PACKET = 65408,
	/* beyond twice its buffer, its longest write and this, a stream dies: SLOW_PEER */
	STREAM_SLACK = 256 * 1024
};

struct cork;
struct stream;

/* Where bytes go to and come from: a socket, or the fake of a test. */
struct stream_io {
	const char	*name;
	/* FAULT_NONE with *got = 0: nothing there. *eof: the peer will send no more. */
	enum fault	(*read)(struct stream *, uint8_t *, size_t, size_t *got, bool *eof);
	/*
	 * FAULT_NONE with *put less than all: the rest when writable. FAULT_PEER_EOF: the peer has
	 * ended, and properly as far as can be seen from here.
	 */
	enum fault	(*write)(struct stream *, const struct iovec *, int, size_t *put);
	void		(*shut)(struct stream *);	/* no more will be written */
	size_t		(*unsent)(struct stream *);	/* written, but not acknowledged yet */
	void		(*probe)(struct stream *);	/* asks a silent peer whether it is there */
	void		(*close)(struct stream *, bool reset);
};

extern const struct stream_io stream_socket_io;

struct stream_events {
	/* The handshake is done (plain: at once); bytes may follow. */
	void	(*up)(struct stream *);
	/*
	 * p: the worker's scratch, writable, valid during the call. Returns how many were consumed;
	 * the stream keeps the others and shows them again, in front of the next bytes, or, if they
	 * were left because of stream_pause, once it is resumed.
	 */
	size_t	(*bytes)(struct stream *, uint8_t *p, size_t n);
	/*
	 * The peer will send no more; what bytes did not consume is still kept, until stream_close
	 * (worker_flush first, if it was written elsewhere). Writing goes on.
	 */
	void	(*eof)(struct stream *);
	/*
	 * More is waiting than may be: stop the source. Also said by FLOW_FULL from
	 * stream_write.
	 */
	void	(*full)(struct stream *);
	/* After full or FLOW_FULL: all has drained. */
	void	(*room)(struct stream *);
	/* The last word, once; the stream must still be closed. */
	void	(*gone)(struct stream *, enum fault);
};

enum stream_state {
	STREAM_NEW,		/* not started */
	STREAM_HANDSHAKE,	/* TLS is not up yet */
	STREAM_UP,
	STREAM_CLOSING,		/* let go by its owner: flushing */
	STREAM_FIN,		/* we said the end, the peer has not */
	STREAM_DEAD		/* buried */
};

/* Why a stream is not read; it is as long as any of these holds. */
enum { PAUSE_PEER = 1, PAUSE_DIAL = 2, PAUSE_SELF = 4, PAUSE_BODY = 8 };

struct stream {
	struct watch		 watch;
	struct list		 link;			/* among the worker's streams */
	struct task		 cork_task, resume_task;	/* the latter buries, too */
	struct timer		 timer;			/* linger */
	const struct stream_io	*io;
	const struct stream_events *events;
	void			*owner;
	struct tls_layer	*tls;			/* NULL: plain */
	struct cork		*cork;			/* what this wake-up has written so far */
	struct wire		 out;			/* what the socket did not take */
	uint8_t			*stash;
	uint32_t		 stash_n;
	uint32_t		 unsent;	/* at the last look of a closing stream */
	uint32_t		 read_max;	/* bytes taken from the socket at a time */
	uint32_t		 full_at;	/* more than this in out, in wire bytes, is full */
	uint64_t		 longest;	/* bytes that may be written at once */
	uint8_t			 paused;	/* PAUSE_* bits */
	uint8_t			 state;		/* enum stream_state */
	bool			 told_full, got_eof, told_eof, write_shut;
	bool			 shuts;		/* the end is to be said behind what waits */
	bool			 broken;	/* the peer takes no more */
	bool			 cut;		/* and it was a reset that told us */
	bool			 lost;		/* some of what was written never left */
	enum fault		 fault;		/* noticed, and told when it is safe */
};

/*
 * Takes the descriptor (non-blocking) over. tls: taken over too, NULL for plain. NULL when out of
 * memory: then both are still the caller's.
 */
struct stream	*stream_new(struct worker *, int fd, struct tls_layer *,
		    const struct stream_events *, void *owner);
/* Goes out in front of everything, TLS too; before stream_start. Copied. */
void		 stream_preface(struct stream *, struct slice);
void		 stream_start(struct stream *);		/* handshake, then up */
/* Another layer takes over: its events from now on. Bytes not consumed are shown to it. */
void		 stream_hand(struct stream *, const struct stream_events *, void *owner);
/*
 * At most this waits per direction: bounds what is read at a time and when a writer is stopped.
 * longest: what may be written at once on top of it, 0: no more than is read at a time.
 */
void		 stream_set_buffer(struct stream *, uint64_t bytes, uint64_t longest);
/*
 * Takes everything. Pieces of up to CORK_SMALL bytes are copied; larger ones must stay valid until
 * the callback that is running now returns (they are the worker's scratch, or constant).
 */
enum flow	 stream_write(struct stream *, const struct iovec *, int n);
/*
 * Others may write to it in this turn of the loop: what was written leaves at the end of that,
 * together, unless some of it is too large to be copied. To be said after all writes of a wake-up.
 */
void		 stream_gather(struct stream *);
/* What was written leaves, or is copied, now: pieces that were not may become invalid. */
void		 stream_push(struct stream *);
void		 stream_pause(struct stream *, unsigned why);
void		 stream_resume(struct stream *, unsigned why);
/*
 * Asks the socket now, not when the loop would: events come from within. False: it has ended, or
 * cannot be used; what an event did to it stands.
 */
bool		 stream_look(struct stream *);
/* Nothing more will be written: the peer is told once all is out. Reading goes on. */
void		 stream_shut(struct stream *);
/* Has the peer's machine, as far as ours can tell, been sent all that was written? */
bool		 stream_has_sent(const struct stream *);
/*
 * It may be silent for hours: that its peer's machine is gone is to be noticed within two minutes
 * all the same.
 */
void		 stream_probe(struct stream *);
/* What bytes left unconsumed is wanted now, though nothing was paused. */
void		 stream_show_again(struct stream *);
/*
 * flush: what was written is still sent, and the end is said properly; else it is
 * dropped at once.
 */
void		 stream_close(struct stream *, bool flush);
/* Abort with a reset, so that the peer cannot take the end for a proper one. */
void		 stream_reset(struct stream *);

/* What the streams of a worker share. */
struct net_worker {
	const struct stream_io *io;	/* of new streams: sockets, unless a test says otherwise */
	struct list	 streams;	/* all that are not dead */
	struct cork	*corks;		/* free ones */
	uint8_t		*wire_in;	/* NET_WIRE bytes received, for TLS to open */
	uint8_t		*wire_out;	/* NET_WIRE bytes sealed, to be sent */
	size_t		 wire_out_n;
};

enum { NET_WIRE = 160 * 1024 };

/* fini resets what is still open; events are not told. */
enum fault	 net_worker_init(struct worker *) MUST_USE;
void		 net_worker_fini(struct worker *);

#endif
