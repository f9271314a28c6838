/*
 * The head of the request that a backend gets, composed in one place. It starts as what the client
 * asked for; whoever rewrites requests changes it before it is written.
 */
#ifndef PROXY_REQUEST_H
#define PROXY_REQUEST_H

#include "http/exchange.h"
#include "http/rewrite.h"

enum { PROXY_KEY_SIZE = 24 };	/* Sec-WebSocket-Key: 16 bytes in base64 */

struct proxy_request {
	struct slice		 method;
	struct slice		 path, query;	/* as in struct request */
	struct slice		 host;		/* the Host field; empty: fallback_host */
	/* In place of the fields of these names and of their twins with "_". */
	const struct header	*set;
	unsigned		 n_set;
	/* The fields of these names are left out. */
	const struct slice	*remove;
	unsigned		 n_remove;

	struct slice		 fallback_host;	/* the server's: HTTP/1.0 may name none */
	/* Asks for a WebSocket with it, by GET and without a body; n 0: does not. */
	struct slice		 key;
	bool			 close;		/* this connection is for one request */
};

/* What the client asked for; set, remove, fallback_host, key and close are left empty. */
void		proxy_request_init(struct proxy_request *, const struct exchange *);
/* The same as the route's `rewrite` has it. */
void		proxy_request_rewrite(struct proxy_request *, const struct rewrite *);
/*
 * All of the head, in the exchange's arena; the request's body is framed as struct request says.
 * NO_MEMORY.
 */
enum fault	proxy_request_write(const struct proxy_request *, struct exchange *,
		    struct slice *head) MUST_USE;
/*
 * For requests of the gateway's own on behalf of a client: what the client's have of fields, its
 * identity and `set`, line by line. As above.
 */
enum fault	proxy_request_fields(const struct proxy_request *, struct exchange *,
		    struct slice *fields) MUST_USE;

#endif
