/*
 * A watch: one file descriptor on a worker's event base, and whom to call when it is ready.
 */
#ifndef WATCH_H
#define WATCH_H

#include "loop/worker.h"

enum { WATCH_READ = 1, WATCH_WRITE = 2 };

struct watch {
	struct event	  event;
	struct worker	 *worker;
	void		(*ready)(struct watch *, unsigned what);
	int		  fd;
	unsigned	  armed;	/* WATCH_* bits the event base knows of */
};

/* fd -1 (a test's fake): arming does nothing, the test calls ready by itself. */
void	watch_init(struct watch *, struct worker *, int fd,
	    void (*ready)(struct watch *, unsigned));
/* Exactly these, level-triggered, until armed anew; 0: none. The same again costs nothing. */
enum fault watch_arm(struct watch *, unsigned what) MUST_USE;
/* Forgets the descriptor, which is the caller's to close. */
void	watch_fini(struct watch *);

#endif
