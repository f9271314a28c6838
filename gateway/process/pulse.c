#include "process/pulse.h"

#include <stdlib.h>

static void pulse_open(struct worker *w, struct letter *l)
{
	struct pulse_beat *b = LIST_OWNER(l, struct pulse_beat, letter);

	(void)w;
	atomic_fetch_add(&b->counted, 1);
}

enum fault pulse_init(struct pulse *p, struct worker *const *workers, unsigned n)
{
	*p = (struct pulse){.beats = calloc(n, sizeof(struct pulse_beat))};
	if (p->beats == NULL)
		return FAULT_NO_MEMORY;
	p->n = n;
	for (unsigned i = 0; i < n; i++) {
		p->beats[i].letter.open = pulse_open;
		p->beats[i].worker = workers[i];
	}
	return FAULT_NONE;
}

void pulse_fini(struct pulse *p)
{
	free(p->beats);
	*p = (struct pulse){.n = 0};
}

const struct pulse_beat *pulse_check(struct pulse *p, uint64_t now)
{
	const struct pulse_beat *late = NULL;

	for (unsigned i = 0; i < p->n; i++) {
		struct pulse_beat *b = &p->beats[i];
		if (atomic_load(&b->counted) == b->asked) {
			b->asked++;
			b->since = now;
			worker_post(b->worker, &b->letter);
		} else if (late == NULL) {
			late = b;
		}
	}
	return late;
}
