/*
 * A route's pattern: PCRE2 over the normalised path, compiled once. Immutable, shared by workers.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include "base/arena.h"
#include "codec/http1.h"

enum { PATTERN_WORDS = 160 };

struct pattern;

/* words says why it cannot be compiled; empty when out of memory. NULL then. */
struct pattern	*pattern_new(const char *text, char words[PATTERN_WORDS]);
void		 pattern_free(struct pattern *);
/*
 * *captures, when it matches: the named groups that took part, as slices of subject; the array is
 * of the arena. FAULT_PATTERN_LIMIT: it took too much work to know, so a client cannot keep a
 * worker busy; NO_MEMORY.
 */
enum fault	 pattern_match(const struct pattern *, struct slice subject, struct arena *,
		    bool *matched, struct header **captures, unsigned *n) MUST_USE;

#endif
