/* The lines of an HTTP/1 head that http1_scan has found the end of. */
#ifndef HTTP1_LINE_H
#define HTTP1_LINE_H

#include "codec/http1.h"

/* Cuts n bytes off the front. */
struct slice	http1_line_take(struct slice *, size_t n);
/* Cuts a line off the front; its CRLF is dropped. http1_scan saw to it that there is one. */
struct slice	http1_line_cut(struct slice *head);
/* "HTTP/1.1". HTTP_SYNTAX, HTTP_VERSION. */
enum fault	http1_line_version(struct slice, unsigned *minor) MUST_USE;
/*
 * field-name ":" OWS field-value OWS (RFC 9112 section 5). HTTP_SYNTAX; HTTP_SMUGGLING: white space
 * before the colon, or obs-fold.
 */
enum fault	http1_line_field(struct slice line, struct header *) MUST_USE;

#endif
