/* A token file, or a directory of them, read into a table. */
#ifndef TOKEN_LOAD_H
#define TOKEN_LOAD_H

#include "upstream/token_source.h"
#include "upstream/token_table.h"

enum { TOKEN_LOAD_SIZE = 64 * 1024 * 1024 };	/* of all files of a map */

/*
 * Reads all of it; may take its time. What is not there has no tokens. Lines that are wrong, and
 * files of a directory that cannot be read, are said and left out. SYSTEM: the file, or the
 * directory, cannot be read, NO_MEMORY, NO_FILES: each was said on the log.
 * max_sessions: of each target.
 */
enum fault token_load(struct token_source *, unsigned max_sessions,
	    const struct token_table *before, struct token_table **) MUST_USE;

#endif
