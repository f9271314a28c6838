/*
 * Pieces of the JSON that admins read.
 */
#ifndef ADMIN_JSON_H
#define ADMIN_JSON_H

#include <stdint.h>

#include "base/buffer.h"

/* Whatever a certificate or a client said, in quotes: bytes that are no text are shown as such. */
void		 admin_json_text(struct buffer *, struct slice);
/* ,"key":"…"; nothing when there is no text. */
void		 admin_json_member(struct buffer *, const char *key, struct slice);
/* ,"key":1.234 of ms */
void		 admin_json_seconds(struct buffer *, const char *key, uint64_t ms);
const char	*admin_json_flag(bool);

#endif
