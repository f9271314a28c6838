/*
 * HTTP dates (RFC 9110 section 5.6.7), without locale or time zone.
 */
#ifndef HTTP_DATE_H
#define HTTP_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum { HTTP_DATE_SIZE = 29 };	/* "Sun, 06 Nov 1994 08:49:37 GMT" */

/* seconds: since 1970-01-01 UTC. Writes HTTP_DATE_SIZE characters and a NUL. */
void	http_date_write(int64_t seconds, char out[HTTP_DATE_SIZE + 1]);
/* Any of the three forms; false on everything else. */
bool	http_date_read(struct slice text, int64_t *seconds);

#endif
