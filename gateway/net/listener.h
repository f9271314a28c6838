/*
 * Listening sockets. One worker accepts and hands each connection to the least loaded worker,
 * since sessions live long and luck at accept time would stay for good.
 */
#ifndef LISTENER_H
#define LISTENER_H

#include "config/config.h"
#include "loop/worker.h"
#include "net/address.h"

/* A connection on its way to its worker. */
struct accepted {
	int			 fd;		/* non-blocking, close-on-exec, TCP_NODELAY */
	struct address		 peer;		/* the other end of the socket */
	/* Set on the way: whom it is from, and where to, if not the socket's own end. */
	struct address		 client, local;
	const void		*tag;		/* what listener_open was given */
};

struct listener;

/*
 * Runs on the chosen worker, which owns fd from now. Its load counts this connection already; who
 * closes the connection takes it off again. Must not stop or free the listener.
 */
typedef void listener_accept(struct worker *, const struct accepted *);

/*
 * One socket for each address of the listener. Those that a listener of before (n_before 0: there
 * is none) has already are taken over from it, later, by listener_start; the others are bound, and
 * listen. FAULT_SYSTEM with the reason on the log ("listener web: 0.0.0.0:80 (conf:12): Address
 * already in use"). A stale unix socket (nobody listens) is replaced. Nothing is accepted yet.
 */
enum fault	 listener_open(const struct config_listener *, const void *tag, listener_accept *,
		    struct listener *const *before, size_t n_before, struct listener **) MUST_USE;
/*
 * Gets all that listener_start needs, to accept on this worker, the acceptor, for these (the
 * acceptor may be among them). Its thread only. NO_MEMORY.
 */
enum fault	 listener_prepare(struct listener *, struct worker *acceptor,
		    struct worker *const *, unsigned n) MUST_USE;
/*
 * Accepts. Sockets of before are listened on without a break: who waits in their queues comes to
 * this listener. Their old listeners live still. The acceptor's thread only.
 */
void		 listener_start(struct listener *);
/*
 * No more is accepted; sockets that nobody took over are closed, unix socket files removed. The
 * acceptor's thread only. What was accepted before may still be on its way to other workers, tag
 * and all; it arrives before any letter that is posted from here afterwards.
 */
void		 listener_stop(struct listener *);
/* Its acceptor has ended, or it has none. NULL is fine. */
void		 listener_free(struct listener *);
void		 listener_bury(struct listener *);	/* instead, on the acceptor's thread */

#endif
