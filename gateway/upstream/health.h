/*
 * Whether servers are up. With `health` they are checked all the time; without, a server that
 * failed several sessions in a row is left alone and asked with growing pauses until it answers, so
 * that no client has to find that out. All of it runs on the keeper's thread.
 */
#ifndef HEALTH_H
#define HEALTH_H

#include "upstream/backend.h"

/*
 * The target is watched until it is back, or, with `health`, for as long as it is a server. The
 * fleet's lock is held, and a backend is in force. False: out of memory.
 */
bool		health_watch(struct fleet *, struct target *) MUST_USE;
/* With `health`: all servers of this backend, which has just come into force. */
bool		health_watch_all(struct backend *) MUST_USE;
/* The interval may be a shorter one now: no check waits for longer. By the keeper. */
void		health_hasten(struct fleet *);
void		health_end(struct fleet *);	/* by the keeper, or when that has ended */
/* On the log: it went down because of this fault, or is back. */
void		health_say(const struct backend *, const struct target *, enum fault);

#endif
