/*
 * Shared by count, across threads. The last one to let go frees.
 */
#ifndef HELD_H
#define HELD_H

#include <stdatomic.h>
#include <stdbool.h>

struct held {
	_Atomic unsigned   count;
	void		 (*free)(struct held *);
};

static inline void held_init(struct held *h, void (*free)(struct held *))
{
	atomic_init(&h->count, 1);
	h->free = free;
}

static inline struct held *held_get(struct held *h)
{
	atomic_fetch_add_explicit(&h->count, 1, memory_order_relaxed);
	return h;
}

/* Nobody else has it, so nobody else can get it any more. */
static inline bool held_is_last(struct held *h)
{
	return atomic_load_explicit(&h->count, memory_order_acquire) == 1;
}

static inline void held_put(struct held *h)
{
	if (h && atomic_fetch_sub_explicit(&h->count, 1, memory_order_acq_rel) == 1)
		h->free(h);
}

#endif
