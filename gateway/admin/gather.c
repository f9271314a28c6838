#include "admin/gather.h"

#include <string.h>

#include "admin/process_facts.h"
#include "net/tls_certificate.h"
#include "report/series.h"
#include "route/snapshot.h"
#include "upstream/backend.h"

/* One walk over what is there: the numbers, and where they come from. */
struct gather_walk {
	struct numbers		*numbers;
	const struct snapshot	*snapshot;
	size_t			 room;		/* of the array that is filled */
	bool			 failed;	/* out of memory */
};

void gather_init(struct gather *g, struct worker *const *workers, unsigned n,
    const struct life *life, struct held *snapshot)
{
	*g = (struct gather){.workers = workers, .n_workers = n, .life = life,
	    .snapshot = held_get(snapshot)};
	pthread_mutex_init(&g->lock, NULL);
}

void gather_fini(struct gather *g)
{
	held_put(g->snapshot);
	pthread_mutex_destroy(&g->lock);
}

void gather_renew(struct gather *g, struct held *snapshot)
{
	pthread_mutex_lock(&g->lock);
	struct held *before = g->snapshot;
	g->snapshot = held_get(snapshot);
	pthread_mutex_unlock(&g->lock);
	held_put(before);
}

struct held *gather_snapshot(struct gather *g)
{
	pthread_mutex_lock(&g->lock);
	struct held *snapshot = held_get(g->snapshot);
	pthread_mutex_unlock(&g->lock);
	return snapshot;
}

static void *gather_alloc(struct gather_walk *walk, size_t n, size_t size)
{
	void *p = arena_alloc(walk->numbers->arena, n * size + 1);

	walk->failed |= p == NULL;
	walk->room = p ? n : 0;
	return p;
}

static const char *gather_text(struct gather_walk *walk, const char *text)
{
	struct slice copy = arena_copy(walk->numbers->arena, slice_of(text));

	walk->failed |= copy.p == NULL;
	return copy.p ? copy.p : "";
}

static void gather_count(void *n, const struct series *s)
{
	(void)s;
	++*(size_t *)n;
}

static size_t gather_how_many(enum series_kind kind)
{
	size_t n = 0;

	series_each(kind, gather_count, &n);
	return n;
}

/* Transports in words of the configuration are fewer than those that are counted. */
static unsigned gather_transports(const struct config_route *conf)
{
	unsigned bits = 0;

	if (config_route_has(conf, 1u << TRANSPORT_WEBSOCKET))
		bits |= 1u << COUNTS_WEBSOCKET;
	if (config_route_has(conf, 1u << TRANSPORT_SSE))
		bits |= 1u << COUNTS_SSE;
	if (config_route_has(conf, CONFIG_PLAIN))
		bits |= 1u << COUNTS_LONGPOLL;
	if (config_route_has(conf, 1u << TRANSPORT_SOCKJS))
		bits |= ((1u << COUNTS_TRANSPORTS) - 1) & ~((1u << COUNTS_SOCKJS_WEBSOCKET) - 1);
	return bits;
}

static const struct route *gather_find_route(const struct snapshot *s, const struct series *series)
{
	if (s->unrouted.counts == series)
		return &s->unrouted;
	for (size_t i = 0; i < s->n_routes; i++)
		if (s->routes[i].counts == series)
			return &s->routes[i];
	return NULL;
}

static void gather_route_block(struct numbers_route *r, const struct counts_route *c)
{
	for (unsigned i = 0; i < COUNTS_WAYS; i++) {
		r->traffic[i].bytes += STATS_GET(c->traffic[i].bytes);
		r->traffic[i].messages += STATS_GET(c->traffic[i].messages);
		r->held[i] += STATS_GET(c->held[i]);
		r->held_ms[i] += STATS_GET(c->held_ms[i]);
	}
	for (unsigned i = 0; i < COUNTS_TRANSPORTS; i++) {
		r->sessions[i] += STATS_GET(c->sessions[i]);
		r->sessions_total[i] += STATS_GET(c->sessions_total[i]);
	}
	coded_gather(&c->handshakes, &r->handshakes);
	coded_gather(&c->closes, &r->closes);
	coded_gather(&c->requests, &r->requests);
}

