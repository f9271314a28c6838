/*
 * A backend of the configuration, ready to be connected to: its servers, who is next, and who waits
 * for a place. Part of the snapshot, shared by all workers; a session takes the lock of its fleet
 * when it is opened and when it ends, never in between. What a server has and how it fares goes on
 * from one configuration to the next (upstream/fleet.h).
 */
#ifndef BACKEND_H
#define BACKEND_H

#include "config/config.h"
#include "loop/worker.h"
#include "net/tls_ctx.h"
#include "upstream/fleet.h"
#include "upstream/target.h"

struct series;
struct token_map;

struct backend {
	struct held			 held;		/* by who connects, and each place given */
	const struct config_backend	*conf;
	struct held			*config;	/* which conf is part of; NULL: it stays */
	struct tls_ctx			*tls;	/* NULL: no server of it wants TLS */
	struct series			*counts;
	struct token_map		*map;	/* instead of servers; NULL: none */
	struct fleet			*fleet;
	/* Of conf->servers; theirs and the fleet's are under its lock. */
	struct target			**targets;
	struct target			**open;	/* room for those that may be picked */
};

/*
 * Reads CA and client certificate now; the reason of a fault is on the log. config: what conf is
 * part of, held from now on; NULL: it outlives the backend. before: the backend of this name in the
 * configuration before, or NULL: servers that both have are the same targets. It is counted for so
 * many workers.
 */
enum fault	 backend_new(const struct config_backend *conf, struct held *config,
		    const struct backend *before, unsigned workers, struct backend **) MUST_USE;
struct backend	*backend_get(struct backend *);
void		 backend_put(struct backend *);		/* NULL is fine */

/*
 * Its configuration is in force from now on: what it says of servers counts, also for those of the
 * configuration before, and this worker, whose thread it is, or does not run yet, looks after them.
 * NO_MEMORY: some servers are not checked.
 */
enum fault	 backend_enter(struct backend *, struct worker *keeper) MUST_USE;
/*
 * Unless another one has entered the same fleet, nobody looks after it any more, and no server of
 * it is ever down. The keeper's thread, or after that has ended.
 */
void		 backend_retire(struct backend *);

/* Who asks for a server. */
struct backend_pick {
	uint64_t		 now;	/* worker.now */
	uint64_t		 hash;
	struct target		*only;	/* what the map named: this one or none; or NULL */
	/*
	 * Whether who has tried this one already; NULL: none yet. Called on any thread, with the
	 * lock held, until there is an answer.
	 */
	bool			(*was_tried)(const struct backend_pick *, const struct target *);
	const void		*who;
};

/*
 * The next server for a session, with a place taken in it: backend_release gives that back, and
 * until then the backend lives. The target is counted (target_put). NO_SERVER: none is up that was
 * not tried, DRAINED: but for some that are drained; BACKEND_FULL: those that are up have no place.
 */
enum fault	 backend_take(struct backend *, const struct backend_pick *, struct target **)
		    MUST_USE;
/* The session has ended, or was never opened: the place goes to who waits longest. Puts target. */
void		 backend_release(struct backend *, struct target *);
/* What came of connecting to it; may change whether it is up. */
void		 backend_tell(struct backend *, struct target *, enum fault, uint64_t now);

struct backend_server {
	bool		up, draining;
	unsigned	sessions;	/* open, or being opened */
};

/* How each of conf->servers fares just now; returns how many wait for a place. Any thread. */
unsigned	 backend_look(struct backend *, struct backend_server *);
/*
 * From now on its servers of this name (conf->servers[].text; n 0: all of them) get no new session,
 * or get them again; those that are open go on. It stays so across reloads that keep the server.
 * Who waits for a place in one gets another's, or NO_SERVER. Returns how many servers there are of
 * that name. Any thread.
 */
size_t		 backend_drain(struct backend *, struct slice server, bool on);

/*
 * A server went up or down. Those who wait get the places that this opens, backups' too, and
 * NO_SERVER where nothing is left to wait for. The lock is held.
 */
void		 backend_turned(struct fleet *);

/*
 * A place in the queue, embedded in an object that lives until the answer came, or until
 * backend_leave returned true.
 */
struct backend_wait {
	struct list		 link;
	struct letter		 letter;
	struct worker		*worker;
	struct timer		 timer;
	struct backend		*backend;
	struct backend_pick	 pick;
	struct target		*given;
	/*
	 * A place was given (as by backend_take); or NULL and QUEUE_TIMEOUT, or NO_SERVER: those
	 * that could have given one are all down. On the worker, once.
	 */
	void			(*done)(struct backend_wait *, struct target *, enum fault);
};

/* QUEUE_FULL, or BACKEND_FULL where there is no queue; else done follows, never from within. */
enum fault	 backend_wait(struct backend *, struct backend_wait *, struct worker *,
		    const struct backend_pick *) MUST_USE;
/*
 * Gives the place in the queue up. False: an answer is on its way already; done will be called,
 * and has to release what was given.
 */
bool		 backend_leave(struct backend_wait *) MUST_USE;

#endif
