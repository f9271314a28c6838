/* What every answer says of the time it was made at: the value of Date (RFC 9110 section 6.6.1). */
#ifndef HTTP_NOW_H
#define HTTP_NOW_H

#include "base/slice.h"

/* Valid until the next call in this thread. */
struct slice	http_now(void);

#endif
