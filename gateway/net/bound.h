/*
 * A bound socket that listens, and the file it has in the file system if it is a unix socket. All
 * of the process are known, so that they can be passed on to a successor, files and all.
 */
#ifndef BOUND_H
#define BOUND_H

#include <sys/types.h>

#include "config/config.h"

struct bound_entry;

/* May be moved; fd -1: there is none. */
struct bound {
	int			 fd;
	char			*path;		/* of its file; NULL: it has none, or not of ours */
	dev_t			 dev;		/* by which that is known for ours */
	ino_t			 ino;
	struct bound_entry	*entry;		/* among all that are bound */
};

/*
 * How many sockets a listener has: one for each address, unless a service manager has opened others
 * for it (given.h).
 */
size_t	bound_count(const struct config_listener *);
/* The i-th one's; of size 0, and called something, if a service manager has chosen it. */
const struct config_address *bound_address(const struct config_listener *, size_t i);
/*
 * The i-th of them: one that was passed to this process, or a new one. False: errno says why, and
 * nothing is left behind.
 */
bool	bound_open(struct bound *, const struct config_listener *, size_t i);
void	bound_close(struct bound *);
/* Is there the file that was made for a socket? */
bool	bound_has_file(const char *path, dev_t, ino_t);
/* The listener's backlog and mode, on a socket that was made by others. False: errno says why. */
bool	bound_adjust(const struct bound *, const struct config_listener *);

/* All that were bound here or by a predecessor, not those of a service manager. Any thread. */
void	bound_each(void (*each)(int fd, void *arg), void *arg);
/*
 * Who removes the files of unix sockets: a successor does, or, after a predecessor has given them
 * up, this process does (those that it did not pass on are ours from the beginning). Any thread.
 */
void	bound_disown(void);
void	bound_own(void);

#endif
