#include "process/freshness.h"

#include "http/gateway_worker.h"
#include "net/tls_ctx.h"
#include "route/snapshot.h"

enum { FRESHNESS_STEP = 3000 };		/* ms; what has changed must rest for one of them */

static void freshness_look(struct errand *e)
{
	struct freshness *f = LIST_OWNER(e, struct freshness, errand);
	const struct snapshot *s = LIST_OWNER(f->snapshot, struct snapshot, held);

	for (size_t i = 0; i < s->n_tls; i++)
		if (s->tls[i].conf->reload == TLS_RELOAD_AUTO)
			tls_ctx_refresh(s->tls[i].ctx, s->tls[i].conf);
}

static void freshness_let_go(struct errand *e)
{
	struct freshness *f = LIST_OWNER(e, struct freshness, errand);

	held_put(f->snapshot);
	f->snapshot = NULL;
}

static void freshness_done(struct errand *e)
{
	struct freshness *f = LIST_OWNER(e, struct freshness, errand);

	freshness_let_go(e);
	timer_set(f->worker, &f->timer, f->worker->now + FRESHNESS_STEP);
}

static void freshness_tick(struct timer *t)
{
	struct freshness *f = LIST_OWNER(t, struct freshness, timer);
	struct held *snapshot = f->worker->gateway->snapshot;

	timer_set(f->worker, t, f->worker->now + FRESHNESS_STEP);
	if (LIST_OWNER(snapshot, struct snapshot, held)->n_tls == 0)
		return;
	f->snapshot = held_get(snapshot);
	if (errand_send(f->errands, &f->errand, freshness_look) != FAULT_NONE)
		freshness_let_go(&f->errand);
	else
		timer_set(f->worker, t, CLOCK_NEVER);
}

enum fault freshness_init(struct freshness *f, struct worker *w, struct errands *errands)
{
	*f = (struct freshness){.worker = w, .errands = errands};
	errand_init(&f->errand, w, freshness_done, freshness_let_go);
	enum fault fault = timer_open(w, &f->timer, freshness_tick);
	if (fault == FAULT_NONE)
		timer_set(w, &f->timer, clock_mono_ms() + FRESHNESS_STEP);
	return fault;
}

void freshness_fini(struct freshness *f)
{
	if (f->worker)
		timer_close(f->worker, &f->timer);
}
