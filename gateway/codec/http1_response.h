/*
 * HTTP/1.1 responses, as strictly as requests (http1.h): a gateway that passes answers on must not
 * guess where one ends. Pure: no I/O, no allocation; slices point into the caller's bytes.
 */
#ifndef HTTP1_RESPONSE_H
#define HTTP1_RESPONSE_H

#include "codec/http1.h"

struct http1_response {
	unsigned	 status;	/* 100 to 999 */
	struct slice	 reason;	/* the phrase; may be empty */
	unsigned	 minor;		/* HTTP/1.minor: 0 or 1 */
	struct header	*headers;	/* room for http1_limits.headers, given by the caller */
	unsigned	 n_headers;
	bool		 head_only;	/* of a HEAD request; given by the caller */

	/* what the fields mean for this connection (RFC 9112 section 6.3) */
	enum http1_body	 body;
	uint64_t	 length;	/* has_length */
	bool		 has_length;	/* also where it is only said, of a HEAD or a 304 */
	/* After the body the connection may be used again. */
	bool		 keep_alive;
	bool		 upgrade;	/* Connection holds "upgrade" */
	struct slice	 upgrade_to;	/* the first Upgrade field's value */
};

/*
 * As http1_parse. What the body's end depends on and is not clear is HTTP_SMUGGLING, as there;
 * HTTP_SYNTAX, HTTP_VERSION, HEAD_TOO_LARGE and HEADERS_TOO_MANY mean the same, too.
 */
enum fault	http1_response_parse(const struct http1_limits *, const uint8_t *p, size_t n,
		    size_t *scanned, struct http1_response *, size_t *used) MUST_USE;
/* 1xx, 204 and 304 have no body whatever the fields say (RFC 9112 section 6.3). */
bool		http1_response_is_bare(unsigned status);

#endif
