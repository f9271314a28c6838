/* The Range field of a GET (RFC 9110 section 14). */
#ifndef HTTP_RANGE_H
#define HTTP_RANGE_H

#include "base/slice.h"

enum http_range {
	HTTP_RANGE_WHOLE,	/* answer as if there were no Range: 200 */
	HTTP_RANGE_PART,	/* 206 */
	HTTP_RANGE_NONE		/* 416 */
};

/*
 * What of size bytes is asked for; *first and *last, both included, are set for HTTP_RANGE_PART.
 * Several ranges, another unit and what is malformed are HTTP_RANGE_WHOLE, as section 14.2 allows.
 */
enum http_range	http_range_parse(struct slice value, uint64_t size, uint64_t *first,
		    uint64_t *last);

#endif
