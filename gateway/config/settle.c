#include "config/settle.h"

#include <string.h>

#include "config/endpoint.h"
#include "config/settle_http.h"

/* Who is trusted may say that it is anybody. */
static void settle_trust(struct read *r, const struct node *trust, const struct config_listener *l)
{
	const struct node *e = trust && trust->kind == NODE_LIST ? trust->first : trust;
	char text[ENDPOINT_NETWORK];

	for (size_t i = 0; e && i < l->trust.n; i++, e = e->next)
		if (strstr(endpoint_network_text(&l->trust.v[i], text), "/0"))
			notice_warning(r->notice, &e->value, "this trusts everybody: any client "
			    "can claim to be any other");
}

void settle_listener(struct read *r, const struct node *node, void *listener)
{
	struct config_listener *l = listener;
	const struct node *mode = node_find(node, "mode");
	const struct node *redirect = node_find(node, "redirect_https");
	bool local = l->n_bind == 0;

	settle_trust(r, node_find(node, "trust"), l);
	for (size_t i = 0; i < l->n_bind; i++)
		local |= l->bind[i].size == 0 || l->bind[i].sa.ss_family == AF_UNIX;
	if (l->accept_proxy && l->trust.n == 0 && !local && !r->broken)
		notice_error(r->notice, &node_find(node, "accept_proxy")->place,
		    "'accept_proxy' needs 'trust', which says whose headers are believed");
	if (mode && !local)
		notice_error(r->notice, &mode->place,
		    "'mode' is for unix sockets, and none is in 'bind'");
	if (redirect && l->redirect && l->tls)
		notice_error(r->notice, &redirect->place,
		    "'redirect_https' is for listeners without 'tls'");
}

void settle_tls(struct read *r, const struct node *node, void *tls)
{
	struct config_tls *t = tls;
	const struct node *max = node_find(node, "max_version");

	if (max && !max->bad && t->max_version && t->min_version > t->max_version)
		notice_error(r->notice, &max->value, "'max_version' is below 'min_version'");
	const struct node *ca = node_find(node, "client_ca");
	const struct node *verify = node_find(node, "client_verify");
	if (verify && t->client_verify != CLIENT_VERIFY_NONE && !ca && !r->broken)
		notice_error(r->notice, &verify->place, "'client_verify' needs 'client_ca'");
	if (ca && t->client_verify == CLIENT_VERIFY_NONE && !r->broken)
		notice_error(r->notice, &ca->place, "'client_ca' is for 'client_verify' "
		    "\"optional\" or \"require\"");
}

static bool settle_applies(const struct schema_group *g, const struct node *said, const void *item)
{
	const struct schema_key *key = schema_find(g, said->name);

	return key == NULL || key->applies == NULL || key->applies(item);
}

/* Either servers, or a map with its key. */
static void settle_map(struct read *r, const struct node *node, const struct config_backend *b)
{
	const struct node *servers = node_find(node, "servers"), *map = node_find(node, "map");
	const struct node *key = node_find(node, "key"), *allow = node_find(node, "allow_targets");
	const struct node *health = node_find(node, "health");

	if (r->broken)
		return;
	if (!servers && !map)
		notice_error(r->notice, &node->place, "backend '%.40s' needs 'servers' or a 'map'",
		    b->name);
	if (servers && map)
		notice_error_at(r->notice, &map->place, &servers->place, "the servers are here",
		    "backend '%.40s' has a 'map' and 'servers': it takes one of them", b->name);
	if (map && !key)
		notice_error(r->notice, &map->place,
		    "a 'map' needs a 'key', such as \"${query.token}\"");
	if (key && !map)
		notice_error(r->notice, &key->place, "'key' goes with 'map'");
	if (allow && !map)
		notice_error(r->notice, &allow->place, "'allow_targets' goes with 'map'");
	if (health && map)
		notice_error(r->notice, &health->place, "'health' is for 'servers'; targets of a "
		    "map that cannot be reached are left alone without it");
}

static void settle_queue(struct read *r, const struct node *node, struct config_backend *b)
{
	const struct node *queue = node_find(node, "queue");
	bool limited = b->max_sessions > 0;

	for (size_t i = 0; i < b->n_servers; i++)
		limited |= b->servers[i].max > 0;
	if (queue == NULL)
		b->queue.length = 0;
	else if (!limited && !r->broken)
		notice_error(r->notice, &queue->place,
		    "a 'queue' needs 'max_sessions', or servers with max=N");
}

