/*
 * Compressed messages of a WebSocket, to and from its peer. Without context takeover the states are
 * the worker's: the one that inflates is lent to a connection while a message of its is under way,
 * and one that deflates serves all in turn. With it a connection has its own.
 */
#ifndef COMPRESS_H
#define COMPRESS_H

#include "codec/ws.h"
#include "codec/ws_deflate.h"
#include "codec/ws_extension.h"
#include "config/config.h"
#include "framing/framing.h"
#include "loop/worker.h"

/* Inflated until it is handed on, at least, where more follows. */
enum { COMPRESS_STEP = 16 * 1024 };

struct compress {
	struct worker			*worker;
	const struct config_deflate	*conf;
	struct ws_extension		 agreed;
	struct ws_inflater		*inflater;	/* its own, or lent */
	struct ws_deflater		*deflater;	/* its own; NULL: the worker's */
	uint64_t			 total;		/* inflated of the message under way */
	struct utf8_state		 utf8;		/* of that */
	bool				 sending;	/* a compressed message, in pieces */
};

/* NULL: out of memory. */
struct compress	*compress_new(struct worker *, const struct config_deflate *,
		    const struct ws_extension *);
void		 compress_free(struct compress *);	/* NULL is fine */

/*
 * Goes on from an event that ws_read has marked as compressed: reads what follows of the same frame
 * in p, n and inflates it, up to a step. The event has the inflated bytes then, writable and valid
 * until the callback ends, possibly none; *used counts from ws_read's on. Few bytes become many:
 * after a step whoever they went to must have been flushed before it is known to be full. Besides
 * ws_read's faults: WS_INFLATE; WS_TOO_BIG and WS_UTF8 of what was inflated; NO_MEMORY.
 */
enum fault	 compress_inflate(struct compress *, struct ws_reader *, uint8_t *p, size_t n,
		    struct ws_event *, size_t *used) MUST_USE;
/*
 * Compresses a message, or a piece of one, of at most WORKER_SCRATCH bytes, if it is worth it, and
 * memory is there: *m has the compressed bytes then, valid until the callback ends. continued: it
 * goes on with a message. Returns what the first byte of its frame needs besides: WS_RSV1 where a
 * compressed message begins.
 */
uint8_t		 compress_deflate(struct compress *, struct msg *m, bool continued);

/* The worker's states and buffers, made when they are needed first. */
struct compress_pool;
void		 compress_pool_free(struct compress_pool *);	/* NULL is fine */

#endif
