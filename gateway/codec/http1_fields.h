/* What a request's fields mean for its connection: where the body ends, and what comes after. */
#ifndef HTTP1_FIELDS_H
#define HTTP1_FIELDS_H

#include "codec/http1.h"

/* Notes of what was seen, kept from the first field to the last. All zero at the start. */
struct http1_fields {
	bool	host, length, chunked;
	bool	close, keep_alive;
	bool	expect_continue, expect_other;
};

/* Looks at one field. */
enum fault	http1_fields_take(struct http1_fields *, struct http1_request *,
		    const struct header *) MUST_USE;
/* All were seen: what they say together. */
enum fault	http1_fields_conclude(const struct http1_fields *, struct http1_request *) MUST_USE;

#endif
