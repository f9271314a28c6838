/*
 * Where frames begin in what a client sends (RFC 9113 section 4.1): nghttp2 tells only of those it
 * has a use for, and those it has none for are the ones to be counted.
 */
#ifndef H2_FRAMES_H
#define H2_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { H2_FRAME_HEAD = 9 };

struct h2_frame {
	uint32_t	length;
	uint8_t		type, flags;
	int32_t		stream;
	int32_t		depends;	/* the first number in it, if that has come, too */
};

struct h2_frames {
	struct h2_frame	frame;			/* the newest head */
	uint8_t		head[H2_FRAME_HEAD];	/* what there is of the next one */
	uint8_t		have;
	uint32_t	left;			/* until then */
};

/* skip: bytes in front of the first frame. */
void		h2_frames_init(struct h2_frames *, uint32_t skip);
/*
 * How many bytes off the front of p (n of them, at least one) are to be taken now: to the end of a
 * frame at most. *begins: a frame does with these, whose head is complete: f->frame.
 */
size_t		h2_frames_take(struct h2_frames *f, const uint8_t *p, size_t n, bool *begins);

#endif
