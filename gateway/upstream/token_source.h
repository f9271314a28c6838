/*
 * Where the tokens of a map stand, a file or a directory of files, and whether that has changed
 * since it was read. A file is known by its stat; a directory is watched besides, with the files
 * elsewhere that its links lead to.
 */
#ifndef TOKEN_SOURCE_H
#define TOKEN_SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

enum { TOKEN_SOURCE_RETRY = 5000 };	/* ms after which what failed counts as changed */

struct token_source {
	const char	*path;
	int		 watch_fd;	/* inotify, for a directory; -1: none */
	struct stat	 seen;		/* as it was read */
	bool		 known;		/* every change would show; else it always counts as one */
	bool		 blind, said;	/* it cannot be watched; the log knows */
	uint64_t	 again;		/* when it is tried again; CLOCK_NEVER */
};

void	token_source_init(struct token_source *, const char *path);	/* has changed */
void	token_source_fini(struct token_source *);
/* Two system calls at most: cheap enough for each session. */
bool	token_source_changed(struct token_source *);

/* For who reads it: before, NULL: it is not there. What changes from then on is a change. */
void	token_source_begin(struct token_source *, const struct stat *);
/* A link in the directory, before it is followed. */
void	token_source_follow(struct token_source *, const char *path);
/* It was not, or not wholly read. */
void	token_source_failed(struct token_source *);

#endif
