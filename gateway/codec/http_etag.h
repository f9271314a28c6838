/* Entity tags in conditional requests (RFC 9110 sections 8.8.3 and 13.1). */
#ifndef HTTP_ETAG_H
#define HTTP_ETAG_H

#include "base/slice.h"

/* How to compare (section 8.8.3.2). A weak tag, W/"x", strongly equals nothing. */
enum http_etag { HTTP_ETAG_WEAK, HTTP_ETAG_STRONG };

bool	http_etag_equal(struct slice a, struct slice b, enum http_etag);
/*
 * Does the field's list hold this tag? "*" holds that of everything there is. If-None-Match
 * compares weakly, If-Match strongly. What follows a malformed element does not count.
 */
bool	http_etag_listed(struct slice list, struct slice etag, enum http_etag);

#endif
