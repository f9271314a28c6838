/*
 * A WebSocket that a web server has accepted: from then on bytes both ways, whatever they mean. The
 * client's end is passed on as such; the server's ends it.
 */
#ifndef PROXY_TUNNEL_H
#define PROXY_TUNNEL_H

#include "channel/permit.h"
#include "http/exchange.h"
#include "net/stream.h"
#include "upstream/backend.h"

/* What it takes over from the request that it was. */
struct proxy_tunnel_ends {
	struct stream	*stream;	/* released by its h1_client */
	struct target	*target;	/* with a place in it */
	struct permit	 permit;
};

/*
 * Answers the client with 101 and these headers and is the exchange's handler from then on. A
 * fault: nothing was answered or taken over.
 */
enum fault	proxy_tunnel_open(struct exchange *, const struct proxy_tunnel_ends *,
		    const struct header *, unsigned n) MUST_USE;

#endif
