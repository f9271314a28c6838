/*
 * A watch: one file descriptor on a worker's epoll set, and whom to call when it is ready.
 */
#ifndef WATCH_H
#define WATCH_H

#include "base/fault.h"

struct worker;

enum { WATCH_READ = 1, WATCH_WRITE = 4 };	/* EPOLLIN and EPOLLOUT: no translation */

struct watch {
	struct worker	 *worker;
	/* Called from the worker's loop, which settles afterwards. An error is both bits. */
	void		(*ready)(struct watch *, unsigned what);
	int		  fd;
	unsigned	  armed;	/* WATCH_* bits the kernel knows of */
};

/* fd below 0 (a test's fake): arming does nothing, the test calls ready by itself. */
void	watch_init(struct watch *, struct worker *, int fd,
	    void (*ready)(struct watch *, unsigned what));
/* Exactly these, level-triggered, until armed anew; 0: none. The same again costs nothing. */
enum fault watch_arm(struct watch *, unsigned what) MUST_USE;
/*
 * Forgets the descriptor, which is the caller's to close. The memory must last until the worker
 * frees what is buried: an event that was fetched already may still name it, and is dropped.
 */
void	watch_fini(struct watch *);

#endif
