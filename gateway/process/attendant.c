#include "process/attendant.h"

#include <stdio.h>
#include <stdlib.h>

#include "admin/admin_site.h"
#include "base/log.h"
#include "config/config_diff.h"
#include "config/endpoint.h"
#include "http/admission.h"
#include "http/gateway_worker.h"
#include "http/proxied.h"
#include "net/listener.h"
#include "net/stream.h"
#include "process/farewell.h"
#include "report/access.h"
#include "upstream/pool.h"

enum {
	ATTENDANT_STOP = 500,		/* ms for answers that are under way */
	ATTENDANT_BACKLOG = 64,
	ATTENDANT_PATH = 128,		/* bytes of "unix:" and a path that a socket can have */
	ATTENDANT_TURN = 10, ATTENDANT_TURNS = 100	/* ms, for workers that were asked */
};

/* Where admins come in. */
struct attendant_door {
	struct listener		*listener;
	struct http_listener	 tag;
};

struct attendant {
	struct held		 held;		/* by connections, as others hold their snapshot */
	struct config		*config;	/* counted */
	struct attendant_door	 http, socket;	/* listener NULL: there is none */
	/* What the configuration says of the socket, as of any listener. */
	struct config_listener	 socket_conf;
	struct config_address	 socket_bind;
	bool			 socket_dual;
	char			 socket_text[ATTENDANT_PATH];
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
	if (a->http.listener)
		listener_stop(a->http.listener);
	if (a->socket.listener)
		listener_stop(a->socket.listener);
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

static enum fault attendant_open(struct attendant_door *door, const struct config_listener *conf)
{
	door->tag = (struct http_listener){.conf = conf, .limits = &attendant_limits};
	return listener_open(conf, &door->tag, proxied_accept, NULL, 0, &door->listener);
}

/* One address is a listener of one: the path was checked when it was read. */
static enum fault attendant_open_socket(struct attendant *a)
{
	const struct config *c = a->config;

	snprintf(a->socket_text, sizeof(a->socket_text), "unix:%s", c->admin_socket);
	const char *why = endpoint_listen(a->socket_text, &a->socket_bind, &a->socket_dual);
	if (why) {
		log_line(LOG_LEVEL_ERROR, "admin.socket: %s: %s", c->admin_socket, why);
		return FAULT_SYSTEM;
	}
	a->socket_conf = (struct config_listener){.name = "admin.socket", .bind = &a->socket_bind,
	    .n_bind = 1, .bind_dual = &a->socket_dual, .backlog = ATTENDANT_BACKLOG,
	    .mode = c->admin_mode, .place = c->admin_http.place};
	return attendant_open(&a->socket, &a->socket_conf);
}

enum fault attendant_new(struct config *config, struct attendant **made)
{
	enum fault f = FAULT_NONE;
	struct attendant *a;

	*made = NULL;
	if (config->admin_http.n_bind == 0 && config->admin_socket == NULL)
		return FAULT_NONE;
	a = calloc(1, sizeof(*a));
	if (a == NULL) {
		log_fault(FAULT_NO_MEMORY, "admin");
		return FAULT_NO_MEMORY;
	}
	held_init(&a->held, attendant_let_go);
	held_get(&config->held);
	a->config = config;
	if (config->admin_http.n_bind > 0)
		f = attendant_open(&a->http, &config->admin_http);
	if (f == FAULT_NONE && config->admin_socket)
		f = attendant_open_socket(a);
	if (f == FAULT_NONE)
		*made = a;
	else
		attendant_free(a);
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
	return a ? config_diff_same("admin", a->config, config)
	    : config->admin_http.n_bind == 0 && config->admin_socket == NULL;
}

static enum fault attendant_prepare(struct attendant *a, struct attendant_door *door)
{
	return door->listener ? listener_prepare(door->listener, &a->worker, a->workers, 1)
	    : FAULT_NONE;
}

static enum fault attendant_begin(struct attendant *a)
{
	enum fault f = attendant_prepare(a, &a->http);

	if (f == FAULT_NONE)
		f = attendant_prepare(a, &a->socket);
	if (f != FAULT_NONE)
		return f;
	if (a->http.listener)
		listener_start(a->http.listener);
	if (a->socket.listener)
		listener_start(a->socket.listener);
	timer_set(&a->worker, &a->timer, clock_mono_ms());
	return worker_start(&a->worker);
}

enum fault attendant_start(struct attendant *a, const struct crew *crew, const struct life *life,
    struct held *snapshot, const struct control_acts *acts)
{
	unsigned n;
	struct worker *const *workers = crew_workers(crew, &n);

	if (a == NULL)
		return FAULT_NONE;
	enum fault f = worker_init(&a->worker, n, true);
	if (f == FAULT_NONE) {
		gather_init(&a->gather, workers, n, life, snapshot);
		admin_site_init(&a->site, &a->gather,
		    a->socket.listener ? &a->socket_conf : NULL, acts);
		f = attendant_make_worker(a);
	}
	if (f == FAULT_NONE)
		f = attendant_begin(a);
	if (f != FAULT_NONE)
		log_fault(f, "admin");
	if (f == FAULT_NONE && a->socket.listener)
		access_keep_sessions();
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
	/* What was asked is brought home, here, where nobody runs its loop any more. */
	for (int i = 0; i < ATTENDANT_TURNS && a->site.control.under_way > 0; i++)
		worker_turn(&a->worker, ATTENDANT_TURN);
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
	listener_free(a->http.listener);
	listener_free(a->socket.listener);
	if (a->worker.scratch)
		attendant_free_worker(a);
	if (a->site.control.under_way > 0)
		return;		/* a worker that is held up comes back to it, if ever */
	config_free(a->config);
	free(a);
}
