/*
 * What stands for a path in a directory of files: the file itself, or the index of a directory,
 * and which of its compressed twins ("app.js.br", "app.js.gz") is wanted. No twin is looked for
 * that would not be sent, since each look costs as much as opening the file. Looks at the disk
 * only when it may, and knows no exchange: a thread that may wait can do it.
 */
#ifndef FILE_FIND_H
#define FILE_FIND_H

#include <stdbool.h>
#include <sys/stat.h>

#include "codec/http_coding.h"
#include "serve/media_type.h"

enum { FILE_FIND_ROOM = 8 };	/* behind a path, besides the index */

enum file_found {
	FILE_FOUND,		/* fd and stat are a regular file's */
	FILE_IS_DIRECTORY,	/* and was asked for as if it were a file */
	FILE_NOT_THERE,
	FILE_NO_CODING,		/* it is there, but in no coding that will do */
	FILE_ERROR,		/* error is why it cannot be opened */
	FILE_WOULD_WAIT
};

struct file_find {
	/* What is asked. */
	const char		*dir;
	const char		*index;		/* NULL: directories have none */
	char			*path;		/* below dir, "." for itself; becomes the file's */
	bool			 slash;		/* a directory is asked for */
	enum http_coding	 order[HTTP_CODINGS];	/* that will do, the best first */
	unsigned		 n_order;
	/* What was found. */
	int			 fd;		/* -1: not open; else the caller's to close */
	struct stat		 stat;
	enum http_coding	 coding;	/* of what fd is */
	bool			 varies;	/* another order might have found another one */
	const struct media_type	*media;		/* of the file, whatever its coding */
	int			 error;
};

/* Fills in what was found. cached: WOULD_WAIT instead of waiting, and path is as it was. */
enum file_found	file_find(struct file_find *, bool cached);

#endif
