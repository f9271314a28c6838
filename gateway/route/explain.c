#include "route/explain.h"

#include <string.h>

#include "channel/channel.h"
#include "codec/ws_handshake.h"
#include "config/measure.h"
#include "framing/framing.h"
#include "front/front_ws.h"
#include "front/transport.h"
#include "http/render.h"
#include "http/status.h"
#include "route/explain_exchange.h"
#include "route/explain_http.h"
#include "route/router.h"
#include "route/rules.h"
#include "http/proxy_request.h"

struct explain {
	struct router_trace	 trace;
	FILE			*out;
	struct explain_exchange	 e;
	unsigned		 tried;
};

static void explain_list(FILE *out, const struct config_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		fprintf(out, "%s\"%s\"", i ? ", " : "", list->v[i]);
}

static void explain_pairs(FILE *out, const struct config_pairs *pairs)
{
	for (size_t i = 0; i < pairs->n; i++)
		fprintf(out, "%s%s = \"%s\"", i ? ", " : "", pairs->v[i].name, pairs->v[i].value);
}

static void explain_networks(FILE *out, const struct config_networks *networks)
{
	char text[ADDRESS_TEXT];

	for (size_t i = 0; i < networks->n; i++) {
		const struct config_network *n = &networks->v[i];
		struct address a = {.known = true};
		memcpy(a.ip, n->addr, sizeof(a.ip));
		unsigned prefix = address_is_v4(&a) && n->prefix >= 96 ? n->prefix - 96 : n->prefix;
		fprintf(out, "%s%s/%u", i ? ", " : "", address_text(&a, text), prefix);
	}
}

static void explain_host(FILE *out, const struct config_route *r, const struct exchange *x)
{
	fprintf(out, "host \"%.*s\" is not ", SLICE_ARG(exchange_host(x)));
	explain_list(out, &r->host);
}

static void explain_path(FILE *out, const struct config_route *r, const struct exchange *x)
{
	static const char *const words[] = {
		[PATH_ANY] = "is not", [PATH_PREFIX] = "is not below", [PATH_EXACT] = "is not",
		[PATH_REGEX] = "does not match",
	};

	(void)x;
	fprintf(out, "path %s \"%s\"", words[r->path_kind], r->path);
}

static void explain_method(FILE *out, const struct config_route *r, const struct exchange *x)
{
	fprintf(out, "method %.*s is not ", SLICE_ARG(x->request->method));
	explain_list(out, &r->method);
}

static void explain_header(FILE *out, const struct config_route *r, const struct exchange *x)
{
	(void)x;
	fprintf(out, "it wants header ");
	explain_pairs(out, &r->header);
}

static void explain_query_part(FILE *out, const struct config_route *r, const struct exchange *x)
{
	(void)x;
	fprintf(out, "it wants query ");
	explain_pairs(out, &r->query);
}

static void explain_source(FILE *out, const struct config_route *r, const struct exchange *x)
{
	char text[ADDRESS_TEXT];

	fprintf(out, "client %s is not in ", address_text(exchange_client(x), text));
	explain_networks(out, &r->source);
}

static void (*const explain_criteria[])(FILE *, const struct config_route *,
    const struct exchange *) = {
	[ROUTER_HOST] = explain_host,
	[ROUTER_PATH] = explain_path,
	[ROUTER_METHOD] = explain_method,
	[ROUTER_HEADER] = explain_header,
	[ROUTER_QUERY] = explain_query_part,
	[ROUTER_SOURCE] = explain_source,
};

/* Why a route takes it: everything that it asks for. */
static void explain_takes(FILE *out, const struct config_route *r)
{
	static const char *const paths[] = {
		[PATH_PREFIX] = "below ", [PATH_EXACT] = "", [PATH_REGEX] = "matches ",
	};
	const struct {
		bool		 asked;
		const char	*name;
	} rows[] = {
		{r->host.n > 0, "host"}, {r->method.n > 0, "method"}, {r->header.n > 0, "header"},
		{r->query.n > 0, "query"}, {r->source.n > 0, "source"},
	};

	fprintf(out, "takes it");
	if (r->path_kind != PATH_ANY)
		fprintf(out, ": path %s\"%s\"", paths[r->path_kind], r->path);
	else
		fprintf(out, ": any path");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].asked)
			fprintf(out, ", %s", rows[i].name);
	fprintf(out, "\n");
}

