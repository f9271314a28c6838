/*
 * What the control socket serves beside all that the admin's listener does: the open sessions, and
 * what an admin does to the gateway. Answers are JSON. Whoever may connect may do all of it.
 *
 *	GET  /sessions			an array; ?route= backend= transport= client_ip=
 *	GET  /sessions/ID		that one
 *	POST /sessions/ID/close		?code=, reason=
 *	POST /drain			?backend=, server=, undo=1; {"servers"}: how many
 *	POST /reload			{"done", "errors", "warnings", "words"} when it is over
 *	POST /stop			as SIGTERM does
 */
#ifndef CONTROL_SITE_H
#define CONTROL_SITE_H

#include "admin/roll.h"
#include "http/exchange.h"

/* An answer to come, of a thread below or above. Made and freed by the site. */
struct control_wish;

/* What the program does for it. */
struct control_acts {
	void	(*stop)(void *arg);
	/* control_reloaded follows once, from any thread. */
	void	(*reload)(void *arg, struct control_wish *);
	void	*arg;
};

struct control_site {
	const struct control_acts *acts;
	struct worker *const	*workers;
	unsigned		 n_workers;
	/* Rolls and wishes that are not over: what they lead to must live. Its worker's. */
	unsigned		 under_way;
};

/* The handler for a path, or NULL: it is none of these. FAULT_METHOD_NOT_ALLOWED. */
enum fault	control_site_find(const struct exchange *, const struct handler **) MUST_USE;
/* Words last as long as the call. */
void		control_reloaded(struct control_wish *, bool done, const char *words,
		    unsigned errors, unsigned warnings);

#endif
