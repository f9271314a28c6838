#include "process/doors.h"

#include <stdlib.h>

#include "base/log.h"
#include "http/proxied.h"

/* Goes on after one that cannot be opened, so that all of them are on the log. */
enum fault doors_open(const struct snapshot *s, const struct doors *before, struct doors **made)
{
	size_t n = s->config->n_listeners;
	struct doors *d = calloc(1, sizeof(*d) + n * sizeof(d->v[0]));
	enum fault worst = FAULT_NONE;

	if (d == NULL) {
		log_fault(FAULT_NO_MEMORY, "listeners");
		return FAULT_NO_MEMORY;
	}
	for (size_t i = 0; i < n; i++) {
		enum fault f = listener_open(&s->config->listeners[i], &s->listeners[i],
		    proxied_accept, before ? before->v : NULL, before ? before->n : 0,
		    &d->v[d->n]);
		d->n += f == FAULT_NONE;
		worst = f == FAULT_NONE ? worst : f;
	}
	if (worst == FAULT_NONE)
		*made = d;
	else
		doors_free(d);
	return worst;
}

enum fault doors_prepare(struct doors *d, struct worker *acceptor, struct worker *const *workers,
    unsigned n)
{
	enum fault f = FAULT_NONE;

	for (size_t i = 0; i < d->n && f == FAULT_NONE; i++)
		f = listener_prepare(d->v[i], acceptor, workers, n);
	if (f != FAULT_NONE) {
		log_fault(f, "listeners");
		doors_stop(d);
	}
	return f;
}

void doors_start(struct doors *d, struct doors *before)
{
	for (size_t i = 0; i < d->n; i++)
		listener_start(d->v[i]);
	for (size_t i = 0; before && i < before->n; i++)
		listener_bury(before->v[i]);
	free(before);
}

void doors_stop(struct doors *d)
{
	for (size_t i = 0; i < d->n; i++)
		listener_stop(d->v[i]);
}

void doors_free(struct doors *d)
{
	for (size_t i = 0; d && i < d->n; i++)
		listener_free(d->v[i]);
	free(d);
}
