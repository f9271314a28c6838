/*
 * Several parts of a file in one answer: multipart/byteranges (RFC 9110 section 14.6).
 */
#ifndef FILE_PARTS_H
#define FILE_PARTS_H

#include "codec/http_range.h"
#include "http/exchange.h"

/* What stands around the bytes of the file. All in the exchange's arena. */
struct file_parts {
	struct slice		type;		/* of the answer */
	uint64_t		length;		/* of all of it */
	struct http_ranges	ranges;
	struct slice		heads[HTTP_RANGES];	/* in front of each part */
	struct slice		end;		/* behind the last one */
	unsigned		sent;		/* how many are under way or done; the owner's */
};

/* Of a file of this type and size. NULL: out of memory. */
struct file_parts	*file_parts_new(struct exchange *, const struct http_ranges *,
			    struct slice type, uint64_t size);

#endif
