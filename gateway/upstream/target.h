/*
 * A server that can be connected to, and how it fares: up or down, how many sessions it has. Shared
 * by all workers; the lock of its fleet guards everything that changes.
 */
#ifndef TARGET_H
#define TARGET_H

#include <stdint.h>

#include "base/held.h"
#include "base/slice.h"
#include "config/config.h"

enum {
	TARGET_SLOW_START = 30 * 1000,	/* ms from a tenth of its weight to all of it */
	TARGET_SHARES = 1000		/* of a weight of 1 */
};

/* Who says so: each counts by itself, or a session that is taken would excuse a bad answer. */
enum target_witness { TARGET_SESSIONS, TARGET_CHECKS, TARGET_WITNESSES };

struct target {
	struct held		 held;		/* counted: sessions outlive what named it */
	/* Its strings stand behind the target; its weight and whether it is a backup may change. */
	struct config_server	 server;
	unsigned		 max_sessions;	/* 0: no limit */
	unsigned		 sessions;	/* open, or being opened */
	int64_t			 turn;		/* roundrobin: how much it is owed */
	unsigned		 failures[TARGET_WITNESSES], successes;	/* in a row */
	/* No server of the configuration in force: nobody finds out whether it is up. */
	bool			 retired;
	bool			 down;
	bool			 draining;	/* an admin lets it have no new session */
	bool			 watched;	/* somebody will find out that it is back */
	uint64_t		 recovered;	/* when it came back; 0: it was never gone */
};

/* Copies the server. NULL: out of memory. */
struct target	*target_new(const struct config_server *, unsigned max_sessions);
void		 target_put(struct target *);		/* lets go of it; NULL is fine */
/* "host:port", as the configuration has it. */
struct slice	 target_authority(const struct target *);
bool		 target_is_up(const struct target *);		/* as far as anybody knows */
bool		 target_is_full(const struct target *);
/* What it may be given now, in TARGET_SHARES: less than its weight soon after it came back. */
uint64_t	 target_weight(const struct target *, uint64_t now);
/* Each returns whether that made it change from up to down, or back. */
bool		 target_failed(struct target *, enum target_witness, unsigned fall);
bool		 target_worked(struct target *, enum target_witness, unsigned rise, uint64_t now);

#endif
