#include "http/h2_past.h"

#include <stddef.h>

enum { PAST_ID = 0x7fffffff };

static const uint32_t h2_past_mark = 1u << 31;

static uint32_t h2_past_newest(const struct h2_past *p)
{
	return p->opened ? p->streams[(p->opened - 1) % H2_PAST] & PAST_ID : 0;
}

static uint32_t h2_past_oldest(const struct h2_past *p)
{
	return p->opened < H2_PAST ? 0 : p->streams[p->opened % H2_PAST] & PAST_ID;
}

static size_t h2_past_find(const struct h2_past *p, int32_t stream)
{
	size_t i = 0;

	while (i < H2_PAST && (p->streams[i] & PAST_ID) != (uint32_t)stream)
		i++;
	return i;
}

void h2_past_open(struct h2_past *p, int32_t stream)
{
	if ((uint32_t)stream > h2_past_newest(p))
		p->streams[p->opened++ % H2_PAST] = (uint32_t)stream;
}

void h2_past_end(struct h2_past *p, int32_t stream)
{
	size_t i = h2_past_find(p, stream);

	if (i < H2_PAST)
		p->streams[i] |= h2_past_mark;
}

enum h2_past_verdict h2_past_judge(const struct h2_past *p, int32_t stream)
{
	size_t i = h2_past_find(p, stream);

	if (i < H2_PAST)
		return p->streams[i] & h2_past_mark ? H2_PAST_ENDED : H2_PAST_FINE;
	if ((uint32_t)stream > h2_past_oldest(p) && (uint32_t)stream < h2_past_newest(p))
		return H2_PAST_NEVER;
	return H2_PAST_FINE;
}
