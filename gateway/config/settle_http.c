#include "config/settle_http.h"

#include <string.h>

#include "config/match.h"
#include "config/template.h"

/* Each ${path.NAME} must be a capture of the path's pattern, or it would always be empty. */
static void settle_captures(struct read *r, const struct config_route *route,
    const struct template *t, const struct node *said)
{
	for (size_t i = 0; i < t->n; i++) {
		struct slice name = t->segments[i].text;
		if (t->segments[i].variable != TEMPLATE_PATH_NAME ||
		    (route->path_kind == PATH_REGEX && match_has_capture(route->path, name)))
			continue;
		struct mark m = node_within(said, (size_t)(name.p - t->text), name.n);
		notice_error(r->notice, &m, "'path' has no capture of this name: (?<%.*s>...)",
		    name.n > 40 ? 40 : (int)name.n, name.p);
	}
}

static bool settle_is_url(unsigned char c)
{
	return c > 0x20 && c < 0x7f && strchr("\"<>\\", c) == NULL;
}

static void settle_url(struct read *r, const struct template *t, const struct node *said)
{
	for (size_t i = 0; i < t->n; i++) {
		struct slice text = t->segments[i].text;
		for (size_t k = 0; t->segments[i].variable == TEMPLATE_LITERAL && k < text.n; k++) {
			if (settle_is_url((unsigned char)text.p[k]))
				continue;
			struct mark m = node_within(said, (size_t)(text.p + k - t->text), 1);
			notice_error(r->notice, &m, "in a URL this is percent-encoded: %%%02X",
			    (unsigned char)text.p[k]);
			return;
		}
	}
}

void settle_template(struct read *r, const struct config_route *route, const struct template *t,
    const struct node *said, bool url)
{
	if (t == NULL || said == NULL || r->broken)
		return;
	settle_captures(r, route, t, said);
	if (url)
		settle_url(r, t, said);
}

/* Where a key of a group of the route was said: there, or in the defaults. NULL: nowhere. */
static const struct node *settle_said(const struct read *r, const struct node *route,
    const char *group, const char *key)
{
	const struct node *in = node_find(route, group);
	const struct node *said = in && in->kind == NODE_GROUP ? node_find(in, key) : NULL;

	if (said == NULL && r->defaults) {
		in = node_find(r->defaults, group);
		said = in && in->kind == NODE_GROUP ? node_find(in, key) : NULL;
	}
	return said;
}

/* Does a request go to what stands behind? Backends that only know bytes get none. */
static bool settle_has_requests(const struct config_route *route)
{
	const struct config_backend *b = route->backend;

	return route->action == ACTION_BACKEND && b && b->n_servers > 0 &&
	    b->servers[0].kind >= SERVER_WS;
}

/* What a template makes must be a path, whatever its values are. */
static void settle_path(struct read *r, const struct config_route *route, const struct node *said)
{
	const struct template *t = route->rewrite.path;
	const struct template_segment *first = t ? t->segments : NULL;

	if (t == NULL || said == NULL)
		return;
	const char *why = NULL, *mark = strchr(t->text, '?');
	bool fixed = t->n == 1 && first->variable == TEMPLATE_LITERAL;
	if (fixed)
		why = match_path((struct slice){t->text, mark ? (size_t)(mark - t->text)
		    : strlen(t->text)});
	if (strchr(t->text, '#'))
		why = "without a fragment: no server sees one";
	if (why == NULL)
		settle_template(r, route, t, said, true);
	if (!fixed && first->variable != TEMPLATE_PATH &&
	    (first->variable != TEMPLATE_LITERAL || first->text.p[0] != '/'))
		notice_error(r->notice, &said->value,
		    "'path' of 'rewrite' begins with '/' or with ${path}");
	if (why)
		notice_error(r->notice, &said->value, "this is no path for a backend: %s", why);
}

