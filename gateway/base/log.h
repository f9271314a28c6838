/*
 * The error log. One line per failure, at the place that gives up. Lines never block a worker:
 * they go through a bounded queue to a thread of the log's own, and what does not fit is counted
 * and said later. Control characters are escaped; callers never pass secrets.
 */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>

#include "base/fault.h"
#include "base/slice.h"

enum {
	LOG_FLUSH = 2000,
	LOG_BURST = 20,		/* lines of one fault … */
	LOG_WINDOW = 10 * 1000	/* … within so many ms; others are counted and told together */
};

enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

struct log_settings {
	enum log_level	 level;
	const char	*to;	/* "stderr", "stdout", "syslog", "journal" or a file's path */
	enum log_format	 format;
};

/*
 * Switches to these settings; before the first call lines go to stderr as text, at info.
 * On a fault (the file cannot be opened) the old settings stay and the reason is on the log.
 */
enum fault	log_configure(const struct log_settings *) MUST_USE;
void		log_reopen(void);		/* SIGUSR1: open files anew */
void		log_flush(void);	/* waits for all lines so far, at most LOG_FLUSH ms */

bool		log_wanted(enum log_level);	/* would a line of this level be written? */
void		log_line(enum log_level, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));
/* "CONTEXT: TEXT OF THE FAULT", at the fault's own level, rate-limited per fault. */
void		log_fault(enum fault, const char *context, ...)
		    __attribute__((format(printf, 2, 3)));
/* The same level and limit, but all the words are the caller's. */
void		log_fault_words(enum fault, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));
/* A sink's lost (log_sink.h), as a line on the log: what is "log" or "access log". */
bool		log_lost(const char *what, const char *to, uint64_t lines);

/* Hears besides what one thread says, of any level and however often; never from elsewhere. */
struct log_tap {
	void	(*heard)(struct log_tap *, enum log_level, struct slice message);
};
void		log_listen(struct log_tap *);	/* of the calling thread; NULL: no more */

#endif
