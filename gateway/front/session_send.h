/*
 * The half of a session that its client sends by: visits with messages, one after the other, as
 * fast as the backend takes them. For session.c.
 */
#ifndef SESSION_SEND_H
#define SESSION_SEND_H

#include "front/session.h"

/* A visit with messages: waits for its turn. */
void	session_send(struct session *, struct visit *);
/* Delivers what the backend takes, answers those that are through; all when it has ended. */
void	session_send_go_on(struct session *);
/* Its exchange is lost: what was begun is still delivered, once; else it goes home as it is. */
void	session_send_recalled(struct session *, struct visit *);
/* The session never stood. */
void	session_send_refuse(struct session *, enum fault);
/* No worker runs any more. */
void	session_send_drop(struct session *);

#endif
