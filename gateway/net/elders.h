/*
 * Elders: processes of ours that this one took over from, and that live on for their sessions. A
 * request for a session that is not here may be for one of theirs; each can be asked, and who has
 * the session takes a connection for the request.
 *
 * The end of an elder's door is held by all that came after it: what is sent there is a question,
 * with the descriptor of a connection. A byte comes back over that if the elder has the session,
 * and then it speaks HTTP/1.1; else it is closed.
 */
#ifndef ELDERS_H
#define ELDERS_H

#include "net/address.h"

enum {
	ELDERS_MOST = 64,
	ELDERS_NAME = 1024,		/* bytes of a route's name that can be asked for */
	ELDERS_SESSION = 255		/* of a session's id */
};

struct elders;

struct elders_question {
	struct slice	route, session;
	struct address	client;		/* whom the request is from */
};

struct elders	*elders_new(void);	/* NULL: out of memory */
void		 elders_free(struct elders *);
/* The end of a door, taken over; the oldest gives way if there are too many. */
void		 elders_add(struct elders *, int end);
/* Is there any? Any thread, as the two below. */
bool		 elders_are_there(const struct elders *);
void		 elders_each(struct elders *, void (*each)(int end, void *arg), void *arg);
/* Those that have ended: nobody is asked in vain, and no descriptor is kept for them. */
void		 elders_forget(struct elders *);
/*
 * Asks the one at *at, or the next that lives, and counts on. Returns our end of the connection,
 * non-blocking, the caller's; -1: there is no other one, or, with EAGAIN, it is to be asked again.
 */
int		 elders_ask(struct elders *, unsigned *at, const struct elders_question *);
/* What came over a connection: 1: it has the session, 0: it has not, -1: nothing yet. */
int		 elders_hear(int fd);

/* The two ends of a new door, both non-blocking; false: errno. */
bool		 elders_door(int *inside, int *outside);
enum {
	ELDERS_ASKED,		/* *fd is the caller's */
	ELDERS_QUIET,		/* nobody asks now */
	ELDERS_ALONE		/* nobody can ask any more */
};
/* On the elder's side: the next question, whose texts lie in buffer, within these bounds. */
enum { ELDERS_BUFFER = 2048 };
int		 elders_next(int inside, struct elders_question *, char buffer[ELDERS_BUFFER],
		    int *fd);
bool		 elders_admit(int fd);	/* says that we have it */

#endif
