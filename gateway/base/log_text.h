/*
 * Lines of the logs, built in a buffer of fixed size. Whatever a client sent is shown so that it
 * cannot pass for anything else: no line breaks, no terminal escapes, no broken UTF-8.
 */
#ifndef LOG_TEXT_H
#define LOG_TEXT_H

#include "base/slice.h"

enum log_style {
	LOG_STYLE_PLAIN,	/* \n, \x1b */
	LOG_STYLE_QUOTED,	/* the same, and \" and \\ : within quotes */
	LOG_STYLE_JSON		/* of RFC 8259; bytes that are not UTF-8 become the text \x80 */
};

struct log_text {
	char	*p;
	size_t	 n, size;
};

enum { LOG_TIME = 24 };		/* "2026-01-02T03:04:05.678Z" */

/* These three stop silently when the buffer is full. */
void	log_text_bytes(struct log_text *, struct slice);
void	log_text_add(struct log_text *, const char *text);
void	log_text_printf(struct log_text *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* At most max bytes are added; what was left out is shown by "...". Whole characters only. */
void	log_text_value(struct log_text *, enum log_style, struct slice, size_t max);
/* RFC 3339, UTC. */
void	log_text_time(struct log_text *, uint64_t wall_ms);

#endif
