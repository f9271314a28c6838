/*
 * The writing half of a stream, for stream.c only; the contract is in stream.h.
 */
#ifndef STREAM_OUT_H
#define STREAM_OUT_H

#include "net/stream.h"

void		stream_out_flush(struct task *);	/* the cork's task */
/* The socket takes bytes again. */
void		stream_out_drain(struct stream *);
/*
 * Wire bytes that TLS makes by itself (handshake, alerts); a tls_sink, followed by
 * stream_out_send.
 */
tls_sink	stream_out_sink;
void		stream_out_send(struct stream *);
void		stream_out_clear(struct stream *);
/* Notes a fault; it is told from the loop, once. */
void		stream_out_fail(struct stream *, enum fault);
/* Watches for what is of interest now. */
void		stream_out_arm(struct stream *);
/* Of a closing stream: there was progress, wait on. */
void		stream_linger(struct stream *);
/* All is flushed: stream.c says the end. */
void		stream_finish(struct stream *);

#endif
