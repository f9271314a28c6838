/* What every framer has to stand, whatever it does with the bytes. */
#ifndef FRAMER_TORTURE_H
#define FRAMER_TORTURE_H

#include "framing/framing.h"

/*
 * wrap and then next gives back what was wrapped: messages as they were, or, where there are none,
 * the same bytes; whole, byte by byte and cut at random. Clients of base64 say and hear base64, all
 * others the message itself. MSG_TEXT: payload without control characters, and it stays whole
 * characters. longest: the longest message that it can carry.
 */
void	framer_torture(const struct framer *, enum msg_kind, size_t longest);
/* These bytes from a backend give these messages, joined; then the fault's name, if any. */
void	framer_torture_next(const struct framing *, const void *bytes, size_t n,
	    const char *expected);

#endif
