/* What every framer has to stand, whatever it does with the bytes. */
#ifndef FRAMER_TORTURE_H
#define FRAMER_TORTURE_H

#include "framing/framing.h"

/* What messages a framer can carry. */
enum torture_kind { TORTURE_TEXT, TORTURE_BINARY };

/*
 * wrap and then next gives back what was wrapped: messages as they were, or, from a streaming
 * framer, the same bytes; whole, byte by byte and cut at random. Text stays whole characters.
 */
void	framer_torture(const struct framer *, enum torture_kind);
/* These bytes from a backend give these messages, joined; then the fault's name, if any. */
void	framer_torture_next(const struct framer *, const struct framer_options *, const void *bytes,
	    size_t n, const char *expected);

#endif
