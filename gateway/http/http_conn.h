/*
 * A client's connection, whatever version of HTTP it speaks: what the door (door.h) and the servers
 * of the versions have in common. Each embeds one; it moves from the door to the server.
 */
#ifndef HTTP_CONN_H
#define HTTP_CONN_H

#include "http/admission.h"
#include "http/exchange.h"
#include "http/gateway_worker.h"
#include "net/stream.h"

struct http_conn {
	struct client		 client;
	struct admitted		 admitted;
	struct stream		*stream;
	struct connection	 connection;	/* among the worker's */
	struct timer		 timer;
	struct task		 grave;
	enum fault		 refuse;	/* answer requests with this */
};

/*
 * The server of a version takes the connection over, which is up, by http_conn_move; what is
 * left of the door's is buried by the door. False: out of memory, nothing was done.
 */
typedef bool http_begin(struct http_conn *);

/* NO_MEMORY: there is nothing to undo. grave: frees the owner, some time after http_conn_bury. */
enum fault	http_conn_init(struct http_conn *, struct worker *, const struct connection_ops *,
		    void (*expire)(struct timer *), void (*grave)(struct task *)) MUST_USE;
/*
 * `to`, just initialised, gets all of `from`, which must be buried, and the stream these events.
 * The timer fires when it would have.
 */
void		http_conn_move(struct http_conn *to, struct http_conn *from,
		    const struct stream_events *, void *owner);
/* Fires once after so many ms; 0: never. */
void		http_conn_set_timer(struct http_conn *, uint64_t after);
/* In the log: the fault, the listener and the client. */
void		http_conn_complain(const struct http_conn *, enum fault);
/*
 * One look at an answer, of which so many bytes were written and so many of them wait for the
 * client: have they waited since the last look, and none has moved? *progress: 0 at the start.
 */
bool		http_conn_is_stuck(uint64_t *progress, uint64_t written, uint64_t waiting);
/* Everything but the stream, which has been closed or moved. */
void		http_conn_bury(struct http_conn *);

static inline struct gateway_worker *http_conn_gateway(const struct http_conn *c)
{
	return c->client.worker->gateway;
}

#endif
