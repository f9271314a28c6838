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
 * reasons are on the log then. before: the one in force, or NULL; what servers have and sessions
 * use goes on in the new one. Let go with held_put(&snapshot->held).
 */
enum fault	 snapshot_new(struct config *, const struct snapshot *before, struct snapshot **)
		    MUST_USE;
/* Routes only, for looking at: reads no certificate and makes no backend. */
enum fault	 snapshot_sketch(struct config *, struct snapshot **) MUST_USE;
/*
 * In force from now on, in place of the one before (NULL: there was none): this worker, whose
 * thread it is, or does not run yet, looks after the servers of its backends. NO_MEMORY: not after
 * all of them.
 */
enum fault	 snapshot_enter(struct snapshot *, const struct snapshot *before,
		    struct worker *keeper) MUST_USE;
/* Nobody looks after the servers any more; on the keeper's thread, or when that has ended. */
void		 snapshot_retire(const struct snapshot *);
/* By name; NULL: there is none. */
const struct route *snapshot_find_route(const struct snapshot *, const char *name);
/* How many there are, of which only the newest is in force. */
unsigned	 snapshot_alive(void);

#endif
