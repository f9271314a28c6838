/*
 * Taking over from a framegate that runs: what a program is told in its environment, and what the
 * two then say to each other. The new one has everything but its clients when it says that it is
 * ready; from the answer on it accepts, and is the service. The main thread's.
 */
#ifndef HANDOVER_H
#define HANDOVER_H

#include "loop/worker.h"
#include "net/elders.h"

/* Numbers of descriptors: of the link between the two, and of the standard error for later. */
#define HANDOVER_LINK	"FRAMEGATE_HANDOVER"
#define HANDOVER_STDERR	"FRAMEGATE_STDERR"
/* Of the doors of elders (net/elders.h), the oldest first. */
#define HANDOVER_ELDERS	"FRAMEGATE_ELDERS"

enum handover_word {
	HANDOVER_READY = 'r',	/* of the new one: nothing can fail any more */
	HANDOVER_YOURS = 'y'	/* of the old one: it has stopped accepting */
};

struct handover {
	struct watch	 watch;			/* of the link */
	int		 words;			/* what standard error will be */
	void		(*yours)(void *owner);
	void		*owner;
};

/* Reads the environment, and takes what it speaks of out of it. Before anything is executed. */
void		handover_open(struct handover *);
/* The elders that it is told of; before or after. NULL: out of memory. */
struct elders	*handover_elders(void);
/* Is there somebody to take over from? */
bool		handover_is_due(const struct handover *);
/*
 * Says that this process is ready. yours: called once, when the other one says so, or has ended:
 * standard error is what it was there by then. NO_MEMORY, NO_FILES.
 */
enum fault	handover_ready(struct handover *, struct worker *main, void (*yours)(void *owner),
		    void *owner) MUST_USE;
void		handover_fini(struct handover *);

#endif
