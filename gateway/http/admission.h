/*
 * What all clients together may use: how many connections, how many from one address, how many
 * handshakes, how much memory. Shared by all workers.
 */
#ifndef ADMISSION_H
#define ADMISSION_H

#include <pthread.h>

#include "base/bucket.h"
#include "base/tally.h"
#include "config/config.h"
#include "loop/worker.h"
#include "net/address.h"

enum { ADMISSION_CONNECTION = 16 * 1024 };	/* bytes that a connection counts for */

struct admission {
	_Atomic unsigned	 open;		/* connections of all workers */
	struct tally		*by_address;
	pthread_mutex_t		 lock;		/* for the bucket */
	struct bucket		 handshakes;
	struct worker *const	*workers;
	unsigned		 n_workers;
};

/* What a connection took of it. */
struct admitted {
	struct address	address;
	bool		by_address;	/* it is counted there */
};

enum fault	admission_init(struct admission *) MUST_USE;
void		admission_fini(struct admission *);
/*
 * A new connection of this client; trusted: a proxy that comes for many. It is counted on a fault
 * too, so that it can be answered: admission_leave in any case. CONNECTIONS, PER_IP, MEMORY_LIMIT.
 */
enum fault	admission_enter(struct admission *, const struct config_limits *,
		    const struct address *, bool trusted, struct admitted *) MUST_USE;
void		admission_leave(struct admission *, const struct admitted *);
/*
 * A request that came by a trusted proxy: while it lasts it counts for its client as a connection
 * does. *counted: admission_uncount it in the end. PER_IP.
 */
enum fault	admission_count(struct admission *, const struct config_limits *,
		    const struct address *, bool *counted) MUST_USE;
void		admission_uncount(struct admission *, const struct address *);
/* A TLS or WebSocket handshake. HANDSHAKE_RATE. */
enum fault	admission_handshake(struct admission *, const struct config_limits *,
		    uint64_t now) MUST_USE;

#endif
