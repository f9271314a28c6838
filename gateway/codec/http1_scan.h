/* The end of an HTTP/1 head, found in linear time however it drips in. */
#ifndef HTTP1_SCAN_H
#define HTTP1_SCAN_H

#include "base/fault.h"
#include "base/slice.h"

/*
 * Goes on at *scanned and looks for the empty line that ends the head; *end is the length with it,
 * 0 while it is not there. Nothing but CRLF ends a line (RFC 9112 section 2.2 lets a recipient
 * refuse a bare LF): HTTP_SMUGGLING. Other control characters, HT aside: HTTP_SYNTAX.
 */
enum fault	http1_scan(const uint8_t *p, size_t n, size_t *scanned, size_t *end) MUST_USE;

#endif
