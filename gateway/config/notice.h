/*
 * Messages about places in the configuration: what is wrong, the line with the place marked, and a
 * second place where it takes two. They need no memory, so running out of it can be said too.
 */
#ifndef NOTICE_H
#define NOTICE_H

#include "config/config.h"
#include "config/source.h"

struct notice {
	struct config_report	*report;
	unsigned		 before;	/* errors of the report when this began */
	bool			 no_memory;	/* said already */
};

/* The words are one clause or two, without a full stop; control characters in them are masked. */
void	notice_error(struct notice *, const struct mark *, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
void	notice_warning(struct notice *, const struct mark *, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* An error and the other place that it is about, which gets its own line and words. */
void	notice_error_at(struct notice *, const struct mark *, const struct mark *other,
	    const char *other_words, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
bool	notice_is_clean(const struct notice *);		/* no error so far */
/* Out of memory: once, whoever notices. */
void	notice_no_memory(struct notice *);
/* For what stands at no place: a file that cannot be read. */
void	notice_about(struct notice *, const char *name, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

#endif