static void settle_health(struct read *r, const struct node *node, struct config_backend *b)
{
	const struct node *health = node_find(node, "health");

	if (health == NULL || r->broken)
		return;
	if (b->health.path[0] != '/' || strchr(b->health.path, ' '))
		notice_error(r->notice, &node_find(health, "path")->place,
		    "the 'path' of 'health' begins with '/' and holds no space");
	if (b->health.type == HEALTH_EXPECT && !b->health.expect && !health->bad)
		notice_error(r->notice, &health->place,
		    "'health' with type \"expect\" needs 'expect'");
	if (b->health.type == HEALTH_TLS && b->n_servers &&
	    !config_server_has_tls(b->servers[0].kind))
		notice_error(r->notice, &health->place, "'health' with type \"tls\" is for "
		    "servers that begin with \"tls://\", \"wss://\" or \"https://\"");
}

/* Keys that mean something to servers of one kind only. */
static void settle_server_keys(struct read *r, const struct node *node,
    const struct config_backend *b)
{
	const struct node *preamble = node_find(node, "preamble");

	if (r->broken || (b->n_servers > 0 && b->servers[0].host == NULL))
		return;
	for (const struct node *e = node->first; e; e = e->next)
		if (!settle_applies(&schema_backend, e, b) && strcmp(e->name, "retry_for") != 0)
			notice_error(r->notice, &e->place, "'%s' is for servers that begin with "
			    "\"http://\" or \"https://\"", e->name);
	if (preamble && b->n_servers > 0 && config_server_has_http(b->servers[0].kind))
		notice_error(r->notice, &preamble->place, "'preamble' is not for web servers: what "
		    "they read first is a request");
	if (preamble && b->n_servers > 0 && config_server_has_ws(b->servers[0].kind))
		notice_error(r->notice, &preamble->place, "'preamble' is not for WebSocket "
		    "servers: what they read first is a request");
}

/* A path with a query, as it is to stand in a request. */
static void settle_poll_path(struct read *r, const struct node *poll, const char *key,
    const char *path)
{
	const struct node *said = node_find(poll, key);
	size_t n = path ? strlen(path) : 0;

	if (said == NULL || said->bad || path == NULL)
		return;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)path[i] <= 0x20 || (unsigned char)path[i] >= 0x7f ||
		    path[i] == '#')
			n = 0;
	if (n == 0 || path[0] != '/')
		notice_error(r->notice, &said->value, "'%s' of 'poll' begins with '/', and holds "
		    "neither spaces nor '#' nor what is to be percent-encoded", key);
}

/* What sessions with a server that only answers need. */
static void settle_mode(struct read *r, const struct node *node, const struct config_backend *b)
{
	const struct node *poll = node_find(node, "poll"), *mode = node_find(node, "mode");
	const struct node *retry = node_find(node, "retry_for");

	if (r->broken)
		return;
	if (b->mode == MODE_LONGPOLL && !poll && config_server_has_http(b->servers[0].kind))
		notice_error(r->notice, &mode->place, "mode \"longpoll\" needs 'poll', which says "
		    "where to ask: poll: { path = \"/events\"; send = \"/send\"; };");
	if (b->mode != MODE_LONGPOLL && poll)
		notice_error(r->notice, &poll->place, "'poll' is for mode \"longpoll\"");
	if (b->mode == MODE_PROXY && retry)
		notice_error(r->notice, &retry->place, "'retry_for' is for the modes \"longpoll\" "
		    "and \"ws-over-http\"");
	if (poll && b->mode == MODE_LONGPOLL) {
		settle_poll_path(r, poll, "path", b->poll.path);
		settle_poll_path(r, poll, "send", b->poll.send);
	}
}

void settle_backend(struct read *r, const struct node *node, void *backend)
{
	struct config_backend *b = backend;
	const struct node *tls = node_find(node, "tls");
	struct config_backend_tls *t = &b->tls;

	if (tls && b->n_servers && b->servers[0].host &&
	    !config_server_has_tls(b->servers[0].kind))
		notice_error(r->notice, &tls->place,
		    "'tls' is for servers that begin with \"tls://\", \"wss://\" or "
		    "\"https://\"");
	if (tls && t->key && !t->cert && !r->broken)
		notice_error(r->notice, &tls->place, "a 'key' needs its 'cert'");
	if (t->cert && !t->key)
		t->key = t->cert;
	settle_map(r, node, b);
	settle_queue(r, node, b);
	settle_health(r, node, b);
	settle_mode(r, node, b);
	settle_server_keys(r, node, b);
}

void settle_route_start(struct read *r, void *route)
{
	memcpy(route, &r->route, sizeof(r->route));
}

/* The key in the group that makes the action, and whether there is a second one. */
static const struct schema_key *settle_action(const struct node *group, const struct node *of[2])
{
	const struct schema_key *action = NULL;

	of[0] = of[1] = NULL;
	for (const struct node *e = group ? group->first : NULL; e && !of[1]; e = e->next) {
		const struct schema_key *key = schema_find(&schema_route, e->name);
		if (key == NULL || !(key->flags & SCHEMA_ACTION))
			continue;
		if (action == NULL)
			action = key;
		of[of[0] != NULL] = e;
	}
	return action;
}

