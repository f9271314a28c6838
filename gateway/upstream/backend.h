/*
 * A backend of the configuration, ready to be connected to. Immutable, part of the snapshot; what
 * balancing remembers is shared by all workers with relaxed atomics.
 */
#ifndef BACKEND_H
#define BACKEND_H

#include <stdatomic.h>

#include "config/config.h"
#include "net/tls_ctx.h"

struct backend {
	const struct config_backend	*conf;
	struct tls_ctx			*tls;	/* NULL: no server of it wants TLS */
	_Atomic unsigned		 turn;	/* roundrobin */
};

/* Reads CA and client certificate now; the reason of a fault is on the log. */
enum fault	 backend_new(const struct config_backend *, struct backend **) MUST_USE;
void		 backend_free(struct backend *);

#endif
