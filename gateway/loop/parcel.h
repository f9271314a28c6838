/*
 * A parcel is what one object sends another that may live on another worker. To its own worker it
 * travels without a system call, as work of the same wake-up; to another one as a letter. Either
 * way it is opened by the loop, never from within parcel_send, and parcels from one worker to one
 * other are opened in the order in which they were sent.
 */
#ifndef PARCEL_H
#define PARCEL_H

#include "loop/worker.h"

struct parcel {
	struct letter	  letter;
	struct task	  task;
	/* On the worker that it was sent to. It may be sent anew from then on. */
	void		(*open)(struct parcel *);
	/* Instead: no worker runs any more. */
	void		(*drop)(struct parcel *);
};

void	parcel_init(struct parcel *, void (*open)(struct parcel *), void (*drop)(struct parcel *));
/* from: the worker whose thread this is. Lent until it is opened. */
void	parcel_send(struct parcel *, struct worker *from, struct worker *to);

#endif