static void explain_tried(struct router_trace *trace, const struct route *r,
    enum router_criterion failed)
{
	struct explain *e = LIST_OWNER(trace, struct explain, trace);

	e->tried++;
	fprintf(e->out, "  %-*s ", EXPLAIN_COLUMN, r->conf->name);
	if (failed == ROUTER_CRITERIA) {
		explain_takes(e->out, r->conf);
		return;
	}
	fprintf(e->out, "no: ");
	explain_criteria[failed](e->out, r->conf, &e->e.x);
	fprintf(e->out, "\n");
}

static void explain_name(const struct explain *e, const char *name)
{
	fprintf(e->out, "  %-*s ", EXPLAIN_COLUMN, name);
}

static void explain_refused(const struct explain *e, enum fault f, bool in_websocket)
{
	if (in_websocket)
		fprintf(e->out, "the WebSocket is opened, then closed with %d: %s\n", fault_ws(f),
		    fault_text(f));
	else
		fprintf(e->out, "%d %s: %s\n", fault_http(f), status_phrase(fault_http(f)),
		    fault_text(f));
}

/* The fault that the route's rules come to. */
static enum fault explain_rules(const struct explain *e, const struct route *r)
{
	enum fault first = FAULT_NONE;

	fprintf(e->out, "\nRules of route %s:\n", r->conf->name);
	for (size_t i = 0; i < rules_count; i++) {
		const struct rule *rule = &rules_table[i];
		explain_name(e, rule->name);
		if (!rules_apply(rule, r)) {
			fprintf(e->out, "nothing to check\n");
			continue;
		}
		enum fault f = rule->check(&e->e.x, r->conf);
		fprintf(e->out, "%s\n", f == FAULT_NONE ? "passed" : fault_text(f));
		if (first == FAULT_NONE)
			first = f;
	}
	return first;
}

static void explain_duration(const struct explain *e, const char *name, uint64_t ms)
{
	char text[MEASURE_TEXT];

	explain_name(e, name);
	fprintf(e->out, "%s\n", ms ? measure_duration_text(ms, text) : "off");
}

static void explain_size(const struct explain *e, const char *name, uint64_t bytes)
{
	char text[MEASURE_TEXT];

	explain_name(e, name);
	fprintf(e->out, "%s\n", bytes ? measure_size_text(bytes, text) : "no limit");
}

static void explain_places(const struct explain *e, const struct config_backend *b)
{
	char text[MEASURE_TEXT];

	if (b->max_sessions == 0 && b->queue.length == 0)
		return;
	explain_name(e, "max_sessions");
	fprintf(e->out, "%u for each server", b->max_sessions);
	if (b->queue.length)
		fprintf(e->out, "; %u more wait up to %s", b->queue.length,
		    measure_duration_text(b->queue.timeout, text));
	putc('\n', e->out);
}

/* A server that only answers. */
static void explain_mode(const struct explain *e, const struct config_backend *b)
{
	char text[MEASURE_TEXT];

	explain_name(e, "mode");
	if (b->mode == MODE_LONGPOLL)
		fprintf(e->out, "longpoll: messages are asked for at %s, and posted to %s\n",
		    b->poll.path, b->poll.send);
	else
		fprintf(e->out, "ws-over-http: what clients say is posted as events\n");
	explain_name(e, "retry_for");
	fprintf(e->out, "%s\n", b->retry_for ? measure_duration_text(b->retry_for, text)
	    : "for ever");
}

static void explain_back(const struct explain *e, const struct config_route *r)
{
	const struct config_backend *b = r->backend;
	char text[MEASURE_TEXT];

	explain_name(e, "backend");
	if (r->action == ACTION_SERVICE) {
		fprintf(e->out, "the built-in echo: each message comes back as it was\n");
		return;
	}
	fprintf(e->out, "%s:", b->name);
	if (b->map)
		fprintf(e->out, " what %s leads to in the map %s", b->key->text, b->map);
	for (size_t i = 0; i < b->n_servers; i++)
		fprintf(e->out, "%s %s", i ? "," : "", b->servers[i].text);
	fprintf(e->out, "; up to %u %s, %s each\n", b->tries, b->tries == 1 ? "try" : "tries",
	    measure_duration_text(b->connect_timeout, text));
	explain_places(e, b);
	if (b->mode != MODE_PROXY)
		explain_mode(e, b);
}

