/* The Range field of a GET (RFC 9110 section 14). */
#ifndef HTTP_RANGE_H
#define HTTP_RANGE_H

#include "base/slice.h"

enum { HTTP_RANGES = 16 };	/* the most that are answered: each costs more than its bytes */

enum http_range {
	HTTP_RANGE_WHOLE,	/* answer as if there were no Range: 200 */
	HTTP_RANGE_PART,	/* 206 */
	HTTP_RANGE_NONE		/* 416 */
};

struct http_ranges {
	unsigned n;
	struct http_part {
		uint64_t first, n;	/* bytes; n is not 0 */
	} v[HTTP_RANGES];
};

/*
 * What of size bytes is asked for, in the order of the request; set for HTTP_RANGE_PART. Ranges
 * outside are left out. Too many ranges, such as overlap, another unit and what is malformed are
 * HTTP_RANGE_WHOLE, as section 14.2 allows; so nobody gets more bytes than there are.
 */
enum http_range	http_range_parse(struct slice value, uint64_t size, struct http_ranges *);

#endif
