/*
 * The trace that a request is part of (W3C Trace Context, level 1, section 3.2).
 *
 * The gateway records no spans, so it begins no trace, and passes on the one that there is as it
 * came (section 2.2 has proxies do so): with a parent-id of its own, what a backend records would
 * be the child of a span that nobody has.
 */
#ifndef TRACEPARENT_H
#define TRACEPARENT_H

#include "codec/http1.h"

bool		traceparent_check(struct slice value);
/* The value of the only field of that name, if it is valid; else n is 0. */
struct slice	traceparent_find(const struct header *, unsigned n);

#endif
