/*
 * Listening sockets that this process was started with, of two kinds:
 *
 * - a service manager opened them for a listener, whose name they have (LISTEN_FDS, LISTEN_PID and
 *   LISTEN_FDNAMES, sd_listen_fds(3)): they take the place of its addresses, whatever those are;
 * - the framegate that this one takes over from had bound them: they are known by their addresses,
 *   and are wanted if one of the configuration is the same.
 *
 * The first are kept, and shared with each listener that is opened by that name; the second go to
 * the one that takes them. given_open is the main thread's, before there are others; the rest is
 * for any thread.
 */
#ifndef GIVEN_H
#define GIVEN_H

#include "config/config.h"

/* The sockets that the framegate before passes on: "FD:NAME FD: …", no name for the second kind. */
#define GIVEN_VARIABLE	"FRAMEGATE_SOCKETS"

/* Reads the environment, and takes what it speaks of out of it. NO_MEMORY, on the log. */
enum fault	given_open(void) MUST_USE;
/* What nobody has taken is closed; of the first kind that is warned of. */
void		given_close_rest(const struct config *);
void		given_close(void);	/* all that are left: nothing is bound any more */

/* How many were opened for the listener of that name; 0: it is bound as the configuration says. */
size_t		given_count(const char *name);
/* The i-th of them, the caller's; -1: errno says why. */
int		given_share(const char *name, size_t i);
/* The one that is bound to this address, the caller's; -1: there is none. */
int		given_take(const struct config_address *, bool dual);
/* All of the first kind that are kept. */
void		given_each(void (*each)(int fd, const char *name, void *arg), void *arg);

#endif
