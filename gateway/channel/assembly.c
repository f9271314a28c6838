#include "channel/assembly.h"

#include <stdlib.h>
#include <string.h>

enum { ASSEMBLY_LEAST = 512 };

/* Twice what is there, so that a message in tiny fragments is not copied again for each. */
static bool assembly_grow(struct assembly *a, struct worker *w, size_t n)
{
	size_t room = a->n + n > 2 * a->room ? a->n + n : 2 * a->room;

	if (room < ASSEMBLY_LEAST)
		room = ASSEMBLY_LEAST;
	uint8_t *p = realloc(a->p, room);
	if (p == NULL)
		return false;
	STATS_ADD(w->stats.assembled, (int64_t)(room - a->room));
	a->p = p;
	a->room = room;
	return true;
}

enum fault assembly_join(struct assembly *a, struct worker *w, struct msg *m)
{
	if (!m->more && a->n == 0)
		return FAULT_NONE;
	if (m->n > a->room - a->n && !assembly_grow(a, w, m->n))
		return FAULT_NO_MEMORY;
	if (m->n > 0)
		memcpy(a->p + a->n, m->p, m->n);
	a->n += m->n;
	m->p = a->p;
	m->n = a->n;
	return FAULT_NONE;
}

void assembly_clear(struct assembly *a, struct worker *w)
{
	STATS_ADD(w->stats.assembled, -(int64_t)a->room);
	free(a->p);
	*a = (struct assembly){0};
}
