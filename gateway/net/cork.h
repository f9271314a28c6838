/*
 * A cork gathers what one wake-up, or one turn (stream_gather), writes to one stream. Small pieces
 * are copied side by side, so that a frame head and its payload leave as one run of bytes; large
 * ones are referred to.
 */
#ifndef CORK_H
#define CORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>

enum {
	CORK_PIECES = 64,
	CORK_COPY = 16 * 1024,
	CORK_SMALL = 1024	/* up to here copying is cheaper than one more piece */
};

struct cork {
	struct cork	*next;		/* on the worker's free list */
	int		 n;
	bool		 joins;		/* the last piece ends where the next copy goes */
	size_t		 bytes, copied;
	struct iovec	 iov[CORK_PIECES];
	uint8_t		 copy[CORK_COPY];
};

/* The worker's free corks; how many there are is how many streams are written to at a time. */
struct cork	*cork_new(void);	/* NULL: out of memory */

static inline struct cork *cork_take(struct cork **free_list)
{
	struct cork *c = *free_list;

	if (c == NULL)
		return cork_new();
	*free_list = c->next;
	return c;
}

static inline void cork_reset(struct cork *c)
{
	c->iov[0] = (struct iovec){c->copy, 0};	/* so that the first copy joins, too */
	c->n = 1;
	c->joins = true;
	c->bytes = c->copied = 0;
}

static inline void cork_give(struct cork **free_list, struct cork *c)
{
	cork_reset(c);
	c->next = *free_list;
	*free_list = c;
}

/* False when it does not fit: flush first. A piece of any size fits an empty cork. */
bool		 cork_add_piece(struct cork *, const struct iovec *);

static inline bool cork_add(struct cork *c, const struct iovec *piece)
{
	size_t n = piece->iov_len;

	if (!c->joins || n > CORK_SMALL || n > CORK_COPY - c->copied)
		return cork_add_piece(c, piece);
	memcpy(c->copy + c->copied, piece->iov_base, n);
	c->copied += n;
	c->bytes += n;
	c->iov[c->n - 1].iov_len += n;
	return true;
}

#endif
