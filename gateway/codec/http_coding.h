/* Content codings that a client accepts (RFC 9110 section 12.5.3). */
#ifndef HTTP_CODING_H
#define HTTP_CODING_H

#include "base/slice.h"

/* Where a client does not care, the later ones are better: shorter. */
enum http_coding { HTTP_CODING_IDENTITY, HTTP_CODING_GZIP, HTTP_CODING_BR, HTTP_CODINGS };

struct http_codings {
	int	q[HTTP_CODINGS];	/* in thousandths; -1: not named */
	int	other;			/* of those that are not named: "*" */
};

void		http_codings_init(struct http_codings *);
/* The value of one Accept-Encoding field of a request; there may be several. */
void		http_codings_read(struct http_codings *, struct slice value);
/*
 * The codings that will do, the best first; returns how many. Identity is among them unless it was
 * excluded, and last unless it was named.
 */
unsigned	http_codings_order(const struct http_codings *, enum http_coding[HTTP_CODINGS]);
/* "br"; of identity empty. */
struct slice	http_coding_name(enum http_coding);

#endif
