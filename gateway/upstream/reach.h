/*
 * One server, to one stream that is up: name, TCP, TLS and what is said first, within a deadline.
 */
#ifndef REACH_H
#define REACH_H

#include "net/stream.h"
#include "upstream/backend.h"

struct reach;

struct reach_options {
	uint64_t	deadline;	/* on worker.now's clock */
	bool		no_tls;		/* only whether it can be connected to */
	struct slice	preface;	/* goes out in front of TLS; lives until the answer */
};

/*
 * The one answer: a stream that is up and paused (PAUSE_DIAL), to be taken by stream_hand; or NULL
 * and a fault. Never from within reach_start or reach_cancel.
 */
typedef void reach_done(void *owner, struct stream *, enum fault);

/* The server lives until the answer came. NULL: out of memory. */
struct reach	*reach_start(struct worker *, struct backend *, const struct config_server *,
		    const struct reach_options *, reach_done *, void *owner);
void		 reach_cancel(struct reach *);

#endif
