/*
 * Which word somebody meant: the known one with the least Damerau-Levenshtein distance, where case
 * and '-' for '_' do not count, if it is near enough to be likely.
 */
#ifndef NEAREST_H
#define NEAREST_H

#include <stdbool.h>

struct nearest {
	const char	*to;		/* what was written */
	bool		 any;		/* has there been a likely one? */
	unsigned	 distance;	/* of the best so far */
};

/* Is this one likely, and nearer than all before? */
bool	nearest_try(struct nearest *, const char *known);

#endif
