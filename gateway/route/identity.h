/*
 * Whom a request is from: its connection's client, unless that is a proxy of the listener's `trust`
 * whose headers name somebody else.
 */
#ifndef IDENTITY_H
#define IDENTITY_H

#include "http/exchange.h"

/* Sets x->forwarded where a header is believed: exchange_client goes by it from now on. */
void	identity_find(struct exchange *);

#endif
