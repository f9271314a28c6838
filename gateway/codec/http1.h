/*
 * HTTP/1.1 requests, strictly by RFC 9112: no leniency, nothing is guessed, what is ambiguous is
 * FAULT_HTTP_SMUGGLING. Pure: no I/O, no allocation; slices point into the caller's bytes.
 */
#ifndef HTTP1_H
#define HTTP1_H

#include "base/fault.h"
#include "base/slice.h"

struct header {
	struct slice	name, value;	/* value without surrounding white space */
};

/* HTTP1_BODY_CLOSE: of a response that ends with its connection. */
enum http1_body { HTTP1_BODY_NONE, HTTP1_BODY_LENGTH, HTTP1_BODY_CHUNKED, HTTP1_BODY_CLOSE };

struct http1_limits {
	size_t		head;		/* bytes, request line and all fields */
	unsigned	headers;	/* fields; the capacity of http1_request.headers */
};

struct http1_request {
	struct slice	 method;
	struct slice	 target;	/* as sent; origin, absolute or asterisk form */
	struct slice	 scheme;	/* of an absolute-form target, else empty */
	/* authority: of an absolute target or of Host; may be empty in 1.0 */
	struct slice	 host;
	/* raw, without the query; begins with "/", or "*" for an OPTIONS of the whole server */
	struct slice	 path;
	struct slice	 query;		/* raw, without "?"; p is NULL when there is none */
	unsigned	 minor;		/* HTTP/1.minor: 0 or 1 */
	struct header	*headers;	/* room for http1_limits.headers, given by the caller */
	unsigned	 n_headers;

	/* what the fields mean for this connection */
	enum http1_body	 body;
	uint64_t	 length;	/* HTTP1_BODY_LENGTH */
	bool		 keep_alive;	/* the client is willing */
	bool		 expect_continue;	/* and there is a body it waits for */
	bool		 upgrade;	/* Connection holds "upgrade" */
	struct slice	 upgrade_to;	/* the first Upgrade field's value */
	/*
	 * HTTP_SMUGGLING for nothing but an upgrade that says that its body is empty: refused like
	 * any that has one, but what is asked for stands, so that what else is wrong may be said.
	 */
	bool		 misused;
};

/*
 * Looks for one whole head at p. The request's `headers` is set by the caller and kept; all else is
 * written once the head is complete. *used = 0: incomplete, call again with more bytes in front of
 * which these still stand. *scanned, 0 at first, remembers how far the search for the end came,
 * so that a head that drips in costs linear time; it is 0 again once a head was found. One empty
 * line before the request line is skipped (RFC 9112 section 2.2).
 * Faults: HTTP_SYNTAX, HTTP_SMUGGLING, HTTP_VERSION, HEAD_TOO_LARGE, HEADERS_TOO_MANY,
 * EXPECTATION; HEAD_TOO_LARGE as soon as the limit is passed, complete or not, and an evidently
 * broken head (a bare CR, a first byte that is no token) without waiting for its end.
 */
enum fault	http1_parse(const struct http1_limits *, const uint8_t *p, size_t n,
	    size_t *scanned, struct http1_request *, size_t *used) MUST_USE;
/* The first field of that name (ASCII case ignored), or NULL. */
const struct header *http1_find(const struct header *, unsigned n, struct slice name);

/*
 * Body of a message: identity by length or until the connection ends (whose reader never sees the
 * end), or chunked (RFC 9112 section 7.1).
 */
struct http1_body_reader {
	enum http1_body	 kind;
	uint64_t	 left;		/* of the length or of the current chunk */
	uint8_t		 state;
	bool		 end;		/* the body is complete */
	uint16_t	 extra;		/* bytes of chunk extensions and trailers so far */
};

void	http1_body_begin(struct http1_body_reader *, enum http1_body, uint64_t length);
/*
 * Takes bytes off the front of p: *used of them, of which the *data_n at *data are body. Call
 * again with the rest until it is used up or reader->end; it never asks to see a byte twice.
 * Chunk extensions and trailers are skipped, bounded; any deviation is HTTP_SMUGGLING.
 */
enum fault http1_body_feed(struct http1_body_reader *, const uint8_t *p, size_t n, size_t *used,
    const uint8_t **data, size_t *data_n) MUST_USE;

#endif
