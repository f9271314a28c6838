/*
 * What SockJS clients send: a JSON array of strings (RFC 8259), or one string, in UTF-8. Strings
 * are decoded where they stand, since they never get longer by that: whatever the body holds, no
 * memory is needed beside it.
 */
#ifndef SOCKJS_BODY_H
#define SOCKJS_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/*
 * How many bytes of JSON a byte of a message becomes at most, and of a form that holds it, if who
 * writes it does not escape more than once; and what may stand around a message.
 */
enum { SOCKJS_BODY_JSON = 6, SOCKJS_BODY_FORM = 8, SOCKJS_BODY_AROUND = 16 };

struct sockjs_bytes {
	uint8_t	*p;
	size_t	 n;
};

/*
 * Is it that? *n: how many strings there are; none in "[]" and in what is empty. SOCKJS_JSON, or
 * WS_TOO_BIG for a string that becomes longer than most (0: no limit).
 */
enum fault	sockjs_body_check(const struct sockjs_bytes *, uint64_t most, size_t *n) MUST_USE;
/*
 * The next string of a body that was found good; its bytes stay in place. False: there is none. A
 * surrogate without its other half becomes U+FFFD, as it does in a WebSocket.
 */
bool		sockjs_body_next(struct sockjs_bytes *, struct sockjs_bytes *text);
/*
 * Of a form (application/x-www-form-urlencoded): becomes what its field `d` holds, which may be
 * nothing. False: its encoding is broken.
 */
bool		sockjs_body_of_form(struct sockjs_bytes *) MUST_USE;

#endif
