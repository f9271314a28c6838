/*
 * From one configuration to the next while all goes on: a thread of its own makes the new one ready
 * (build.h), the main thread puts it into force, and each worker takes it for what is new. Sessions
 * and requests keep the snapshot that they began with, and with them it dies.
 */
#ifndef RELOAD_H
#define RELOAD_H

#include "process/regime.h"

struct reload;

/* What came of it. */
struct reload_answer {
	bool		 done;		/* the new configuration is in force; else the one before */
	/* Every mistake and warning, lines with their ends; what is wrong if it is not done. */
	const char	*words;
	unsigned	 errors, warnings;
};

/* Of each, whoever asked for it; the main thread. */
struct reload_events {
	void	(*begins)(void *owner);
	void	(*ended)(void *owner);
};

/* On the main thread, once, as soon as every worker has it or it has failed; words are lent. */
typedef void reload_done(void *arg, const struct reload_answer *);

/* How the last one went, for who looks at the gateway. */
struct reload_status {
	unsigned	 number;	/* of what is in force: 1 is what it started with */
	uint64_t	 since;		/* in force since then, clock_wall_ms() */
	bool		 fine;		/* false: the last reload failed */
	uint64_t	 tried;		/* when it ended; 0: there was none */
};

/*
 * file: what is read; NULL: there is none, and each reload fails. The regime must outlive it. wake:
 * has the main thread call reload_step soon; from any thread. NULL: out of memory.
 */
struct reload	*reload_new(const char *file, struct regime *, void (*wake)(void),
		    const struct reload_events *, void *owner);
/*
 * The main thread, when the workers have ended. Who still waits is told that it failed. False: its
 * thread hangs in the kernel; it is left behind, with what is in force, which it may look at.
 */
bool		 reload_free(struct reload *) MUST_USE;
/*
 * Asks for a reload, from any thread. Requests that come while one is under way are answered
 * together by the next. Out of memory: done is called at once, on this thread.
 */
void		 reload_request(struct reload *, reload_done *, void *arg);
/* The main thread: whatever is to be done now. It waits for nobody but an attendant that goes. */
void		 reload_step(struct reload *);
/* From any thread. */
void		 reload_status(struct reload *, struct reload_status *);

#endif
