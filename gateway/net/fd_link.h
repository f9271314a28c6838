/*
 * A pair of ends over which two processes of ours exchange messages, each of a few bytes and maybe
 * descriptors. A message comes whole or not at all.
 */
#ifndef FD_LINK_H
#define FD_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum {
	FD_LINK_MOST = 128,		/* descriptors in one message */
	FD_LINK_BYTES = 64 * 1024	/* of a message */
};

/* Both close-on-exec. False: errno says why. */
bool	fd_link_pair(int ends[2]);
/* The same, for a stream of bytes, both non-blocking: one end for each process. */
bool	fd_link_stream(int ends[2]);
/* Of a stream: one byte, which says yes. */
bool	fd_link_say(int end);
/* 1: it came, 0: the other end is closed, -1: nothing yet. */
int	fd_link_hear(int end);
bool	fd_link_is_open(int end);	/* has anybody the other end still? */
/* False: nothing was sent, errno says why; EAGAIN: later. The descriptors stay the caller's. */
bool	fd_link_send(int end, const void *p, size_t n, const int *fds, size_t n_fds);
/*
 * The next message, of at most n bytes; more, or more descriptors, or those without a byte, is
 * EMSGSIZE. Descriptors are the caller's now, and close-on-exec; *n_fds says how many there may be,
 * and then are. 0: the other end is closed; -1: errno.
 */
ssize_t	fd_link_receive(int end, void *p, size_t n, int *fds, size_t *n_fds);

#endif
