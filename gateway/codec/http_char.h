/* Which bytes may stand where in HTTP. */
#ifndef HTTP_CHAR_H
#define HTTP_CHAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum http_char {
	HTTP_CHAR_TOKEN = 1,	/* tchar (RFC 9110 section 5.6.2) */
	/*
	 * A request target: visible ASCII but " < > #. That is more than RFC 3986 allows: browsers
	 * send [ ] { } | ^ ` \ as they are, mostly in queries.
	 */
	HTTP_CHAR_TARGET = 2,
	HTTP_CHAR_UNRESERVED = 4,	/* RFC 3986 section 2.3 */
	HTTP_CHAR_VALUE = 8,	/* in a field: SP, HT, VCHAR, obs-text (RFC 9110 section 5.5) */
	HTTP_CHAR_HEX = 16
};

extern const uint8_t http_char_table[256];

static inline bool http_char_is(uint8_t c, enum http_char what)
{
	return http_char_table[c] & what;
}

/* How many bytes at the front of s are of that kind. */
static inline size_t http_char_span(struct slice s, enum http_char what)
{
	size_t n = 0;

	while (n < s.n && http_char_is((uint8_t)s.p[n], what))
		n++;
	return n;
}

/* The value of a character that is HTTP_CHAR_HEX. */
static inline unsigned http_char_hex(uint8_t c)
{
	return (c & 0x0fu) + (c & 0x40 ? 9 : 0);
}

#endif
