/*
 * A slice: bytes that somebody else owns. Never NUL-terminated; valid as long as its owner says.
 */
#ifndef SLICE_H
#define SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice {
	const char	*p;
	size_t		 n;
};

#define SLICE(literal)	((struct slice){ (literal), sizeof(literal) - 1 })
#define SLICE_ARG(s)	(int)(s).n, (s).p	/* for "%.*s" */

struct slice	slice_of(const char *text);	/* NUL-terminated, or NULL: empty */
bool		slice_eq(struct slice a, struct slice b);
bool		slice_ieq(struct slice a, struct slice b);	/* ASCII case ignored */
bool		slice_starts(struct slice s, struct slice prefix);
bool		slice_istarts(struct slice s, struct slice prefix);	/* ASCII, in any case */
bool		slice_ends(struct slice s, struct slice suffix);
struct slice	slice_trim(struct slice s);			/* spaces and tabs, both ends */
/* Cuts the part before sep off the front of *rest; false when *rest was used up. */
bool		slice_cut(struct slice *rest, char sep, struct slice *part);
/* Is token an element of a comma list (RFC 9110 section 5.6.1)? ASCII case ignored. */
bool		slice_list_has(struct slice list, struct slice token);
/* Decimal digits only; false on anything else, nothing at all, or overflow. */
bool		slice_u64(struct slice s, uint64_t *value);

#endif