static void gather_route(void *arg, const struct series *s)
{
	struct gather_walk *walk = arg;
	struct numbers *n = walk->numbers;
	const struct route *route = gather_find_route(walk->snapshot, s);

	if (n->n_routes == walk->room)
		return;		/* it came just now */
	struct numbers_route *r = &n->routes[n->n_routes++];
	r->name = gather_text(walk, s->name);
	r->backend = "";
	r->gone = route == NULL;
	r->exchanges_messages = route == NULL || route->back;
	if (route && route->back)
		r->transports = gather_transports(route->conf);
	if (route && route->backend)
		r->backend = gather_text(walk, route->conf->backend->name);
	for (unsigned i = 0; i < s->n; i++)
		gather_route_block(r, series_block(s, i));
}

static bool gather_has_tls(const struct snapshot *s, const struct series *series)
{
	for (size_t i = 0; i < s->config->n_listeners; i++)
		if (s->listeners[i].counts == series)
			return s->listeners[i].tls != NULL;
	return false;
}

static void gather_listener(void *arg, const struct series *s)
{
	struct gather_walk *walk = arg;
	struct numbers *n = walk->numbers;

	if (n->n_listeners == walk->room)
		return;
	struct numbers_listener *l = &n->listeners[n->n_listeners++];
	l->name = gather_text(walk, s->name);
	l->tls = gather_has_tls(walk->snapshot, s);
	for (unsigned i = 0; i < s->n; i++) {
		const struct counts_listener *c = series_block(s, i);
		l->connections += STATS_GET(c->connections);
		l->connections_total += STATS_GET(c->connections_total);
		histogram_gather(&c->handshakes, &l->handshakes);
	}
}

static void gather_servers(struct gather_walk *walk, struct backend *b,
    struct numbers_backend *to)
{
	size_t n = b->conf->n_servers;
	struct backend_server *servers = gather_alloc(walk, n, sizeof(*servers));

	to->servers = gather_alloc(walk, n, sizeof(*to->servers));
	if (servers == NULL || to->servers == NULL)
		return;
	to->n_servers = n;
	to->waiting = backend_look(b, servers);
	for (size_t i = 0; i < n; i++)
		to->servers[i] = (struct numbers_server){
		    gather_text(walk, b->conf->servers[i].text), servers[i].up,
		    servers[i].draining, servers[i].sessions};
}

static void gather_backend(struct gather_walk *walk, struct backend *b, struct numbers_backend *to)
{
	to->name = gather_text(walk, b->conf->name);
	for (unsigned i = 0; i < b->counts->n; i++) {
		const struct counts_backend *c = series_block(b->counts, i);
		histogram_gather(&c->dials, &to->dials);
	}
	gather_servers(walk, b, to);
}

static void gather_backends(struct gather_walk *walk)
{
	struct numbers *n = walk->numbers;
	size_t many = walk->snapshot->config->n_backends;

	n->backends = gather_alloc(walk, many, sizeof(*n->backends));
	if (n->backends == NULL)
		return;
	n->n_backends = many;
	for (size_t i = 0; i < many; i++)
		gather_backend(walk, walk->snapshot->backends[i], &n->backends[i]);
}

/* Of several for one name, such as one for each kind of key, the one that expires first. */
static void gather_certificate(struct gather_walk *walk, const char *profile, X509 *x)
{
	struct numbers *n = walk->numbers;
	int64_t expires = tls_certificate_expires(x);
	struct buffer subject = {0};

	tls_certificate_subject(x, &subject);
	buffer_add(&subject, (struct slice){"", 1});
	const char *text = gather_text(walk, subject.failed ? "" : (const char *)subject.p);
	buffer_clear(&subject);
	for (size_t i = 0; i < n->n_certificates; i++) {
		struct numbers_certificate *c = &n->certificates[i];
		if (c->profile != profile || strcmp(c->subject, text) != 0)
			continue;
		c->expires = expires < c->expires ? expires : c->expires;
		return;
	}
	n->certificates[n->n_certificates++] = (struct numbers_certificate){profile, text, expires};
}

static size_t gather_how_many_certificates(const struct snapshot *s)
{
	size_t many = 0;

	for (size_t i = 0; i < s->n_tls; i++)
		many += tls_ctx_certificates(s->tls[i].ctx);
	return many;
}

