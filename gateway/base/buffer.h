/*
 * Bytes that are put together: grows as it is added to. That memory ran out is asked once, at the
 * end: nothing more is added then.
 */
#ifndef BUFFER_H
#define BUFFER_H

#include <stdbool.h>

#include "base/slice.h"

struct buffer {			/* all zero: empty, and owns nothing */
	uint8_t	*p;
	size_t	 n, room;
	bool	 failed;
};

void	buffer_add(struct buffer *, struct slice);
void	buffer_printf(struct buffer *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Room for n more bytes, to be written by the caller, who then adds to n; NULL: there is none. */
char	*buffer_reserve(struct buffer *, size_t n);
/* Empty again; owns nothing. */
void	buffer_clear(struct buffer *);

static inline struct slice buffer_slice(const struct buffer *b)
{
	return (struct slice){(const char *)b->p, b->n};
}

#endif
