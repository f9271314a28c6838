/*
 * The keys of a record, for every format.
 */
#ifndef ACCESS_FIELDS_H
#define ACCESS_FIELDS_H

#include <stddef.h>

#include "report/access.h"

enum access_kind {
	ACCESS_TIME, ACCESS_TYPE, ACCESS_SECONDS,
	ACCESS_TEXT,			/* absent when empty */
	ACCESS_NUMBER,			/* absent when 0 */
	ACCESS_BYTES,			/* always there */
	ACCESS_MESSAGES			/* of sessions, always there */
};

struct access_field {
	const char	*key;
	enum access_kind kind;
	size_t		 offset, size;	/* of the member */
};

extern const struct access_field access_fields_table[];
extern const size_t		 access_fields_count;

const struct access_field *access_fields_find(struct slice key);	/* or NULL */
bool		access_fields_apply(const struct access_field *, const struct access_record *);
struct slice	access_fields_text(const struct access_field *, const struct access_record *);
uint64_t	access_fields_number(const struct access_field *, const struct access_record *);

#endif
