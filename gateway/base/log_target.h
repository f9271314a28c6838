/*
 * Where a log's lines end up. Writing may block; only a sink's own thread does it.
 */
#ifndef LOG_TARGET_H
#define LOG_TARGET_H

#include "base/fault.h"
#include "base/slice.h"

enum log_target_kind {
	LOG_TARGET_FILE,	/* a descriptor: a file, a FIFO, stderr, stdout */
	LOG_TARGET_SYSLOG,
	LOG_TARGET_JOURNAL
};

struct log_target {
	enum log_target_kind	 kind;
	char			*to;	/* as configured */
	int			 fd;	/* -1: none */
};

/*
 * to: "stderr", "stdout", "syslog", "journal", or a file's path, which is made when it is not
 * there. 0, or errno: then nothing was opened.
 */
int	log_target_open(struct log_target *, const char *to);
void	log_target_close(struct log_target *);
/* These two put down their own time and level, so lines should not. */
bool	log_target_stamps(enum log_target_kind);
/*
 * A line without its end, or, of a LOG_TARGET_FILE, any number of lines with their ends. Returns
 * how many bytes were written, less than all with errno set.
 */
size_t	log_target_write(const struct log_target *, enum log_level, struct slice);

#endif
