/*
 * Which header fields a proxy passes on (RFC 9110 section 7.6.1): not those of one connection, not
 * those that the gateway makes itself, and none that could be taken for one of these. Pure.
 */
#ifndef PROXY_FIELDS_H
#define PROXY_FIELDS_H

#include "codec/http1.h"

struct proxy_fields {
	const struct header	*v;
	unsigned		 n;
	unsigned		 first, last;	/* where Connection fields are: first … last - 1 */
	bool			 traced;	/* they say which trace they are part of */
};

void	proxy_fields_init(struct proxy_fields *, const struct header *, unsigned n);
/*
 * Does the ith of a request go to the backend? trusted: its sender is a proxy whose words about
 * the client are believed.
 */
bool	proxy_fields_to_backend(const struct proxy_fields *, unsigned i, bool trusted);
/* Does the ith of an answer of that status go to the client? */
bool	proxy_fields_to_client(const struct proxy_fields *, unsigned i, unsigned status);
/* The same name, "_" and "-" being one: many servers cannot tell them apart. */
bool	proxy_fields_same(struct slice a, struct slice b);

#endif
