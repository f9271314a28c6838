/*
 * From a backend to one stream that is up: the servers in the balancer's order, as many as
 * `tries` says, each within connect_timeout (name, TCP and TLS together).
 */
#ifndef CONNECT_H
#define CONNECT_H

#include "net/stream.h"
#include "upstream/backend.h"

struct connect;

/*
 * The one answer: a stream that is up and paused (PAUSE_DIAL), to be taken by stream_hand, and the
 * server it leads to; or NULL and the last server's fault. Never from within connect_start.
 */
typedef void connect_done(void *owner, struct stream *, const struct config_server *, enum fault);

struct connect	*connect_start(struct worker *, struct backend *, const char *who, connect_done *,
		    void *owner);	/* who: for the log; NULL result: out of memory */
void		 connect_cancel(struct connect *);

#endif
