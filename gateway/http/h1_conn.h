/*
 * An HTTP/1 connection, for the two halves of its server only: h1_server.c reads requests,
 * h1_response.c writes answers.
 */
#ifndef H1_CONN_H
#define H1_CONN_H

#include "http/h1_server.h"
#include "http/http_conn.h"

enum h1_state {
	H1_HEAD,	/* between requests, or within a head */
	H1_BODY,	/* a request's body is coming */
	H1_WAIT,	/* the request is complete, its answer is not */
	H1_TUNNEL,
	H1_DEAD
};

/* How the body of the answer is delimited (RFC 9112 section 6.3). */
enum h1_framing { H1_NO_BODY, H1_LENGTH, H1_CHUNKED, H1_UNTIL_CLOSE };

/* Of a body that nobody wants so much is read, to save the connection. */
enum { H1_DRAIN = 64 * 1024 };

struct h1_conn {
	struct exchange			 x;		/* the one at hand */
	struct http_conn		 conn;
	struct http1_body_reader	 body;
	size_t				 scanned;	/* of an unfinished head */
	uint64_t			 left;		/* of an answer with a length */
	uint64_t			 progress;	/* at the last look at a stuck answer */
	uint8_t				 state;		/* enum h1_state */
	uint8_t				 framing;	/* enum h1_framing */
	bool				 keep_alive;	/* go on after this exchange */
	bool				 head_only;	/* the request was a HEAD */
	bool				 http10;
	bool				 peer_eof;
	bool				 ended;		/* the answer is complete */
};

extern const struct exchange_ops h1_response_ops, h1_tunnel_ops;

static inline struct h1_conn *h1_conn_of(struct exchange *x)
{
	return LIST_OWNER(x, struct h1_conn, x);
}

/* The answer is complete: on to the next request, or close. */
void	h1_conn_next(struct h1_conn *);
/* Flushes and says the end properly: the connection is buried, the stream finishes alone. */
void	h1_conn_close(struct h1_conn *);
/* At once, with a reset: the peer must not take what it has for the whole. */
void	h1_conn_abort(struct h1_conn *);

#endif