static void explain_count(const struct explain *e, const char *name, unsigned n)
{
	if (n == 0)
		return;
	explain_name(e, name);
	fprintf(e->out, "%u\n", n);
}

static void explain_rate(const struct explain *e, const char *name, const struct bucket_rate *rate)
{
	char text[MEASURE_RATE_TEXT];

	if (rate->n == 0)
		return;
	explain_name(e, name);
	fprintf(e->out, "%s\n", measure_rate_text(rate, text));
}

/* Those that there are. */
static void explain_limits(const struct explain *e, const struct config_route_limits *limits)
{
	explain_count(e, "limits.sessions", limits->sessions);
	explain_count(e, "limits.per_ip", limits->per_ip);
	explain_rate(e, "limits.messages", &limits->messages);
	explain_rate(e, "limits.bytes", &limits->bytes);
}

static void explain_session(const struct explain *e, const struct config_route *r,
    struct slice subprotocol)
{
	const struct framer *framer = exchange_framing(&e->e.x, subprotocol)->framer;
	const struct back_kind *back = e->e.x.route->back;
	bool streaming = !back->messages && framer->streaming;

	explain_name(e, "answer");
	if (back->speaks)
		fprintf(e->out, "101 Switching Protocols, once the backend has said so; else what "
		    "it said\n");
	else
		fprintf(e->out, "101 Switching Protocols%s\n",
		    r->action == ACTION_BACKEND ? ", once the backend is connected" : "");
	explain_name(e, "subprotocol");
	if (back->speaks)
		fprintf(e->out, "what the backend chooses of the client's offer%s\n",
		    r->subprotocols.n ? ", as far as the route has it" : "");
	else
		fprintf(e->out, "%.*s\n", SLICE_ARG(subprotocol.n ? subprotocol : SLICE("none")));
	if (!back->messages) {
		explain_name(e, "framing");
		fprintf(e->out, "%s\n", framer->name);
	}
	explain_size(e, "max_message", streaming ? 0 : r->max_message);
	explain_size(e, "buffer", r->buffer);
	explain_duration(e, "ping", r->ping);
	explain_duration(e, "ping_timeout", r->ping ? r->ping_timeout : 0);
	explain_duration(e, "idle", r->idle);
	explain_duration(e, "max_lifetime", r->max_lifetime);
	explain_limits(e, &r->limits);
}

/* What the client's handshake comes to. */
static enum fault explain_handshake(struct exchange *x, const struct config_route *r,
    const char **why, struct slice *subprotocol)
{
	const struct request *request = x->request;

	if (!request->websocket)
		return FAULT_UPGRADE_REQUIRED;
	enum fault f = exchange_check_handshake(x, why);
	if (f == FAULT_NONE)
		f = ws_handshake_subprotocol(request->headers, request->n_headers,
		    r->subprotocols.v, r->subprotocols.n, subprotocol);
	return f;
}

/* Those that are no WebSocket: who takes the request. */
static bool explain_fallback(struct explain *e)
{
	const struct handler *handler = transport_handler(&e->e.x);

	if (handler == &front_ws_handler)
		return false;
	explain_name(e, "answer");
	if (handler)
		fprintf(e->out, "a session of plain HTTP (%s)\n", handler->name);
	else
		explain_refused(e, FAULT_TRANSPORT, false);
	return true;
}

static void explain_messages(struct explain *e, const struct config_route *r)
{
	struct slice subprotocol = {NULL, 0};
	const char *why = NULL;

	explain_back(e, r);
	if (explain_fallback(e))
		return;
	enum fault f = explain_handshake(&e->e.x, r, &why, &subprotocol);
	if (f == FAULT_NONE) {
		explain_session(e, r, subprotocol);
		return;
	}
	explain_name(e, "answer");
	explain_refused(e, f, false);
	if (why) {
		explain_name(e, "");
		fprintf(e->out, "%s\n", why);
	}
	if (f == FAULT_SUBPROTOCOL) {
		explain_name(e, "");
		fprintf(e->out, "the route has ");
		explain_list(e->out, &r->subprotocols);
		fprintf(e->out, "\n");
	}
}

