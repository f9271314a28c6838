/* Dates as HTTP writes them (RFC 9110 section 5.6.7), without locale or time zone. */
#ifndef HTTP_DATE_H
#define HTTP_DATE_H

#include "base/slice.h"

enum { HTTP_DATE_SIZE = 29 };	/* "Sun, 06 Nov 1994 08:49:37 GMT" */

/*
 * IMF-fixdate and a NUL. seconds: since 1970-01-01 UTC, from the year 0 to the end of 9999.
 */
void	http_date_write(int64_t seconds, char out[HTTP_DATE_SIZE + 1]);
/*
 * Any of the three forms: IMF-fixdate, RFC 850's, asctime's. A year with two digits is never more
 * than 50 years ahead of the clock. False: no date; a day of the week that does not belong to the
 * day is let pass.
 */
bool	http_date_read(struct slice text, int64_t *seconds);

#endif
