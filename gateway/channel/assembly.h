/*
 * A client's message that comes in fragments, for those behind that need it whole. Its size is
 * bounded by max_message before it comes here.
 */
#ifndef ASSEMBLY_H
#define ASSEMBLY_H

#include "framing/framing.h"
#include "loop/worker.h"

struct assembly {		/* all zero when empty */
	uint8_t	*p;
	size_t	 n, room;
};

/*
 * Adds a fragment. *m becomes the whole message, whose bytes stay until assembly_clear, when it was
 * the last; before that m->more stays set. A message that was never in fragments is left alone.
 */
enum fault	assembly_join(struct assembly *, struct worker *, struct msg *m) MUST_USE;
void		assembly_clear(struct assembly *, struct worker *);

#endif
