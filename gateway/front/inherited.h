/*
 * A request for a session that is not of this process, but may be of one before it (net/elders.h):
 * they are asked one after the other, and the one that has the session gets the request and gives
 * the answer. If none has it, it is ours after all.
 */
#ifndef INHERITED_H
#define INHERITED_H

#include "http/exchange.h"

/* The handler for a request that h is for: h itself, or one that asks first. */
const struct handler	*inherited_handler(const struct exchange *, const struct handler *h);

#endif
