#include "route/snapshot.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "back/back_close.h"
#include "back/back_echo.h"
#include "back/back_events.h"
#include "back/back_poll.h"
#include "back/back_stream.h"
#include "back/back_ws.h"
#include "base/log.h"
#include "config/config_diff.h"
#include "framing/framing.h"
#include "front/front_ws.h"
#include "report/series.h"
#include "route/pattern.h"
#include "route/route_use.h"
#include "serve/serve_files.h"
#include "serve/serve_health.h"
#include "serve/serve_proxy.h"
#include "serve/serve_redirect.h"
#include "serve/serve_respond.h"
#include "upstream/backend.h"

/* Who answers on a route, and who stands behind it. */
struct snapshot_action {
	const struct handler	*handler;
	const struct back_kind	*back;		/* message routes only */
};

static const struct snapshot_action snapshot_actions[] = {
	[ACTION_STATIC] = {&serve_files_handler, NULL},
	[ACTION_REDIRECT] = {&serve_redirect_handler, NULL},
	[ACTION_RESPOND] = {&serve_respond_handler, NULL},
};

/* Of ACTION_BACKEND, by the kind of its servers; a map's are SERVER_TCP. */
static const struct snapshot_action snapshot_servers[] = {
	[SERVER_TCP] = {&front_ws_handler, &back_stream_kind},
	[SERVER_TLS] = {&front_ws_handler, &back_stream_kind},
	[SERVER_UNIX] = {&front_ws_handler, &back_stream_kind},
	[SERVER_WS] = {&front_ws_handler, &back_ws_kind},
	[SERVER_WSS] = {&front_ws_handler, &back_ws_kind},
	[SERVER_HTTP] = {&serve_proxy_handler, NULL},
	[SERVER_HTTPS] = {&serve_proxy_handler, NULL},
};

/* Of those, where the gateway asks on its own. */
static const struct snapshot_action snapshot_modes[] = {
	[MODE_LONGPOLL] = {&front_ws_handler, &back_poll_kind},
	[MODE_WS_OVER_HTTP] = {&front_ws_handler, &back_events_kind},
};

static const struct snapshot_action snapshot_services[] = {
	[SERVICE_ECHO] = {&front_ws_handler, &back_echo_kind},
	[SERVICE_CLOSE] = {&front_ws_handler, &back_close_kind},
	[SERVICE_HEALTH] = {&serve_health_handler, NULL},
};

static _Atomic unsigned snapshot_living;

static void snapshot_free_route(struct route *);

static void snapshot_free(struct held *h)
{
	struct snapshot *s = LIST_OWNER(h, struct snapshot, held);

	for (size_t i = 0; s->routes && i < s->n_routes; i++)
		snapshot_free_route(&s->routes[i]);
	snapshot_free_route(&s->unrouted);
	for (size_t i = 0; s->backends && i < s->config->n_backends; i++)
		backend_put(s->backends[i]);
	for (size_t i = 0; s->listeners && i < s->config->n_listeners; i++)
		series_put(s->listeners[i].counts);
	for (size_t i = 0; i < s->n_tls; i++)
		tls_ctx_free(s->tls[i].ctx);
	free(s->routes);
	free(s->backends);
	free(s->listeners);
	free(s->tls);
	config_free(s->config);
	free(s);
	atomic_fetch_sub_explicit(&snapshot_living, 1, memory_order_relaxed);
}

/* The context of a profile, which listeners share. */
static enum fault snapshot_add_tls(struct snapshot *s, const struct config_tls *conf,
    struct tls_ctx **ctx)
{
	for (size_t i = 0; i < s->n_tls; i++)
		if (s->tls[i].conf == conf) {
			*ctx = s->tls[i].ctx;
			return FAULT_NONE;
		}
	enum fault f = tls_ctx_server(conf, ctx);
	if (f == FAULT_NONE)
		s->tls[s->n_tls++] = (struct snapshot_tls){conf, *ctx};
	return f;
}

static enum fault snapshot_count(const struct snapshot *s, enum series_kind kind, const char *name,
    struct series **made)
{
	*made = series_get(kind, name, s->config->workers);
	return *made ? FAULT_NONE : FAULT_NO_MEMORY;
}

/* Profiles that no listener uses are made too, so that what is wrong with them is known. */
static enum fault snapshot_make_listeners(struct snapshot *s)
{
	const struct config *c = s->config;
	struct tls_ctx *unused;
	enum fault f = FAULT_NONE;

