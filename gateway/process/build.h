/*
 * A configuration made ready to be put into force, without anything that is in force being
 * touched: read, checked, certificates loaded, sockets bound. May wait for disks: not on a loop's
 * thread. All that is wrong with it is kept as text.
 */
#ifndef BUILD_H
#define BUILD_H

#include "process/regime.h"

enum { BUILD_WORDS = 256 * 1024 };	/* of text; what does not fit is counted */

struct build {
	struct snapshot	*snapshot;	/* NULL: it failed; then words say why */
	struct doors	*doors;
	/* In place of the one before, where that does not suit; NULL: nobody wants one. */
	struct attendant *attendant;
	bool		 attendant_changes;
	char		*words;		/* each mistake and warning; NULL: nothing, or no memory */
	unsigned	 errors, warnings;
};

/* Of this file, in place of what is in force, which lives until it returns. */
void	build_make(struct build *, const char *file, const struct regime *);
/* Whatever was not taken out of it. */
void	build_clear(struct build *);

#endif
