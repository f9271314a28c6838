/*
 * The wire queue: bytes that a socket did not take. Chunks are as large as what they hold, so an
 * empty queue owns nothing.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

struct wire_chunk;

struct wire {
	struct wire_chunk	*first, *last;
	size_t			 n;		/* bytes in all chunks */
};

enum { WIRE_PIECES = 16 };

/*
 * Copies all of iov but its first skip bytes to the end. False: out of memory,
 * nothing was taken.
 */
bool	wire_append(struct wire *, const struct iovec *, int n, size_t skip);
/* The front of the queue, at most WIRE_PIECES pieces; returns how many. */
int	wire_front(const struct wire *, struct iovec iov[WIRE_PIECES]);
void	wire_drop(struct wire *, size_t n);	/* these have been sent */
void	wire_clear(struct wire *);

#endif