	s->tls = calloc(c->n_tls + c->n_listeners + 1, sizeof(*s->tls));
	s->listeners = calloc(c->n_listeners + 1, sizeof(*s->listeners));
	if (s->tls == NULL || s->listeners == NULL)
		return FAULT_NO_MEMORY;
	for (size_t i = 0; i < c->n_tls && f == FAULT_NONE; i++)
		f = snapshot_add_tls(s, &c->tls[i], &unused);
	for (size_t i = 0; i < c->n_listeners && f == FAULT_NONE; i++) {
		s->listeners[i].conf = &c->listeners[i];
		s->listeners[i].limits = &c->limits;
		f = snapshot_count(s, SERIES_LISTENER, c->listeners[i].name,
		    &s->listeners[i].counts);
		if (f == FAULT_NONE && c->listeners[i].tls)
			f = snapshot_add_tls(s, c->listeners[i].tls, &s->listeners[i].tls);
	}
	return f;
}

static const struct backend *snapshot_find_backend(const struct snapshot *s, const char *name)
{
	for (size_t i = 0; s && i < s->config->n_backends; i++)
		if (strcmp(s->config->backends[i].name, name) == 0)
			return s->backends[i];
	return NULL;
}

static enum fault snapshot_make_backends(struct snapshot *s, const struct snapshot *before)
{
	const struct config *c = s->config;
	enum fault f = FAULT_NONE;

	s->backends = calloc(c->n_backends + 1, sizeof(struct backend *));
	if (s->backends == NULL)
		return FAULT_NO_MEMORY;
	for (size_t i = 0; i < c->n_backends && f == FAULT_NONE; i++)
		f = backend_new(&c->backends[i], &s->config->held,
		    snapshot_find_backend(before, c->backends[i].name), c->workers,
		    &s->backends[i]);
	return f;
}

static struct framing snapshot_framing(const struct config_route *conf, enum config_framing which)
{
	const struct framer *framer = framing_table[which];
	enum msg_kind kind = framer->kind;

	if (framer->messages && conf->message_type != MESSAGE_BY_FRAMING)
		kind = conf->message_type == MESSAGE_TEXT ? MSG_TEXT : MSG_BINARY;
	return (struct framing){framer, conf->max_message, FRAMER_HOLD, kind,
	    conf->invalid == INVALID_REPLACE};
}

static enum fault snapshot_make_framings(const struct config_route *conf, struct route *r)
{
	const struct config_subprotocol_framings *list = &conf->subprotocol_framing;

	r->framing = snapshot_framing(conf, conf->framing);
	r->framings = calloc(list->n + 1, sizeof(*r->framings));
	for (size_t i = 0; r->framings && i < list->n; i++)
		r->framings[i] = snapshot_framing(conf, list->v[i].framing);
	return r->framings ? FAULT_NONE : FAULT_NO_MEMORY;
}

static enum fault snapshot_make_files(struct route *r)
{
	r->files = calloc(1, sizeof(*r->files));
	return r->files ? FAULT_NONE : FAULT_NO_MEMORY;
}

static void snapshot_free_route(struct route *r)
{
	series_put(r->counts);
	pattern_free(r->pattern);
	amend_free(r->amend);
	free(r->framings);
	free(r->files);
	route_use_put(r->use);
}

static const struct snapshot_action *snapshot_action_of(const struct config_route *conf)
{
	if (conf->action == ACTION_SERVICE)
		return &snapshot_services[conf->service];
	if (conf->action != ACTION_BACKEND)
		return &snapshot_actions[conf->action];
	if (conf->backend->mode != MODE_PROXY)
		return &snapshot_modes[conf->backend->mode];
	return &snapshot_servers[conf->backend->n_servers ? conf->backend->servers[0].kind
	    : SERVER_TCP];
}

const struct route *snapshot_find_route(const struct snapshot *s, const char *name)
{
	for (size_t i = 0; s && i < s->n_routes; i++)
		if (strcmp(s->config->routes[i].name, name) == 0)
			return &s->routes[i];
	return NULL;
}