static bool settle_is_below(const char *path, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(path, prefix, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

/* A prefix that no path of this route begins with. */
static void settle_strip(struct read *r, const struct config_route *route, const struct node *node)
{
	const struct node *said = settle_said(r, node, "rewrite", "strip");
	const char *strip = route->rewrite.strip;

	if (strip == NULL || said == NULL)
		return;
	if (route->rewrite.path)
		notice_error_at(r->notice, &said->place,
		    &settle_said(r, node, "rewrite", "path")->place, "the path is here",
		    "'strip' does nothing beside 'path', which makes a path of its own");
	if ((route->path_kind == PATH_EXACT && !settle_is_below(route->path, strip)) ||
	    (route->path_kind == PATH_PREFIX && !settle_is_below(route->path, strip) &&
	    strncmp(strip, route->path, strlen(route->path)) != 0))
		notice_error(r->notice, &said->value,
		    "no path of route '%.40s' begins with this: its 'path' is \"%.80s\"",
		    route->name, route->path);
}

static const char *const settle_request_keys[] = {
	"strip", "path", "host", "set_headers", "remove_headers"
};

/* What would change no request, said for this route alone. */
static void settle_no_requests(struct read *r, const struct node *node)
{
	const struct node *rewrite = node_find(node, "rewrite");
	const size_t n = sizeof(settle_request_keys) / sizeof(settle_request_keys[0]);

	if (rewrite == NULL || rewrite->kind != NODE_GROUP)
		return;
	for (size_t i = 0; i < n; i++) {
		const struct node *said = node_find(rewrite, settle_request_keys[i]);
		if (said)
			notice_error(r->notice, &said->place, "'%s' changes requests to servers "
			    "that begin with \"http://\", \"https://\", \"ws://\" or \"wss://\", "
			    "which this route has not", said->name);
	}
}

/* Each answer's headers can be said in one place only. */
static void settle_answers(struct read *r, const struct node *node,
    const struct config_route *route)
{
	const struct node *set = settle_said(r, node, "rewrite", "set_response_headers");

	for (size_t i = 0; set && i < route->rewrite.set_response_headers.n; i++) {
		const char *name = route->rewrite.set_response_headers.v[i].name;
		const struct node *said = node_find(set, name);
		if (said && route->cors.origins.n > 0 &&
		    strncasecmp(name, "Access-Control-", 15) == 0)
			notice_error(r->notice, &said->place,
			    "'%.60s' is what 'cors' sets: one of them must go", name);
	}
}

void settle_rewrite(struct read *r, const struct node *node, const struct config_route *route)
{
	const struct config_rewrite *w = &route->rewrite;
	const struct node *set = settle_said(r, node, "rewrite", "set_headers");

	if (r->broken)
		return;
	settle_answers(r, node, route);
	if (!settle_has_requests(route)) {
		settle_no_requests(r, node);
		return;
	}
	settle_path(r, route, settle_said(r, node, "rewrite", "path"));
	settle_strip(r, route, node);
	settle_template(r, route, w->host, settle_said(r, node, "rewrite", "host"), false);
	for (size_t i = 0; set && set->kind == NODE_GROUP && i < w->set_headers.n; i++)
		settle_template(r, route, w->set_headers.v[i].value,
		    node_find(set, w->set_headers.v[i].name), false);
}

/* These have no body (RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5). */
void settle_respond(struct read *r, const struct node *node, const struct config_route *route)
{
	const struct node *body = settle_said(r, node, "respond", "body");
	int status = route->respond_status;

	if (body && (status == 204 || status == 205 || status == 304) && route->respond_body &&
	    route->respond_body[0])
		notice_error(r->notice, &body->place, "an answer with status %d has no body",
		    status);
}

static bool settle_lists(const struct config_list *list, const char *entry)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i] && strcmp(list->v[i], entry) == 0)
			return true;
	return false;
}

void settle_cors(struct read *r, const struct node *node, const struct config_route *route)
{
	const struct node *said = node_find(node, "cors");
	bool websocket = route->action == ACTION_BACKEND
	    ? route->backend && !config_backend_is_proxied(route->backend)
	    : route->action == ACTION_SERVICE && route->service != SERVICE_HEALTH;

	if (said && websocket && !config_route_has(route, CONFIG_FALLBACK) && !r->broken)
		notice_error(r->notice, &said->place, "'cors' is about HTTP, and this route "
		    "speaks WebSocket only: see 'origins'");
}

void settle_cors_group(struct read *r, const struct node *cors, void *item)
{
	const struct config_route *route = item;
	const struct node *said = node_find(cors, "credentials");
	const struct mark *place = said ? &said->place : &cors->place;

	if (!route->cors.credentials)
		return;
	if (settle_lists(&route->cors.expose, "*"))
		notice_error(r->notice, place, "'credentials' and \"*\" in 'expose': browsers take "
		    "that for a header's name then; name the headers");
	if (settle_lists(&route->cors.origins, "*"))
		notice_error(r->notice, place, "'credentials' and \"*\" in 'origins': any page "
		    "could act for its visitor; name the origins");
	else if (settle_lists(&route->cors.origins, "null"))
		notice_warning(r->notice, place, "'credentials' and \"null\" in 'origins': a "
		    "sandboxed frame of any page could act for its visitor");
}

/* It becomes an attribute in a page. */
void settle_sockjs_group(struct read *r, const struct node *sockjs, void *item)
{
	const struct config_route *route = item;
	struct slice url = slice_of(route->sockjs.client_url);
	const struct node *said = node_find(sockjs, "client_url");

	if (said && (!(slice_starts(url, SLICE("/")) || slice_starts(url, SLICE("http://")) ||
	    slice_starts(url, SLICE("https://"))) || strpbrk(url.p, "\"'<>&` \t\r\n\\")))
		notice_error(r->notice, &said->place, "'client_url' is an URL such as "
		    "\"https://example.com/sockjs.min.js\", or a path such as \"/sockjs.min.js\"");
}
