/*
 * The memory of a session of nghttp2. When one of its allocations fails in the midst of something,
 * not everything it holds has one owner any more; then its memory is given back as a whole, and the
 * session is not asked to end.
 */
#ifndef H2_MEMORY_H
#define H2_MEMORY_H

#include <nghttp2/nghttp2.h>

#include "base/list.h"

struct h2_memory {
	struct list	blocks;
	bool		failed;		/* to serve one: the session is not to be used any more */
};

void		h2_memory_init(struct h2_memory *);
/* What nghttp2 is given; leads to the memory, which must outlive the session. */
nghttp2_mem	h2_memory_calls(struct h2_memory *);
/* Ends a session that lives in it; NULL: there is none. */
void		h2_memory_end(struct h2_memory *, nghttp2_session *);

#endif