static enum fault snapshot_make_route(struct snapshot *s, const struct snapshot *before,
    const struct config_route *conf, struct route *r)
{
	const struct snapshot_action *action = snapshot_action_of(conf);
	const struct route *old = snapshot_find_route(before, conf->name);
	char words[PATTERN_WORDS];

	r->conf = conf;
	r->handler = action->handler;
	r->back = action->back;
	if (conf->action == ACTION_BACKEND && s->backends)
		r->backend = s->backends[conf->backend - s->config->backends];
	enum fault f = snapshot_count(s, SERIES_ROUTE, conf->name, &r->counts);
	if (f == FAULT_NONE)
		f = snapshot_make_framings(conf, r);
	if (f == FAULT_NONE)
		f = route_use_new(conf, old ? old->use : NULL, &r->use);
	if (old)
		r->version = old->version + !config_diff_same_route(old->conf, conf);
	if (f == FAULT_NONE && conf->action == ACTION_STATIC)
		f = snapshot_make_files(r);
	if (f == FAULT_NONE)
		f = amend_new(conf, r->back != NULL, &r->amend);
	if (f != FAULT_NONE || conf->path_kind != PATH_REGEX)
		return f;
	r->pattern = pattern_new(conf->path, words);
	if (r->pattern)
		return FAULT_NONE;
	if (words[0] == '\0')
		return FAULT_NO_MEMORY;
	log_line(LOG_LEVEL_ERROR, "%s:%u: error: route %s: path \"~%s\": %s", conf->place.file,
	    conf->place.line, conf->name, conf->path, words);
	return FAULT_SYSTEM;
}

static enum fault snapshot_make_routes(struct snapshot *s, const struct snapshot *before)
{
	const struct config *c = s->config;

	s->routes = calloc(c->n_routes + 1, sizeof(*s->routes));
	if (s->routes == NULL)
		return FAULT_NO_MEMORY;
	s->n_routes = c->n_routes;
	s->unrouted = (struct route){.conf = &c->unrouted, .handler = &front_ws_handler};
	enum fault f = snapshot_count(s, SERIES_ROUTE, "-", &s->unrouted.counts);
	if (f == FAULT_NONE)
		f = amend_new(&c->unrouted, true, &s->unrouted.amend);
	for (size_t i = 0; i < c->n_routes && f == FAULT_NONE; i++)
		f = snapshot_make_route(s, before, &c->routes[i], &s->routes[i]);
	return f;
}

static enum fault snapshot_make_all(struct snapshot *s, const struct snapshot *before)
{
	enum fault f = snapshot_make_listeners(s);

	if (f == FAULT_NONE)
		f = snapshot_make_backends(s, before);
	if (f == FAULT_NONE)
		f = snapshot_make_routes(s, before);
	return f;
}

static enum fault snapshot_make(struct config *config,
    enum fault (*make)(struct snapshot *, const struct snapshot *),
    const struct snapshot *before, struct snapshot **made)
{
	struct snapshot *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		config_free(config);
		log_fault(FAULT_NO_MEMORY, "configuration");
		return FAULT_NO_MEMORY;
	}
	held_init(&s->held, snapshot_free);
	s->config = config;
	atomic_fetch_add_explicit(&snapshot_living, 1, memory_order_relaxed);
	enum fault f = make(s, before);
	if (f == FAULT_NO_MEMORY)
		log_fault(f, "configuration");
	if (f != FAULT_NONE)
		held_put(&s->held);
	else
		*made = s;
	return f;
}

enum fault snapshot_new(struct config *config, const struct snapshot *before,
    struct snapshot **made)
{
	return snapshot_make(config, snapshot_make_all, before, made);
}

enum fault snapshot_sketch(struct config *config, struct snapshot **made)
{
	return snapshot_make(config, snapshot_make_routes, NULL, made);
}

/* From now on sessions of before can tell that their route is another, or gone. */
static void snapshot_enter_routes(struct snapshot *s, const struct snapshot *before)
{
	for (size_t i = 0; before && i < before->n_routes; i++)
		atomic_store(&before->routes[i].use->version, before->routes[i].version + 1);
	for (size_t i = 0; i < s->n_routes; i++)
		atomic_store(&s->routes[i].use->version, s->routes[i].version);
}

enum fault snapshot_enter(struct snapshot *s, const struct snapshot *before, struct worker *keeper)
{
	enum fault worst = FAULT_NONE;

	snapshot_enter_routes(s, before);
	for (size_t i = 0; i < s->config->n_backends; i++) {
		enum fault f = backend_enter(s->backends[i], keeper);
		worst = f == FAULT_NONE ? worst : f;
	}
	if (before)
		snapshot_retire(before);
	return worst;
}

void snapshot_retire(const struct snapshot *s)
{
	for (size_t i = 0; i < s->config->n_backends; i++)
		backend_retire(s->backends[i]);
}

unsigned snapshot_alive(void)
{
	return atomic_load_explicit(&snapshot_living, memory_order_relaxed);
}
