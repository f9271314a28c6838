/* The target of a request (RFC 9112 section 3.2). */
#ifndef HTTP1_TARGET_H
#define HTTP1_TARGET_H

#include "codec/http1.h"

/*
 * Splits r->target into scheme, host, path and query. HTTP_SYNTAX: none of the three forms, a
 * scheme that is not http or https, "*" without OPTIONS, or CONNECT (this is no forward proxy).
 */
enum fault	http1_target_split(struct http1_request *r) MUST_USE;
/* Checks an authority and drops the colon of an empty port. */
bool		http1_target_host(struct slice *authority);

#endif
