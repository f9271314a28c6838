/*
 * A worker: one thread, one epoll set, and everything that lives on it. Workers share nothing but
 * the snapshot of the configuration and their mailboxes.
 *
 * The loop calls two kinds of functions only: a watch's and a timer's. Each call is followed by
 * worker_settle: flush what was corked, run what was resumed; what was held leaves, and what was
 * buried is freed, at the end of the turn. So no object dies under its caller and nobody else needs
 * to think about re-entrancy.
 */
#ifndef WORKER_H
#define WORKER_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/fault.h"
#include "base/list.h"
#include "base/stats.h"
#include "loop/timer.h"
#include "loop/watch.h"

enum { WORKER_SCRATCH = 256 * 1024 };

/* Something to run once, soon; on one list of its worker at a time, or on none. */
struct task {
	struct list	  link;
	void		(*run)(struct task *);
};

/*
 * A message to another worker. Owned by the sender until posted, by the receiver when opened.
 * Letters of one sender are opened in the order in which they were posted.
 */
struct letter {
	struct letter	 *next;
	void		(*open)(struct worker *, struct letter *);
	/* The worker ended before: lets go of what it holds, from worker_fini. NULL: nothing. */
	void		(*drop)(struct letter *);
};

struct worker {
	int			 poll_fd;	/* -1 in tests that drive a worker by hand */
	struct epoll_event	*events;	/* of this turn */
	uint64_t		 now;		/* clock_mono_ms() at the start of this turn */
	/* WORKER_SCRATCH bytes, valid within one callback */
	uint8_t			*scratch;
	struct list		 corked;	/* tasks: writes to flush */
	struct list		 resumed;	/* tasks: reads to go on with */
	struct list		 last;		/* tasks: held writes, then objects to free */
	struct timers		 timers;
	bool			 in_turn, ended;
	unsigned		 index;
	struct stats		 stats;
	_Atomic unsigned	 load;		/* connections, and those on their way here */

	/* what the rooms above keep once per worker; each made and freed by its room */
	struct net_worker	*net;
	struct resolver		*resolver;
	struct gateway_worker	*gateway;

	pthread_t		 thread;
	pthread_mutex_t		 mail_lock;
	struct letter		*mail, **mail_end;
	struct watch		 mail_watch;	/* an eventfd */
};

/* polls: false for a worker that a test drives by hand. */
enum fault	worker_init(struct worker *, unsigned index, bool polls) MUST_USE;
/* The thread has ended (or never began); frees what is buried. */
void		worker_fini(struct worker *);
enum fault	worker_start(struct worker *) MUST_USE;	/* the thread; signals stay blocked in it */
void		worker_run(struct worker *);		/* the loop itself, until worker_stop */
/* One turn of it: waits for at most this long (ms; -1: for ever), then does what is to be done. */
void		worker_turn(struct worker *, int most);
void		worker_stop(struct worker *);		/* from its own thread only */
void		worker_join(struct worker *);

void		worker_post(struct worker *to, struct letter *);	/* from any thread */

/* first thing of every callback: the time */
void		worker_enter(struct worker *);
/* What a mailbox's watch does; for tests that drive a worker by hand. */
void		worker_open_mail(struct worker *);
void		worker_settle(struct worker *);		/* last thing of every callback */
/* Flush the corked writes now: scratch is about to be used again. */
void		worker_flush(struct worker *);
void		worker_run_timers(struct worker *);	/* those that are due; then settle */

void		task_init(struct task *, void (*run)(struct task *));
void		worker_bury(struct worker *, struct task *);	/* run frees; call once */
/*
 * In a turn (in_turn), for a task that is not queued: run is called at the end of it, before
 * anything is freed. For writes that other events of the same turn may add to.
 */
void		worker_hold(struct worker *, struct task *);
void		task_cancel(struct task *);

static inline void task_queue(struct list *queue, struct task *t)
{
	if (list_empty(&t->link))
		list_append(queue, &t->link);
}

/* Both are harmless for a task that is queued already. */
static inline void worker_cork(struct worker *w, struct task *t)
{
	task_queue(&w->corked, t);
}

static inline void worker_resume(struct worker *w, struct task *t)
{
	task_queue(&w->resumed, t);
}

#endif
