/*
 * The half of a session that its client receives by: frames out of the outbox, for one receiver at
 * a time. For session.c.
 */
#ifndef SESSION_RECEIVE_H
#define SESSION_RECEIVE_H

#include "front/session.h"

/* A visit wants to be the receiver, or to go on being it. */
void		session_receive(struct session *, struct visit *);
/* The client has all up to that id: it is let go of. SESSION_AHEAD. */
enum fault	session_receive_arrived(struct session *, uint64_t upto) MUST_USE;
/* It was that, and is no more; goes home. */
void		session_receive_leave(struct session *, struct visit *);
/* The next frame, if there is one, and a receiver for it. */
void		session_receive_go_on(struct session *);
/* The receiver's time, and when it is over: a poll is answered, a stream is kept alive. */
uint64_t	session_receive_deadline(const struct session *);
void		session_receive_late(struct session *);
/* Does as much wait as may? What can be let go of is. */
bool		session_receive_is_full(struct session *);
/* Nobody wants what waits any more. */
void		session_receive_discard(struct session *);
/* The session never stood. */
void		session_receive_refuse(struct session *, enum fault);

#endif
