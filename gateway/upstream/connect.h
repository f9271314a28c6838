/*
 * From a backend to one stream that is up: the servers in the balancer's order, as many as
 * `tries` says, each within connect_timeout (name, TCP and TLS together), and begun in time for a
 * good one to be found within that, whatever the others do; where all of them are full, a place in
 * the queue first.
 */
#ifndef CONNECT_H
#define CONNECT_H

#include "net/stream.h"
#include "upstream/backend.h"
#include "upstream/connect_request.h"

struct connect;

/*
 * The one answer: a stream that is up and paused (PAUSE_DIAL), to be taken by stream_hand, and the
 * target it leads to, whose place is given back by backend_release; or NULL and the last server's
 * fault. Never from within connect_start.
 */
typedef void connect_done(void *owner, struct stream *, struct target *, enum fault);

/* The request's strings live until the answer. NULL: out of memory. */
struct connect	*connect_start(struct worker *, struct backend *, const struct connect_request *,
		    connect_done *, void *owner);
void		 connect_cancel(struct connect *);

#endif
