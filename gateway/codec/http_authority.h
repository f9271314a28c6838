/* The authority of a URI: "example.com", "10.0.0.1:8080", "[::1]:80" (RFC 3986 section 3.2). */
#ifndef HTTP_AUTHORITY_H
#define HTTP_AUTHORITY_H

#include "base/slice.h"

/*
 * uri-host [ ":" port ], as Host has it (RFC 9110 section 7.2). *host keeps the brackets of an IPv6
 * address; *port is 0 when none is given ("host:" gives none). False on anything else: an empty
 * host, user information, a port outside of 1..65535. Narrower than the RFC's reg-name: names as
 * DNS has them (and "_", "~"), no percent-encoding, no "," or other delimiters, all of which can
 * be read in two ways and none of which names a host in use.
 */
bool	http_authority_split(struct slice, struct slice *host, unsigned *port);
/* Does the host, without a port, match "example.com" or "*.example.com" (lower case)? */
bool	http_authority_matches(struct slice host, struct slice wanted);

#endif