/* Keys that go with another action than the route's would be ignored. */
static void settle_stray(struct read *r, const struct config_route *route, const struct node *node)
{
	for (const struct node *e = node->first; e; e = e->next) {
		const struct schema_key *key = schema_find(&schema_route, e->name), *with = NULL;
		if (key == NULL || !(key->flags & SCHEMA_WITH_ACTION) ||
		    key->action == (int)route->action)
			continue;
		for (size_t i = 0; with == NULL; i++)
			if (schema_route.keys[i].flags & SCHEMA_ACTION &&
			    schema_route.keys[i].action == key->action)
				with = &schema_route.keys[i];
		notice_error(r->notice, &e->place, "'%s' goes with '%s', which this route has not",
		    e->name, with->name);
	}
}

static bool settle_needs_whole(enum config_framing framing)
{
	return framing != FRAMING_BINARY && framing != FRAMING_TEXT;
}

static bool settle_has_messages(enum config_framing framing)
{
	return settle_needs_whole(framing) && framing != FRAMING_BASE64;
}

static bool settle_is_text(enum config_framing framing)
{
	return framing == FRAMING_TEXT;
}

static bool settle_is_line(enum config_framing framing)
{
	return framing == FRAMING_LINE || framing == FRAMING_CRLF || framing == FRAMING_NUL;
}

/* Whether any session of the route has such a framing. */
static bool settle_has(const struct config_route *route, bool (*is)(enum config_framing))
{
	bool has = is(route->framing);

	for (size_t i = 0; i < route->subprotocol_framing.n; i++)
		has |= is(route->subprotocol_framing.v[i].framing);
	return has;
}

static bool settle_speaks(const struct config_route *route, const char *subprotocol)
{
	for (size_t i = 0; i < route->subprotocols.n; i++)
		if (strcmp(route->subprotocols.v[i], subprotocol) == 0)
			return true;
	return false;
}

/* The key's place, or the route's when it is the defaults that say it. */
static const struct mark *settle_place(const struct node *route, const char *key)
{
	const struct node *said = node_find(route, key);

	return said ? &said->value : &route->place;
}

/* Whether any of the backend's bytes are sent as text that might be none. */
static bool settle_sends_text(const struct config_route *route)
{
	switch (route->message_type) {
	case MESSAGE_TEXT:
		return settle_has(route, settle_is_text) || settle_has(route, settle_has_messages);
	case MESSAGE_BINARY:
		return settle_has(route, settle_is_text);
	default:
		return settle_has(route, settle_is_text) || settle_has(route, settle_is_line);
	}
}

static void settle_subprotocol(struct read *r, const struct node *node,
    const struct config_route *route, size_t i)
{
	const struct config_subprotocol_framings *list = &route->subprotocol_framing;
	const struct mark *place = settle_place(node, "subprotocol_framing");
	const char *name = list->v[i].subprotocol;

	if (name && !settle_speaks(route, name))
		notice_error(r->notice, place, "'subprotocol_framing' has \"%.40s\", which is "
		    "not in 'subprotocols'", name);
	for (size_t before = 0; name && before < i; before++)
		if (list->v[before].subprotocol && strcmp(list->v[before].subprotocol, name) == 0) {
			notice_error(r->notice, place, "'subprotocol_framing' has \"%.40s\" "
			    "twice", name);
			return;
		}
}

static void settle_framings(struct read *r, const struct node *node,
    const struct config_route *route)
{
	const struct node *type = node_find(node, "message_type");
	const struct node *invalid = node_find(node, "invalid");

	for (size_t i = 0; i < route->subprotocol_framing.n; i++)
		settle_subprotocol(r, node, route, i);
	if (route->max_message == 0 && settle_has(route, settle_needs_whole))
		notice_error(r->notice, settle_place(node, "max_message"),
		    "the framing of route '%.40s' needs whole messages, so it needs a "
		    "'max_message'", node->name);
	if (type && !settle_has(route, settle_has_messages))
		notice_error(r->notice, &type->place,
		    "'message_type' is for framings that have messages, such as \"line\"");
	if (invalid && route->invalid == INVALID_REPLACE && !settle_sends_text(route))
		notice_error(r->notice, &invalid->place,
		    "'invalid' is for what is sent as text, and this route sends binary");
}

/* What such a server says is collected. */
static void settle_answers_whole(struct read *r, const struct node *node,
    const struct config_route *route)
{
	const struct config_backend *b = route->backend;

	if (b && b->mode != MODE_PROXY && route->max_message == 0)
		notice_error(r->notice, settle_place(node, "max_message"),
		    "backend '%.40s' answers with whole messages, so route '%.40s' needs a "
		    "'max_message'", b->name, node->name);
	if (b && b->mode == MODE_LONGPOLL && (route->rewrite.path || route->rewrite.strip))
		notice_error(r->notice, settle_place(node, "rewrite"), "'poll' of backend '%.40s' "
		    "says which paths are asked: 'path' and 'strip' of 'rewrite' do nothing",
		    b->name);
}

