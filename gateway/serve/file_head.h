/*
 * What is said of a file: its entity tag, and the headers of an answer about it.
 */
#ifndef FILE_HEAD_H
#define FILE_HEAD_H

#include "http/exchange.h"
#include "serve/conditions.h"
#include "serve/file_find.h"

enum { FILE_HEADERS = 8 };

struct file_head {
	struct conditions_subject subject;
	struct header		 headers[FILE_HEADERS];
	unsigned		 n;
};

/*
 * The entity tag is size, time and coding. It is weak while the file is so young that it could
 * change again without either changing (RFC 9110 section 8.8.1). All in the exchange's arena.
 */
enum fault	file_head_describe(struct file_head *, struct exchange *,
		    const struct file_find *) MUST_USE;
/* A coded file is of the type that is in the coding. */
struct slice	file_head_type(const struct file_find *);
/*
 * The headers that a 200 and a 304 share (section 15.4.5); with the type of what is sent, p not
 * NULL, those of a 200.
 */
enum fault	file_head_make(struct file_head *, struct exchange *, const struct file_find *,
		    struct slice type) MUST_USE;
/* What of size bytes a 206 holds; size alone, with n 0, of a 416. */
enum fault	file_head_range(struct file_head *, struct exchange *, uint64_t first,
		    uint64_t n) MUST_USE;

#endif
