/*
 * Conditional and range requests for something that exists (RFC 9110 sections 13 and 14).
 */
#ifndef CONDITIONS_H
#define CONDITIONS_H

#include "codec/http_range.h"
#include "http/exchange.h"

/* What the answer would be about. */
struct conditions_subject {
	struct slice	etag;		/* with quotes, and W/ in front when it is weak */
	int64_t		modified;	/* seconds since 1970 */
	uint64_t	size;
	unsigned	ranges;		/* how many may be given in one answer, at least 1 */
};

enum conditions_verdict {
	CONDITIONS_WHOLE,		/* 200 */
	CONDITIONS_PART,		/* 206 */
	CONDITIONS_NOT_MODIFIED,	/* 304 */
	CONDITIONS_FAILED,		/* 412 */
	CONDITIONS_UNSATISFIABLE	/* 416 */
};

/*
 * What a GET or HEAD is to be answered with. The ranges are those of a PART; of anything else one,
 * which is all of it.
 */
enum conditions_verdict	conditions_judge(const struct exchange *, const struct conditions_subject *,
			    struct http_ranges *);

#endif
