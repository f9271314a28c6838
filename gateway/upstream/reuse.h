/*
 * What becomes of a connection whose answer has ended: whether it may serve another request, and
 * for how long it waits for one.
 */
#ifndef REUSE_H
#define REUSE_H

#include "http/h1_client.h"
#include "upstream/backend.h"

/* One connection is as good as another only if nothing is said in front of the request. */
bool		reuse_is_wanted(const struct config_backend *);
/*
 * "Keep-Alive: timeout=5", in ms: to be there first, we let go of the connection a second before
 * that. UINT64_MAX: the server does not say.
 */
uint64_t	reuse_server_keeps(const struct http1_response *);
/* From the end event of this request, which it takes the stream of: to the pool, or to its end. */
void		reuse_put_away(struct worker *, const struct backend *, struct target *,
		    struct h1_client *, enum h1_client_end, uint64_t server_keeps);

#endif
