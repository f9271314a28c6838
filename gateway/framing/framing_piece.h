/*
 * What framers share: payload as it passes on, and messages whose length is known. Text is whole
 * characters, and what is none is replaced or refused, here and nowhere else.
 */
#ifndef FRAMING_PIECE_H
#define FRAMING_PIECE_H

#include "framing/framing.h"

/* The payload as it is, and nothing around it. */
enum fault	framing_plain_wrap(const struct framing *, const struct msg *,
		    uint8_t scratch[FRAMER_SCRATCH], struct iovec iov[3]) MUST_USE;
/*
 * The next piece of text off the front of p; last: no more of this text follows. *used = 0 with
 * n > 0: the rest of a character must come first. BACK_UTF8.
 */
enum fault	framing_piece_text(const struct framing *, uint8_t *p, size_t n, bool last,
		    struct msg *out, size_t *used) MUST_USE;
/* A fragment of a message whose end is not known: the n bytes at p, or as many as can pass. */
enum fault	framing_fragment(const struct framing *, struct framer_run *, uint8_t *p, size_t n,
		    struct msg *out, size_t *used) MUST_USE;
/* Its length is known now, and that tail bytes of framing follow it. BACK_TOO_BIG. */
enum fault	framing_begin(const struct framing *, struct framer_run *, uint64_t length,
		    uint8_t tail) MUST_USE;
/*
 * Once it was begun: the message if it is all there, a fragment if too much of it is, or nothing
 * yet. The end of the stream is the caller's to judge.
 */
enum fault	framing_go_on(const struct framing *, struct framer_run *, uint8_t *p, size_t n,
		    struct msg *out, size_t *used) MUST_USE;

#endif
