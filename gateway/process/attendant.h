/*
 * The attendant serves admins by HTTP, on a thread of its own: whatever they ask for, and however
 * slowly they take it, no worker waits. The main thread's, but for what says otherwise.
 */
#ifndef ATTENDANT_H
#define ATTENDANT_H

#include "admin/control_site.h"
#include "admin/life.h"
#include "process/crew.h"
#include "route/snapshot.h"

struct attendant;

/*
 * Binds what `admin.http` and `admin.socket` say; *made is NULL where they say nothing. Any thread.
 * SYSTEM: the reason is on the log; NO_MEMORY.
 */
enum fault	 attendant_new(struct config *, struct attendant **made) MUST_USE;
/*
 * Whether it is what this configuration asks for; NULL: none. False as well when there is no memory
 * to tell. Any thread.
 */
bool		 attendant_suits(const struct attendant *, const struct config *);
/*
 * The thread: it tells of this crew, which is at work, and of this snapshot, until attendant_renew.
 * The acts are for the control socket, and called on that thread. A fault is on the log. NULL is
 * fine.
 */
enum fault	 attendant_start(struct attendant *, const struct crew *, const struct life *,
		    struct held *snapshot, const struct control_acts *) MUST_USE;
/* Another snapshot is in force. From any thread. NULL is fine. */
void		 attendant_renew(struct attendant *, struct held *snapshot);
/*
 * Before the workers are joined: ends it, and waits for that, at most about half a second. NULL, or
 * not started, is fine.
 */
void		 attendant_stop(struct attendant *);
void		 attendant_free(struct attendant *);	/* NULL is fine */

#endif