/* The request as a server gets it, in lines of their own. */
static void explain_forwarded(const struct explain *e, struct exchange *x, bool keeps)
{
	struct proxy_request request;
	struct rewrite rewrite;
	struct slice head = {NULL, 0}, line;

	enum fault f = rewrite_request(x, &rewrite);
	if (f != FAULT_NONE) {
		explain_name(e, "rewrite");
		explain_refused(e, f, false);
		return;
	}
	proxy_request_init(&request, x);
	proxy_request_rewrite(&request, &rewrite);
	request.fallback_host = SLICE("(the server's)");
	request.close = !keeps;
	if (x->request->websocket)
		request.key = SLICE("(a new one)");
	if (proxy_request_write(&request, x, &head) != FAULT_NONE)
		return;
	for (const char *name = "request"; slice_cut(&head, '\n', &line) && line.n > 1; name = "") {
		explain_name(e, name);
		fprintf(e->out, "%.*s\n", (int)line.n - 1, line.p);
	}
}

/* A web server's answer is not ours to know. */
static void explain_proxy(struct explain *e, const struct config_route *r)
{
	const struct config_backend *b = r->backend;
	struct exchange *x = &e->e.x;
	const char *why = NULL;

	explain_back(e, r);
	if (x->request->websocket && ws_handshake_check(x->request->http1, &why) != FAULT_NONE) {
		explain_name(e, "answer");
		explain_refused(e, ws_handshake_check(x->request->http1, &why), false);
		explain_name(e, "");
		fprintf(e->out, "%s\n", why);
		return;
	}
	explain_forwarded(e, x, b->send_proxy == SEND_PROXY_OFF && b->keepalive.max > 0);
	explain_name(e, "answer");
	fprintf(e->out, "the server's%s\n",
	    x->request->websocket ? "; a tunnel once it says 101 with the right accept value" : "");
	explain_size(e, "buffer", r->buffer);
	explain_duration(e, "response_timeout", b->response_timeout);
	explain_duration(e, "body_timeout", b->body_timeout);
}

/* By what stands behind: byte streams, or web servers. */
static void explain_backend(struct explain *e, const struct config_route *r)
{
	const struct config_backend *b = r->backend;

	if (config_backend_is_proxied(b))
		explain_proxy(e, r);
	else
		explain_messages(e, r);
}

static void explain_static(struct explain *e, const struct config_route *r)
{
	explain_name(e, "static");
	fprintf(e->out, "a file below %s", r->static_dir);
	if (r->index)
		fprintf(e->out, "; of a directory its %s", r->index);
	fprintf(e->out, "\n");
}

static void explain_redirect(struct explain *e, const struct config_route *r)
{
	struct slice url = {NULL, 0};
	enum fault f = render_location(&e->e.x, r->redirect, &url);

	explain_name(e, "redirect");
	if (f != FAULT_NONE)
		explain_refused(e, f, false);
	else
		fprintf(e->out, "%d to %.*s\n", r->status, SLICE_ARG(url));
}

static void explain_respond(struct explain *e, const struct config_route *r)
{
	explain_name(e, "respond");
	fprintf(e->out, "%d %s, %zu bytes%s%s\n", r->status, status_phrase(r->status),
	    r->respond_body ? strlen(r->respond_body) : 0, r->respond_type ? " of " : "",
	    r->respond_type ? r->respond_type : "");
}

static void explain_health(struct explain *e, const struct config_route *r)
{
	(void)r;
	explain_name(e, "service");
	fprintf(e->out, "health: 200 OK\n");
}

static void (*const explain_actions[])(struct explain *, const struct config_route *) = {
	[ACTION_BACKEND] = explain_backend,
	[ACTION_STATIC] = explain_static,
	[ACTION_REDIRECT] = explain_redirect,
	[ACTION_RESPOND] = explain_respond,
};

static void (*const explain_services[])(struct explain *, const struct config_route *) = {
	[SERVICE_ECHO] = explain_messages,
	[SERVICE_CLOSE] = explain_messages,
	[SERVICE_HEALTH] = explain_health,
};

