/*
 * Errands: what would make a worker wait (a disk, mostly), done by a few threads that all workers
 * share. An errand is its sender's memory, lent until it comes back to its worker as a letter.
 */
#ifndef ERRAND_H
#define ERRAND_H

#include "loop/worker.h"

enum {
	ERRAND_THREADS = 4,
	ERRAND_BACK = 32,	/* done, but not yet taken by their workers: more are not begun */
	ERRAND_PATIENCE = 2000	/* ms for those that run, at the end */
};

struct errand {
	struct letter	  letter;
	struct list	  link;		/* while it waits for a thread */
	struct worker	 *worker;
	struct errands	 *errands;
	/* On a thread of the pool: touches nothing that the worker may touch meanwhile. */
	void		(*run)(struct errand *);
	/* On its worker, once it has run. */
	void		(*done)(struct errand *);
	/* Instead of done, when all ends: from errands_free or worker_fini. */
	void		(*lost)(struct errand *);
};

/* The threads, and what waits for them. */
struct errands {
	pthread_mutex_t	 lock;
	pthread_cond_t	 news;
	struct list	 waiting;
	unsigned	 n_waiting;
	pthread_t	 threads[ERRAND_THREADS];
	unsigned	 n, most;
	unsigned	 idle, left;	/* of them: without an errand; not ended */
	unsigned	 back;		/* on their way back to their workers */
	bool		 ended;
	bool		 abandoned;	/* there are no workers any more */
};

/* With at most so many threads, each begun when it is needed; 0: tests do the work. */
struct errands	*errands_new(unsigned threads);
/*
 * No worker runs any more, and none was finished yet. What waits is lost. A thread that hangs in
 * the kernel is left behind after ERRAND_PATIENCE, with its errand and the pool. NULL is fine.
 */
void		 errands_free(struct errands *);

void		 errand_init(struct errand *, struct worker *, void (*done)(struct errand *),
		    void (*lost)(struct errand *));
/* Each must be back before it is sent anew. SYSTEM: there is no thread, which is on the log. */
enum fault	 errand_send(struct errands *, struct errand *,
		    void (*run)(struct errand *)) MUST_USE;
/* From its worker: true if no thread had begun; then neither done nor lost will be called. */
bool		 errand_recall(struct errand *);
/* For tests: runs the one that waits longest; false: none does. */
bool		 errands_work(struct errands *);

#endif
