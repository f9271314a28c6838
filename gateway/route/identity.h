/*
 * Whom a request is from: its connection's client, unless that is a proxy of the listener's `trust`
 * whose headers name somebody else.
 */
#ifndef IDENTITY_H
#define IDENTITY_H

#include "http/exchange.h"

/*
 * Sets x->forwarded where a header is believed: exchange_client goes by it from now on. FORWARDED:
 * the headers do not tell who it is, and taking the proxy for the client would give anybody who
 * writes such headers what the proxy's own address may do.
 */
enum fault	identity_find(struct exchange *) MUST_USE;

#endif
