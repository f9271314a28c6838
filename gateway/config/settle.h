/*
 * What the keys of one item mean together: called when all of them have been read.
 */
#ifndef SETTLE_H
#define SETTLE_H

#include "config/read.h"

void	settle_listener(struct read *, const struct node *, void *listener);
void	settle_tls(struct read *, const struct node *, void *tls);
void	settle_backend(struct read *, const struct node *, void *backend);
void	settle_route_start(struct read *, void *route);	/* what the defaults make of it */
void	settle_route(struct read *, const struct node *, void *route);

#endif