static void explain_outcome(struct explain *e, const struct route *r, enum fault refused)
{
	const struct config_route *conf = r->conf;

	fprintf(e->out, "\nWhat happens:\n");
	if (refused == FAULT_NONE) {
		if (explain_http_preflight(e->out, &e->e.x))
			return;
		(conf->action == ACTION_SERVICE ? explain_services[conf->service]
		    : explain_actions[conf->action])(e, conf);
		explain_http_changes(e->out, &e->e.x);
		return;
	}
	explain_name(e, "refused");
	explain_refused(e, refused,
	    r->back && e->e.x.request->websocket && conf->refuse == REFUSE_CLOSE);
}

static void explain_captures(const struct explain *e)
{
	const struct request *request = e->e.x.request;

	for (unsigned i = 0; i < request->n_captures; i++)
		fprintf(e->out, "  %-*s ${path.%.*s} is \"%.*s\"\n", EXPLAIN_COLUMN, "",
		    SLICE_ARG(request->captures[i].name), SLICE_ARG(request->captures[i].value));
}

static enum fault explain_routes(struct explain *e, const struct snapshot *s)
{
	struct exchange *x = &e->e.x;

	fprintf(e->out, "\nRoutes:\n");
	enum fault f = router_find(s, x, &e->trace, &x->route);
	if (f == FAULT_NONE && x->route) {
		explain_captures(e);
		if (e->tried < s->n_routes)
			fprintf(e->out, "  %zu more not tried\n", s->n_routes - e->tried);
		explain_outcome(e, x->route, explain_rules(e, x->route));
		return FAULT_NONE;
	}
	if (f == FAULT_NONE)
		f = FAULT_NO_ROUTE;
	fprintf(e->out, "\nWhat happens:\n");
	explain_name(e, "refused");
	explain_refused(e, f,
	    x->request->websocket && s->unrouted.conf->refuse == REFUSE_CLOSE);
	return f;
}

static void explain_request(const struct explain *e)
{
	const struct exchange *x = &e->e.x;
	const struct request *request = x->request;
	const struct config_listener *l = x->client->listener;
	char text[ADDRESS_TEXT];

	fprintf(e->out, "Request:\n");
	explain_name(e, "method");
	fprintf(e->out, "%.*s%s\n", SLICE_ARG(request->method),
	    request->websocket ? ", asks for a WebSocket" : "");
	explain_name(e, "host");
	fprintf(e->out, "%.*s\n", SLICE_ARG(request->authority));
	explain_name(e, "path");
	fprintf(e->out, "%.*s\n", SLICE_ARG(request->path));
	if (request->query.p) {
		explain_name(e, "query");
		fprintf(e->out, "%.*s\n", SLICE_ARG(request->query));
	}
	explain_name(e, "client");
	fprintf(e->out, "%s\n", address_text(exchange_client(x), text));
	explain_name(e, "listener");
	if (l)
		fprintf(e->out, "%s%s\n", l->name, l->tls ? ", over TLS" : "");
	else
		fprintf(e->out, "none listens on port %u %s; this is what one would do\n",
		    e->e.port, e->e.tls ? "with TLS" : "without TLS");
}

enum fault explain_print(FILE *out, struct config *config, const struct explain_query *q,
    char words[EXPLAIN_WORDS])
{
	struct explain e = {.trace.tried = explain_tried, .out = out};
	struct snapshot *s;

	enum fault f = snapshot_sketch(config, &s);
	if (f != FAULT_NONE) {
		snprintf(words, EXPLAIN_WORDS, "%s", fault_text(f));
		return f;
	}
	f = explain_exchange_init(&e.e, s, q, words);
	if (f == FAULT_NONE) {
		const struct config_listener *l = e.e.client.listener;
		words[0] = '\0';
		explain_request(&e);
		if (l && l->redirect)
			fprintf(out, "\nWhat happens:\n  %-*s 308 to the same place over TLS, port "
			    "%u\n", EXPLAIN_COLUMN, "redirect_https", l->redirect_port);
		else
			f = explain_routes(&e, s);
		explain_exchange_fini(&e.e);
	}
	held_put(&s->held);
	return f;
}
