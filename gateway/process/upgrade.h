/*
 * The binary upgrade: a new program takes the place of this one without a connection refused or a
 * session cut. It is launched with the listening sockets; when it says that it is ready this
 * process stops accepting and lives on for the sessions that it has. Whatever goes wrong before
 * changes nothing. The main thread's.
 */
#ifndef UPGRADE_H
#define UPGRADE_H

#include <sys/types.h>

#include "loop/worker.h"
#include "net/elders.h"

struct upgrade;

struct upgrade_events {
	/* The new one is ready: stop accepting, then call upgrade_pass. There is no way back. */
	void	(*ready)(void *owner);
};

/*
 * launcher: the end to ask at, taken over, or -1: there is none. Elders are passed on. NO_MEMORY.
 */
enum fault	upgrade_new(struct worker *main, int launcher, struct elders *,
		    const struct upgrade_events *, void *owner, struct upgrade **) MUST_USE;
/* A new program that is not ready is given up. NULL is fine. */
void		upgrade_free(struct upgrade *);
pid_t		upgrade_successor(const struct upgrade *);
/* The door at which it will ask for our sessions, the caller's. */
int		upgrade_door(struct upgrade *);
/*
 * It is told to accept: what only one process can have, files and the service manager, is its own.
 */
void		upgrade_pass(struct upgrade *);
/*
 * Begins, unless one is under way; what becomes of it is on the log. patience: ms for the new
 * program to be ready.
 */
void		upgrade_begin(struct upgrade *, uint64_t patience);
/* This process stops: a new program that is not ready is given up, and there will be none. */
void		upgrade_give_up(struct upgrade *);

#endif
