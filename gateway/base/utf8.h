/*
 * UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
#ifndef UTF8_H
#define UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* State between pieces; all zero at the start and whenever a character is complete. */
struct utf8_state {
	uint8_t	state;
};

/* Goes on from the state. False at the first byte that can belong to no valid text. */
bool	utf8_check(struct utf8_state *, const uint8_t *p, size_t n);
/*
 * The length of the longest valid prefix that ends on a character boundary. *bad tells whether
 * what follows is wrong (true) or only unfinished (false: at most 3 bytes are left).
 */
size_t	utf8_prefix(const uint8_t *p, size_t n, bool *bad);

#endif
