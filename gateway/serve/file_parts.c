#include "serve/file_parts.h"

#include <inttypes.h>

#include "base/random.h"

static bool file_parts_head(struct arena *arena, const char *boundary, struct slice type,
    const struct http_part *part, uint64_t size, struct slice *head)
{
	*head = slice_of(arena_printf(arena, "\r\n--%s\r\nContent-Type: %.*s\r\n"
	    "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n\r\n", boundary,
	    SLICE_ARG(type), part->first, part->first + part->n - 1, size));
	return head->p != NULL;
}

/* The boundary is random, so that no file can hold it. */
struct file_parts *file_parts_new(struct exchange *x, const struct http_ranges *ranges,
    struct slice type, uint64_t size)
{
	struct arena *arena = &x->arena;
	struct file_parts *p = arena_alloc(arena, sizeof(*p));
	char boundary[RANDOM_ID + 1];

	if (p == NULL)
		return NULL;
	random_id(boundary);
	p->ranges = *ranges;
	p->type = slice_of(arena_printf(arena, "multipart/byteranges; boundary=%s", boundary));
	p->end = slice_of(arena_printf(arena, "\r\n--%s--\r\n", boundary));
	if (p->type.p == NULL || p->end.p == NULL)
		return NULL;
	p->length = p->end.n;
	for (unsigned i = 0; i < ranges->n; i++) {
		const struct http_part *part = &ranges->v[i];
		if (!file_parts_head(arena, boundary, type, part, size, &p->heads[i]))
			return NULL;
		p->length += p->heads[i].n + part->n;
	}
	return p;
}
