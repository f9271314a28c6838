/*
 * What a backend has us remember for it: each Set-Meta-X of its answers is a Meta-X in later
 * requests.
 */
#ifndef BACK_META_H
#define BACK_META_H

#include "codec/http1.h"

struct back_meta {		/* all zero when empty */
	char	*lines;		/* "Meta-X: value" and a line's end, each */
	size_t	 n;
};

/*
 * Takes them off the fields of an answer; an empty value forgets. BACK_HEAD: it would be more than
 * `most` bytes; NO_MEMORY.
 */
enum fault	back_meta_learn(struct back_meta *, const struct header *, unsigned n, size_t most)
		    MUST_USE;
void		back_meta_clear(struct back_meta *);

#endif
