/*
 * Signals, as events of the main thread's loop.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include "loop/worker.h"

/* Ends with a row whose number is 0. */
struct signals_row {
	int	  number;
	void	(*act)(void *owner);
};

struct signals {
	struct watch			 watch;		/* a signalfd */
	const struct signals_row	*table;
	void				*owner;
};

/* Before any thread is started: signals of the table wait until signals_init, and are not lost. */
void		signals_block(const struct signals_row *);
/* From now on this loop acts on them. NO_FILES, NO_MEMORY; signals_fini in any case. */
enum fault	signals_init(struct signals *, struct worker *, const struct signals_row *,
		    void *owner) MUST_USE;
void		signals_fini(struct signals *);

#endif
