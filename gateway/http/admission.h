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

enum {
	/* Bytes that are counted for a connection, for TLS in it, and for a handshake of TLS: what
	 * those can cost that do their worst (a ClientHello may announce 128 KiB). */
	ADMISSION_CONNECTION = 16 * 1024,
	ADMISSION_TLS = 32 * 1024,
	ADMISSION_HANDSHAKE = 128 * 1024,
	/* What those may cost together that wait to be told why they are refused. */
	ADMISSION_REFUSED = 4 * 1024 * 1024
};

struct admission {
	_Atomic unsigned	 open;		/* connections of all workers that have a place */
	_Atomic unsigned	 refused;	/* bytes counted for those that have none */
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
	bool		open;		/* and here */
	unsigned	refused;	/* or here; if neither there is not even room to say why */
};

/*
 * Whom limits for each address count. NULL: nobody, since the address says nothing of a client, as
 * that of a unix socket or of a proxy in `trust`, which comes for many.
 */
const struct address *admission_counted(const struct config_listener *, const struct address *);
enum fault	admission_init(struct admission *) MUST_USE;
void		admission_fini(struct admission *);	/* everybody has left */
/*
 * A new connection; address: of whom, NULL: of nobody in particular; tls: a handshake comes first.
 * On a fault it has no place but may stay to be answered, unless admitted->refused is 0:
 * admission_leave in any case. CONNECTIONS, PER_IP, MEMORY_LIMIT.
 */
enum fault	admission_enter(struct admission *, const struct config_limits *,
		    const struct address *, bool tls, struct admitted *) MUST_USE;
void		admission_leave(struct admission *, const struct admitted *);
/*
 * A request of this client over a connection that is nobody's in particular, as a proxy's is:
 * admission_release_address ends what returned FAULT_NONE. PER_IP.
 */
enum fault	admission_take_address(struct admission *, const struct config_limits *,
		    const struct address *, bool *taken) MUST_USE;
void		admission_release_address(struct admission *, const struct address *);
/* A TLS or WebSocket handshake. HANDSHAKE_RATE. */
enum fault	admission_handshake(struct admission *, const struct config_limits *,
		    uint64_t now) MUST_USE;

#endif
