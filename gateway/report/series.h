/*
 * A series: what is counted of one route, backend or listener, by its name. Snapshots share it, so
 * that a reload sets nothing back and sessions of an old snapshot go on counting; it lasts as long
 * as anything that is counted by it. All functions are for any thread.
 */
#ifndef SERIES_H
#define SERIES_H

#include <stddef.h>

#include "base/list.h"

enum series_kind { SERIES_ROUTE, SERIES_BACKEND, SERIES_LISTENER, SERIES_KINDS };

struct series {
	struct list	 link;		/* among all of its kind, in the order of their making */
	unsigned	 users;
	unsigned	 n;		/* blocks: at least one for each worker */
	size_t		 size;		/* of a block: whole cache lines */
	char		*blocks;
	char		 name[];
};

/*
 * The one of this kind and name, made when there is none yet; series_put ends its use. workers: as
 * the configuration has it; the most that was ever said is what counts, since a reload does not
 * change how many run. NULL: out of memory.
 */
struct series	*series_get(enum series_kind, const char *name, unsigned workers);
void		 series_put(struct series *);		/* NULL is fine */
/* Calls for each of a kind; nothing is made or freed meanwhile. */
void		 series_each(enum series_kind,
		    void (*visit)(void *arg, const struct series *), void *arg);

/* A worker's block: the struct of counts.h for this kind. */
static inline void *series_block(const struct series *s, unsigned worker)
{
	return s->blocks + worker * s->size;
}

#endif
