/*
 * The head of a request over HTTP/2: pseudo-header fields and fields (RFC 9113 section 8) become
 * what a request of HTTP/1.1 is, by the same limits and rules. nghttp2 has checked already that
 * fields are well-formed, that pseudo-header fields are complete, known and stand in front, and
 * that no field is connection-specific.
 */
#ifndef H2_HEAD_H
#define H2_HEAD_H

#include "http/exchange.h"

struct h2_fields {
	struct header	*v;
	unsigned	 n, room;
};

struct h2_head {
	struct slice	 method, scheme, authority, path, protocol;
	struct slice	 host, length, expect;
	struct h2_fields fields, crumbs;	/* crumbs: of Cookie */
	size_t		 bytes;		/* as they would be in HTTP/1.1, roughly */
	enum fault	 fault;		/* what is wrong with it so far */
};

/*
 * One field, in its order; copied to the arena, unless the head has a fault already. False: it is
 * so much too large that not even reading on is worth it.
 */
bool		h2_head_add(struct h2_head *, struct arena *, const struct config_limits *,
		    struct slice name, struct slice value);
/*
 * All fields were added. end: no body follows. What is known of a request is filled in on a fault,
 * too: HTTP_SYNTAX, HTTP_SMUGGLING, HEAD_TOO_LARGE, HEADERS_TOO_MANY, EXPECTATION,
 * CONNECT_PROTOCOL, WS_HANDSHAKE, NO_MEMORY.
 */
enum fault	h2_head_finish(struct h2_head *, struct arena *, bool end,
		    struct request *) MUST_USE;

#endif