static void gather_certificates(struct gather_walk *walk)
{
	struct numbers *n = walk->numbers;
	const struct snapshot *s = walk->snapshot;

	n->certificates = gather_alloc(walk, gather_how_many_certificates(s),
	    sizeof(*n->certificates));
	for (size_t i = 0; i < s->n_tls && n->certificates; i++) {
		const char *profile = gather_text(walk, s->tls[i].conf->name);
		for (size_t k = 0; k < tls_ctx_certificates(s->tls[i].ctx); k++) {
			X509 *x = tls_ctx_certificate(s->tls[i].ctx, k);
			if (x)
				gather_certificate(walk, profile, x);
			X509_free(x);
		}
	}
}

static void gather_totals(struct numbers_totals *to, const struct stats *from)
{
#define COUNTER(name, text) to->name += STATS_GET(from->name);
#define GAUGE(name, text) to->name += STATS_GET(from->name);
#include "base/stats.def"
#undef COUNTER
#undef GAUGE
	for (unsigned i = 0; i < FAULT_COUNT; i++)
		to->refusals[i] += STATS_GET(from->refusals[i]);
}

static void gather_workers(struct gather_walk *walk, const struct gather *g)
{
	struct numbers *n = walk->numbers;

	n->workers = gather_alloc(walk, g->n_workers, sizeof(*n->workers));
	if (n->workers == NULL)
		return;
	n->n_workers = g->n_workers;
	for (unsigned i = 0; i < g->n_workers; i++) {
		const struct worker *w = g->workers[i];
		n->workers[i].connections = STATS_GET(w->stats.connections);
		n->workers[i].sessions = STATS_GET(w->stats.sessions);
		n->workers[i].cpu = clock_thread_us(w->thread);
		gather_totals(&n->totals, &w->stats);
	}
}

static void gather_life(struct numbers *n, const struct life *life)
{
	n->now = clock_wall_ms();
	n->started = life->started;
	n->ready = life_is_ready(life);
	n->leaving = life->leaving;
	n->held_up = life->held_up;
	n->reload_failed = life->reload_failed;
	n->reload_time = life->reload_time;
	n->reloads = life->reloads;
	n->reload_failures = life->reload_failures;
}

static void gather_series(struct gather_walk *walk)
{
	struct numbers *n = walk->numbers;

	n->routes = gather_alloc(walk, gather_how_many(SERIES_ROUTE), sizeof(*n->routes));
	series_each(SERIES_ROUTE, gather_route, walk);
	n->listeners = gather_alloc(walk, gather_how_many(SERIES_LISTENER), sizeof(*n->listeners));
	series_each(SERIES_LISTENER, gather_listener, walk);
}

enum fault gather_numbers(struct gather *g, struct arena *arena, struct numbers *n)
{
	struct held *held = gather_snapshot(g);
	struct gather_walk walk = {.numbers = n,
	    .snapshot = LIST_OWNER(held, struct snapshot, held)};

	memset(n, 0, sizeof(*n));
	n->arena = arena;
	gather_life(n, g->life);
	gather_workers(&walk, g);
	gather_series(&walk);
	gather_backends(&walk);
	gather_certificates(&walk);
	process_facts(&n->process);
	held_put(held);
	return walk.failed ? FAULT_NO_MEMORY : FAULT_NONE;
}

static void gather_traffic(void *arg, const struct series *s)
{
	struct numbers_moment *m = arg;

	for (unsigned i = 0; i < s->n; i++) {
		const struct counts_route *c = series_block(s, i);
		for (unsigned way = 0; way < COUNTS_WAYS; way++) {
			m->traffic[way].bytes += STATS_GET(c->traffic[way].bytes);
			m->traffic[way].messages += STATS_GET(c->traffic[way].messages);
		}
	}
}

void gather_moment(const struct gather *g, struct numbers_moment *m)
{
	*m = (struct numbers_moment){.time = clock_wall_ms()};
	for (unsigned i = 0; i < g->n_workers; i++) {
		const struct stats *stats = &g->workers[i]->stats;
		m->sessions += STATS_GET(stats->sessions);
		m->connections += STATS_GET(stats->connections);
		for (unsigned f = 0; f < FAULT_COUNT; f++)
			m->refusals += STATS_GET(stats->refusals[f]);
	}
	series_each(SERIES_ROUTE, gather_traffic, m);
}
