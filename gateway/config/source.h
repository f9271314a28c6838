/*
 * The texts a configuration is made of, and places in them. Names and directories last as long as
 * the configuration; the texts only until it has been read.
 */
#ifndef SOURCE_H
#define SOURCE_H

#include <sys/types.h>

#include "base/arena.h"

struct source {
	const struct source	*from;		/* the one that includes it; NULL: none */
	const struct source	*older;		/* read before it, whoever included that */
	const char		*name;		/* as messages show it */
	const char		*dir;		/* absolute; NULL: text that is no file */
	const char		*text;		/* a NUL stands behind it */
	size_t			 n;
	dev_t			 dev;
	ino_t			 ino;
};

/* Some bytes of a source, within one line if something is to be shown. */
struct mark {
	const struct source	*source;
	size_t			 at, n;
	unsigned		 line;		/* from 1; 0: the source as a whole */
};

enum {
	SOURCE_BYTES = 16 << 20,	/* of all sources together */
	SOURCE_FILES = 4096,
	SOURCE_DEPTH = 16		/* files that include files that … */
};

struct sources {
	struct arena		*texts, *names;
	const struct source	*newest;
	unsigned		 count;
	size_t			 bytes;
};

/*
 * Reads a file. NULL: *why says in words what is wrong, or is NULL when out of memory. from: the
 * source that includes it, or NULL.
 */
const struct source *source_read(struct sources *, const char *path, const struct source *from,
			const char **why);
/* Text that is no file. NULL: as above. */
const struct source *source_text(struct sources *, const char *name, const char *text,
			const char **why);
/* The path of a file beside the source, as messages show it; NULL: out of memory. */
const char	*source_beside(struct arena *, const struct source *, const char *path);
/* The path as seen from the source's directory, absolute; NULL: out of memory. */
const char	*source_path(struct arena *, const struct source *, const char *path);
/* The same file, read before by whatever name; NULL: this is the first time. */
const struct source *source_twin(const struct source *);
/* The same file among those that this one was included from; NULL: no circle. */
const struct source *source_circle(const struct source *);

#endif
