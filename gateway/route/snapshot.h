/*
 * A snapshot: one configuration, ready to be used. Immutable and shared by all workers; whoever
 * serves an exchange or a session by it holds it, so that a reload never takes away what runs.
 */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include "base/held.h"
#include "http/exchange.h"
#include "http/gateway_worker.h"

struct snapshot_tls {
	const struct config_tls	*conf;
	struct tls_ctx		*ctx;
};

struct snapshot {
	struct held		 held;		/* first: a held of an exchange is its snapshot */
	struct config		*config;
	struct snapshot_tls	*tls;
	size_t			 n_tls;
	struct http_listener	*listeners;	/* of config->listeners: tags for listener_open */
	struct backend		**backends;	/* of config->backends */
	struct route		*routes;	/* of config->routes, in file order */
	size_t			 n_routes;
	struct route		 unrouted;	/* of those that no route takes: refuses them */
};

/*
 * Reads certificates, compiles patterns. Takes the configuration over, on a fault too, whose
 * reasons are on the log then. Let go with held_put(&snapshot->held).
 */
enum fault	 snapshot_new(struct config *, struct snapshot **) MUST_USE;
/* Routes only, for looking at: reads no certificate and makes no backend. */
enum fault	 snapshot_sketch(struct config *, struct snapshot **) MUST_USE;
/* This worker looks after the servers of its backends, from before its thread runs … */
enum fault	 snapshot_watch(struct snapshot *, struct worker *keeper) MUST_USE;
/* … until after it has ended. */
void		 snapshot_unwatch(struct snapshot *);

#endif
