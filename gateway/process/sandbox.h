/*
 * The sandbox: after the start the process, all threads of it, can do what serving, reloading and
 * passing on its sockets needs, and nothing else, whoever has got hold of it:
 *
 * - nothing that it might execute gains privileges, it cannot execute anything (a new program is
 *   started by the launcher), and memory cannot be made executable;
 * - of its capabilities those remain that a reload needs;
 * - system calls that it never makes fail with EPERM, and are on the log (sandbox_calls.h);
 * - files are written where its logs and sockets are, nowhere else (sandbox_files.h);
 * - no core is dumped and nobody of the same user may look into it: keys are in memory.
 *
 * What a kernel has not got is said, and does without.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

#include "config/config.h"
#include "loop/worker.h"

struct sandbox {
	struct watch	watch;		/* refused calls, as they are told */
	bool		open;		/* it is watched */
};

/*
 * No cores from now on: before keys are read. Whoever changes his user is to do it again, which
 * sandbox_enter does.
 */
void		sandbox_hide_memory(const struct config *);
/* The main thread's; other threads may run already. NO_FILES, NO_MEMORY, SYSTEM: on the log. */
enum fault	sandbox_enter(struct sandbox *, struct worker *main, const struct config *)
		    MUST_USE;
void		sandbox_fini(struct sandbox *);

#endif
