/*
 * The attendant serves admins by HTTP, on a thread of its own: whatever they ask for, and however
 * slowly they take it, no worker waits. The main thread's, but for what says otherwise.
 */
#ifndef ATTENDANT_H
#define ATTENDANT_H

#include "admin/life.h"
#include "loop/worker.h"
#include "route/snapshot.h"

struct attendant;

/* Binds what `admin.http` says. SYSTEM: the reason is on the log; NO_MEMORY. */
enum fault	 attendant_new(const struct config_listener *, struct attendant **) MUST_USE;
/*
 * The thread: it tells of these workers, which have a thread each, and of this snapshot, until
 * attendant_renew. A fault is on the log.
 */
enum fault	 attendant_start(struct attendant *, struct worker *const *, unsigned n,
		    const struct life *, struct held *snapshot) MUST_USE;
/* Another snapshot is in force. From any thread. NULL is fine. */
void		 attendant_renew(struct attendant *, struct held *snapshot);
/* Before the workers are joined: ends it, and waits for that. NULL, or not started, is fine. */
void		 attendant_stop(struct attendant *);
void		 attendant_free(struct attendant *);	/* NULL is fine */

#endif
