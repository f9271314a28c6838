/*
 * How a record of the access log is written: as JSON, in Apache's combined format, or by a template
 * of ${key}s ("$${" is a literal "${"). Pure.
 */
#ifndef ACCESS_FORMAT_H
#define ACCESS_FORMAT_H

#include "base/log_text.h"
#include "report/access.h"

/* A buffer of this size holds any record; overlong values are cut so that it does. */
enum { ACCESS_FORMAT_LINE = 32 * 1024 };

struct access_format;

/*
 * text: "json", "combined", or a template. NULL when *wrong, a part of text, is no key or a "${"
 * that does not end; out of memory when wrong->p is NULL.
 */
struct access_format	*access_format_new(const char *text, struct slice *wrong);
void			 access_format_free(struct access_format *);
const char		*access_format_text(const struct access_format *);
void			 access_format_write(const struct access_format *,
			    const struct access_record *, struct log_text *);

#endif
