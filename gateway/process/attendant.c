#include "process/attendant.h"

#include <stdlib.h>

#include "admin/admin_site.h"
#include "base/log.h"
#include "config/config_diff.h"
#include "http/admission.h"
#include "http/gateway_worker.h"
#include "http/proxied.h"
#include "net/listener.h"
#include "net/stream.h"
#include "process/farewell.h"
#include "upstream/pool.h"

enum { ATTENDANT_STOP = 500 };		/* ms for answers that are under way */

struct attendant {
	struct held		 held;		/* by connections, as others hold their snapshot */
	struct config		*config;	/* counted */
	struct listener		*listener;
	struct http_listener	 tag;
	struct worker		 worker, *workers[1];
	struct gateway_worker	 gateway;
	struct admission	 admission;
	struct farewell		 farewell;
	struct timer		 timer;		/* history */
	struct gather		 gather;
	struct admin_site	 site;
	struct letter		 stop;
	bool			 started;
};

/* Whoever is let in here sees numbers only; but many of them should not cost much. */
static const struct config_limits attendant_limits = {
	.connections = 64, .memory = 64 * 1024 * 1024, .head = 8 * 1024, .headers = 100,
	.streams = 8, .head_timeout = 10 * 1000, .keepalive = 75 * 1000,
};

static void attendant_let_go(struct held *h)
{
	(void)h;	/* what it is part of is freed by attendant_free */
}

static void attendant_ended(struct farewell *f)
{
	worker_stop(f->worker);
}

static void attendant_open_stop(struct worker *w, struct letter *l)
{
	struct attendant *a = LIST_OWNER(l, struct attendant, stop);

	(void)w;
	listener_stop(a->listener);
	timer_set(&a->worker, &a->timer, CLOCK_NEVER);
	farewell_begin(&a->farewell, ATTENDANT_STOP);
}

static void attendant_tick(struct timer *t)
{
	struct attendant *a = LIST_OWNER(t, struct attendant, timer);
	struct numbers_moment moment;

	gather_moment(&a->gather, &moment);
	history_add(&a->site.history, &moment);
	timer_set(&a->worker, t, a->worker.now + HISTORY_STEP);
}

enum fault attendant_new(struct config *config, struct attendant **made)
{
	const struct config_listener *conf = &config->admin_http;
	struct attendant *a = NULL;

	*made = NULL;
	if (conf->n_bind == 0)
		return FAULT_NONE;
	a = calloc(1, sizeof(*a));
	if (a == NULL) {
		log_fault(FAULT_NO_MEMORY, "listener %s", conf->name);
		return FAULT_NO_MEMORY;
	}
	held_init(&a->held, attendant_let_go);
	a->tag = (struct http_listener){.conf = conf, .limits = &attendant_limits};
	enum fault f = listener_open(conf, &a->tag, proxied_accept, NULL, 0, &a->listener);
	if (f != FAULT_NONE) {
		free(a);
		return f;
	}
	held_get(&config->held);
	a->config = config;
	*made = a;
	return f;
}

/* What was made of it is undone by attendant_free. */
static enum fault attendant_make_worker(struct attendant *a)
{
	struct worker *w = &a->worker;
	struct gateway_worker *g = &a->gateway;

	*g = (struct gateway_worker){.site = &a->site.site, .snapshot = held_get(&a->held),
	    .admission = &a->admission};
	list_init(&g->sessions);
	list_init(&g->connections);
	list_init(&g->channels);
	w->gateway = g;
	a->workers[0] = w;
	a->admission.workers = a->workers;
	a->admission.n_workers = 1;
	a->stop.open = attendant_open_stop;
	g->pool = pool_new(w);
	enum fault f = g->pool ? net_worker_init(w) : FAULT_NO_MEMORY;
	if (f == FAULT_NONE)
		f = admission_init(&a->admission);
	if (f == FAULT_NONE)
		f = farewell_init(&a->farewell, w, attendant_ended);
	if (f == FAULT_NONE)
		f = timer_open(w, &a->timer, attendant_tick);
	return f;
}

bool attendant_suits(const struct attendant *a, const struct config *config)
{
	return a ? config_diff_same("admin", a->config, config) : config->admin_http.n_bind == 0;
}

enum fault attendant_start(struct attendant *a, const struct crew *crew, const struct life *life,
    struct held *snapshot)
{
	unsigned n;
	struct worker *const *workers = crew_workers(crew, &n);

	if (a == NULL)
		return FAULT_NONE;
	struct worker *w = &a->worker;
	enum fault f = worker_init(w, n, true);
	if (f != FAULT_NONE) {
		log_fault(f, "listener %s", a->tag.conf->name);
		return f;
	}
	gather_init(&a->gather, workers, n, life, snapshot);
	admin_site_init(&a->site, &a->gather);
	f = attendant_make_worker(a);
	if (f == FAULT_NONE)
		f = listener_prepare(a->listener, w, a->workers, 1);
	if (f == FAULT_NONE) {
		listener_start(a->listener);
		timer_set(w, &a->timer, clock_mono_ms());
		f = worker_start(w);
	}
	if (f != FAULT_NONE)
		log_fault(f, "listener %s", a->tag.conf->name);
	a->started = f == FAULT_NONE;
	return f;
}

void attendant_renew(struct attendant *a, struct held *snapshot)
{
	if (a)
		gather_renew(&a->gather, snapshot);
}

void attendant_stop(struct attendant *a)
{
	if (a == NULL || !a->started)
		return;
	worker_post(&a->worker, &a->stop);
	worker_join(&a->worker);
	a->started = false;
}

/* In the order in which crew.c lets go of a worker. */
static void attendant_free_worker(struct attendant *a)
{
	struct worker *w = &a->worker;

	if (a->gateway.pool)
		pool_free(a->gateway.pool);
	if (w->net)
		net_worker_fini(w);
	timer_close(w, &a->timer);
	if (a->farewell.worker)
		farewell_fini(&a->farewell);
	worker_fini(w);
	if (a->admission.by_address)
		admission_fini(&a->admission);
	gather_fini(&a->gather);
}

void attendant_free(struct attendant *a)
{
	if (a == NULL)
		return;
	listener_free(a->listener);
	if (a->worker.scratch)
		attendant_free_worker(a);
	config_free(a->config);
	free(a);
}