static enum config_server_kind settle_servers(const struct config_route *route)
{
	const struct config_backend *b = route->backend;

	return b && b->n_servers > 0 ? b->servers[0].kind : SERVER_TCP;
}

/* Does anything become bytes there? */
static bool settle_frames(const struct config_route *route)
{
	enum config_server_kind kind = settle_servers(route);

	return !config_server_has_http(kind) && !config_server_has_ws(kind);
}

/*
 * What is about messages means nothing where nobody looks into them, and what is about bytes
 * nothing to who knows messages.
 */
static void settle_messages(struct read *r, const struct node *node,
    const struct config_route *route)
{
	for (const struct node *e = node->first; e; e = e->next) {
		if (settle_applies(&schema_route, e, route))
			continue;
		if (!config_backend_is_proxied(route->backend))
			notice_error(r->notice, &e->place, "'%s' is for backends that know only "
			    "bytes, and '%.40s' is of %s servers, who get messages as they "
			    "are", e->name, route->backend->name,
			    config_server_has_ws(settle_servers(route)) ? "WebSocket" : "web");
		else
			notice_error(r->notice, &e->place, "'%s' is about messages, and backend "
			    "'%.40s' is of web servers, whose WebSockets pass as they are",
			    e->name, route->backend->name);
	}
}

static bool settle_exchanges_messages(const struct config_route *route)
{
	return route->action == ACTION_BACKEND ? !config_server_has_http(settle_servers(route))
	    : route->action == ACTION_SERVICE && route->service != SERVICE_HEALTH;
}

/* Sessions of plain requests are below a path, and hold messages as a whole. */
static void settle_fallback(struct read *r, const struct node *node,
    const struct config_route *route)
{
	if (!config_route_has(route, CONFIG_FALLBACK))
		return;
	if (route->path_kind == PATH_EXACT || route->path_kind == PATH_REGEX)
		notice_error(r->notice, settle_place(node, "path"), "transports other than "
		    "\"websocket\" use paths below the route's: its 'path' is a prefix, such as "
		    "\"/x\"");
	if (route->max_message == 0)
		notice_error(r->notice, settle_place(node, "max_message"), "transports other than "
		    "\"websocket\" need whole messages, so route '%.40s' needs a 'max_message'",
		    route->name);
}

/* What the defaults say is for routes that exchange messages. */
static void settle_transports(struct read *r, const struct node *node,
    const struct config_route *route)
{
	const struct node *said = node_find(node, "transports");

	if (settle_exchanges_messages(route))
		settle_fallback(r, node, route);
	else if (said && config_route_has(route, CONFIG_FALLBACK) &&
	    route->action != ACTION_BACKEND)
		notice_error(r->notice, &said->place, "'transports' is for routes that exchange "
		    "messages, which '%.40s' does not", route->name);
}

void settle_route(struct read *r, const struct node *node, void *item)
{
	struct config_route *route = item;
	const struct node *of[2];
	const struct schema_key *action = settle_action(node, of);

	if (action == NULL)
		action = settle_action(r->defaults, of);
	if (action == NULL) {
		if (!r->broken)
			notice_error(r->notice, &node->place,
			    "route '%.40s' does nothing: it needs "
			    "'backend', 'static', 'redirect', 'respond' or 'service'", node->name);
		return;
	}
	if (of[1])
		notice_error_at(r->notice, &of[1]->place, &of[0]->place, "the other one is here",
		    "route '%.40s' has two actions, '%s' and '%s'", node->name, of[0]->name,
		    of[1]->name);
	route->action = (enum config_action)action->action;
	route->status = route->action == ACTION_REDIRECT ? route->redirect_status
	    : route->respond_status;
	if (of[1] == NULL && !r->broken)
		settle_stray(r, route, node);
	if (route->action == ACTION_REDIRECT && !r->broken)
		settle_template(r, route, route->redirect, of[0], true);
	if (route->action == ACTION_BACKEND && !r->broken)
		settle_messages(r, node, route);
	if (route->action == ACTION_BACKEND && !r->broken)
		settle_answers_whole(r, node, route);
	if (route->action == ACTION_BACKEND && !r->broken && settle_frames(route))
		settle_framings(r, node, route);
	if (route->action == ACTION_RESPOND && !r->broken)
		settle_respond(r, node, route);
	if (!r->broken)
		settle_transports(r, node, route);
	settle_rewrite(r, node, route);
	settle_cors(r, node, route);
}
