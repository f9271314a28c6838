/*
 * What keys of a route that are about HTTP mean together with its others; templates that become
 * URLs.
 */
#ifndef SETTLE_HTTP_H
#define SETTLE_HTTP_H

#include "config/read.h"

/* The route's action is known. */
void	settle_rewrite(struct read *, const struct node *, const struct config_route *);
void	settle_cors(struct read *, const struct node *, const struct config_route *);
void	settle_respond(struct read *, const struct node *, const struct config_route *);
/* When the group has been read, of a route or of the defaults. */
void	settle_cors_group(struct read *, const struct node *cors, void *route);
void	settle_sockjs_group(struct read *, const struct node *sockjs, void *route);
/*
 * said is where the template stands: each ${path.NAME} must be a capture of the route's pattern,
 * and what stands between variables must be allowed in a URL, after encoding, if it is one.
 */
void	settle_template(struct read *, const struct config_route *, const struct template *,
	    const struct node *said, bool url);

#endif
