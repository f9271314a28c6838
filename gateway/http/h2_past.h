/*
 * What became of the streams that a client opened last. A frame on a stream that is gone may have
 * been on its way when we ended that stream; but not when the client had said its own end, or never
 * opened it (RFC 9113 section 5.1). Of what is longer ago nothing is said.
 */
#ifndef H2_PAST_H
#define H2_PAST_H

#include <stdint.h>

enum { H2_PAST = 16 };

/* All zero at the start. */
struct h2_past {
	uint32_t	streams[H2_PAST];	/* the highest bit: the client said its end */
	unsigned	opened;			/* how many ever were */
};

enum h2_past_verdict { H2_PAST_FINE, H2_PAST_ENDED, H2_PAST_NEVER };

/* A frame of HEADERS: opens a stream unless it is known. */
void		h2_past_open(struct h2_past *, int32_t stream);
void		h2_past_end(struct h2_past *, int32_t stream);
/* May a frame come on this stream, which is gone? */
enum h2_past_verdict h2_past_judge(const struct h2_past *, int32_t stream);

#endif
