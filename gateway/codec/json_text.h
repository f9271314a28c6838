/*
 * Text as a string of JSON (RFC 8259 section 7).
 */
#ifndef JSON_TEXT_H
#define JSON_TEXT_H

#include "base/buffer.h"

/* Code points first to last that are to be escaped though JSON would let them stand. */
struct json_text_range {
	uint32_t	first, last;
};

/* In ascending order, not overlapping. Those above U+FFFF become two escapes, as JSON has it. */
struct json_text_set {
	const struct json_text_range	*v;
	size_t				 n;
};

/*
 * Adds text, which is UTF-8, in quotes. Escaped: the quote, the backslash, what is below 0x20, and
 * what is in the set (NULL: nothing else), in lower case; \b \t \n \f \r in their short form.
 */
void	json_text_add(struct buffer *, struct slice text, const struct json_text_set *);
/* Adds the bytes as base64, in quotes. */
void	json_text_add_base64(struct buffer *, struct slice bytes);

#endif
