/*
 * An arena: memory that is given back all at once. It grows in chunks; nothing in it is freed
 * alone.
 */
#ifndef ARENA_H
#define ARENA_H

#include <stddef.h>

#include "base/slice.h"

struct arena_chunk;

struct arena {
	struct arena_chunk	*chunks;	/* newest first */
	size_t			 used;		/* bytes handed out, for limits and gauges */
};

void		arena_init(struct arena *);
void		arena_fini(struct arena *);	/* gives everything back; may be used again */
/* Zeroed and aligned for any type; NULL when out of memory. */
void		*arena_alloc(struct arena *, size_t n);
/* A copy with a NUL behind it; p is NULL when out of memory. */
struct slice	arena_copy(struct arena *, struct slice);
char		*arena_printf(struct arena *, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));

#endif
