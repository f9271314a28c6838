/*
 * What the fields of a head mean for its connection: where the body ends, and what comes after. The
 * same notes are taken of requests and of responses, which conclude different things from them.
 */
#ifndef HTTP1_FIELDS_H
#define HTTP1_FIELDS_H

#include "codec/http1.h"
#include "codec/http1_response.h"

/* Notes of what was seen, kept from the first field to the last. All zero at the start. */
struct http1_fields {
	bool		host, length, chunked;
	bool		close, keep_alive, upgrade;
	bool		expect_continue, expect_other;
	uint64_t	length_value;
	struct slice	host_value;
	struct slice	upgrade_to;	/* the first Upgrade field's value */
};

/*
 * Reads all field lines of a head, with the empty one that ends it, into the caller's array of
 * `most` headers.
 */
enum fault	http1_fields_read(struct http1_fields *, struct slice lines, struct header *,
		    unsigned most, unsigned *n) MUST_USE;
/* All were seen: what they say together, of a request and of a response. */
enum fault	http1_fields_request(const struct http1_fields *, struct http1_request *) MUST_USE;
enum fault	http1_fields_response(const struct http1_fields *,
		    struct http1_response *) MUST_USE;

#endif
