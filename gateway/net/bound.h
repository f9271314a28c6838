/*
 * A bound socket that listens, and the file it has in the file system if it is a unix socket.
 */
#ifndef BOUND_H
#define BOUND_H

#include <sys/types.h>

#include "config/config.h"

struct bound {
	int	 fd;
	char	*path;		/* the file to remove; NULL: none */
	dev_t	 dev;		/* by which it is known for ours */
	ino_t	 ino;
};

/* The i-th address of a listener. False: errno says why, and nothing is left behind. */
bool	bound_open(struct bound *, const struct config_listener *, size_t i);
void	bound_close(struct bound *);
/* Is there the file that was made for a socket? */
bool	bound_has_file(const char *path, dev_t, ino_t);
/* The listener's backlog and mode, on a socket that was made by others. False: errno says why. */
bool	bound_adjust(const struct bound *, const struct config_listener *);

#endif
