/*
 * A token file, or a directory of them, read into a table; and whether it has changed since.
 */
#ifndef TOKEN_LOAD_H
#define TOKEN_LOAD_H

#include <sys/stat.h>
#include <time.h>

#include "upstream/token_table.h"

struct token_source {
	const char	*path;
	unsigned	 max_sessions;	/* of each target */
	int		 watch_fd;	/* inotify, for a directory; -1: none */
	/* Of the file as it was read; a file that was written a moment before counts as changed. */
	dev_t		 dev;
	ino_t		 ino;
	off_t		 size;
	struct timespec	 mtime, ctime;
	bool		 known;		/* all of that is what was read */
};

void	token_source_init(struct token_source *, const char *path, unsigned max_sessions);
void	token_source_fini(struct token_source *);
/* One system call, for a directory too: cheap enough for each session. */
bool	token_source_changed(struct token_source *);
/*
 * Reads all of it; may take its time. A file that is not there has no tokens. SYSTEM: it cannot be
 * read, which was said on the log; NO_MEMORY. Lines that are wrong are said and left out.
 */
enum fault token_load(struct token_source *, const struct token_table *before,
	    struct token_table **) MUST_USE;

#endif
