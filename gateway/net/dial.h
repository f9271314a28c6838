/*
 * Dialling: from a host name or address to a connected socket, without blocking: asynchronous
 * resolution, then happy eyeballs (RFC 8305) over what came.
 */
#ifndef DIAL_H
#define DIAL_H

#include "config/config.h"
#include "loop/worker.h"
#include "net/address.h"

struct dial;

/*
 * The one answer: fd connected (the receiver's to close) and fault NONE, or fd -1 and
 * DIAL_RESOLVE, DIAL_DENIED (none of its addresses is allowed), DIAL_REFUSED, DIAL_UNREACHABLE,
 * DIAL_TIMEOUT, NO_FILES or NO_MEMORY. Never from within dial_start or dial_cancel. The dial is
 * gone when this is called.
 */
typedef void dial_done(void *owner, int fd, enum fault);

struct dial_options {
	uint64_t			 deadline;	/* on worker.now's clock */
	uint64_t			 max_age;	/* how old (ms) a resolved name may be */
	const struct config_networks	*allow;		/* others are not dialled; NULL: all are */
};

/* The server lives until the answer. NULL: out of memory. */
struct dial	*dial_start(struct worker *, const struct config_server *,
		    const struct dial_options *, dial_done *, void *owner);
void		 dial_cancel(struct dial *);		/* no answer will come */

#endif
