#include "http/h2_memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct h2_block {
	struct list	link;
	max_align_t	bytes[];
};

static void *h2_memory_keep(struct h2_memory *m, struct h2_block *b)
{
	if (b == NULL) {
		m->failed = true;
		return NULL;
	}
	list_append(&m->blocks, &b->link);
	return b->bytes;
}

static struct h2_block *h2_memory_block(void *p)
{
	return LIST_OWNER(p, struct h2_block, bytes);
}

static void *h2_memory_malloc(size_t n, void *memory)
{
	if (n > SIZE_MAX - sizeof(struct h2_block))
		return NULL;
	return h2_memory_keep(memory, malloc(sizeof(struct h2_block) + n));
}

static void *h2_memory_calloc(size_t n, size_t size, void *memory)
{
	if (size > 0 && n > (SIZE_MAX - sizeof(struct h2_block)) / size)
		return NULL;
	return h2_memory_keep(memory, calloc(1, sizeof(struct h2_block) + n * size));
}

static void h2_memory_free(void *p, void *memory)
{
	(void)memory;
	if (p == NULL)
		return;
	list_remove(&h2_memory_block(p)->link);
	free(h2_memory_block(p));
}

static void *h2_memory_realloc(void *p, size_t n, void *memory)
{
	struct h2_memory *m = memory;

	if (p == NULL)
		return h2_memory_malloc(n, memory);
	struct h2_block *old = h2_memory_block(p);
	list_remove(&old->link);
	struct h2_block *b = realloc(old, sizeof(*b) + n);
	if (b == NULL)
		list_append(&m->blocks, &old->link);
	return h2_memory_keep(m, b);
}

void h2_memory_init(struct h2_memory *m)
{
	list_init(&m->blocks);
	m->failed = false;
}

nghttp2_mem h2_memory_calls(struct h2_memory *m)
{
	return (nghttp2_mem){m, h2_memory_malloc, h2_memory_free, h2_memory_calloc,
	    h2_memory_realloc};
}

void h2_memory_end(struct h2_memory *m, nghttp2_session *session)
{
	struct list *l;

	if (!m->failed)
		nghttp2_session_del(session);	/* which may be NULL */
	while ((l = list_take(&m->blocks)) != NULL)
		free(LIST_OWNER(l, struct h2_block, link));
}
