#include "route/explain_exchange.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "codec/http_authority.h"
#include "codec/http_path.h"
#include "codec/ws_handshake.h"

struct explain_scheme {
	const char	*name;
	bool		 tls, websocket;
};

static const struct explain_scheme explain_schemes[] = {
	{"http://", false, false}, {"https://", true, false},
	{"ws://", false, true}, {"wss://", true, true},
};

/* Any key will do: what it says is only answered, never checked against anything. */
static const char explain_handshake[] =
	"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
	"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

/* The parts of a URL; a path alone is asked of "localhost". */
struct explain_url {
	const struct explain_scheme *scheme;
	struct slice	authority, target;
};

static bool explain_url_split(const char *url, struct explain_url *u)
{
	struct slice rest = {url, strcspn(url, "#")};

	u->scheme = &explain_schemes[0];
	u->authority = SLICE("localhost");
	u->target = rest;
	if (rest.n > 0 && rest.p[0] == '/')
		return true;
	for (size_t i = 0; i < sizeof(explain_schemes) / sizeof(explain_schemes[0]); i++) {
		struct slice name = slice_of(explain_schemes[i].name);
		if (!slice_istarts(rest, name))
			continue;
		size_t n = strcspn(rest.p + name.n, "/?#");
		u->scheme = &explain_schemes[i];
		u->authority = (struct slice){rest.p + name.n, n};
		u->target = (struct slice){rest.p + name.n + n, rest.n - name.n - n};
		return true;
	}
	return false;
}

static bool explain_has(const struct explain_query *q, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < q->n_headers; i++)
		if (strncasecmp(q->headers[i], name, n) == 0 && q->headers[i][n] == ':')
			return true;
	return false;
}

/* As a client would send it, so that the one parser decides what it means. */
static char *explain_head(struct explain_exchange *e, const struct explain_query *q,
    const struct explain_url *u)
{
	struct arena *arena = &e->x.arena;
	const char *slash = u->target.n > 0 && u->target.p[0] == '/' ? "" : "/";
	char *fields = arena_printf(arena, "%s", "");

	for (size_t i = 0; i < q->n_headers && fields; i++)
		fields = arena_printf(arena, "%s%s\r\n", fields, q->headers[i]);
	if (fields && !explain_has(q, "Host"))
		fields = arena_printf(arena, "Host: %.*s\r\n%s", SLICE_ARG(u->authority), fields);
	if (fields && u->scheme->websocket && !explain_has(q, "Upgrade"))
		fields = arena_printf(arena, "%s%s", fields, explain_handshake);
	if (fields == NULL)
		return NULL;
	return arena_printf(arena, "%s %s%.*s HTTP/1.1\r\n%s\r\n", q->method ? q->method : "GET",
	    slash, SLICE_ARG(u->target), fields);
}

static enum fault explain_parse(struct explain_exchange *e, const struct config_limits *limits,
    char *head, char words[EXPLAIN_WORDS])
{
	struct http1_limits http1_limits = {limits->head, limits->headers};
	size_t scanned = 0, used = 0, n = strlen(head);

	e->http1.headers = arena_alloc(&e->x.arena, limits->headers * sizeof(struct header));
	if (e->http1.headers == NULL)
		return FAULT_NO_MEMORY;
	enum fault f = http1_parse(&http1_limits, (const uint8_t *)head, n, &scanned, &e->http1,
	    &used);
	if (f == FAULT_NONE && used != n)	/* an empty line within what was to be a header */
		f = FAULT_HTTP_SYNTAX;
	if (f != FAULT_NONE)
		snprintf(words, EXPLAIN_WORDS, "answered %d: %s", fault_http(f), fault_text(f));
	return f;
}

static enum fault explain_fill(struct explain_exchange *e, char words[EXPLAIN_WORDS])
{
	const struct http1_request *h = &e->http1;
	char *path = arena_alloc(&e->x.arena, h->path.n + 1);
	struct slice normal = h->path;

	if (path == NULL)
		return FAULT_NO_MEMORY;
	if (h->path.p[0] == '/') {
		normal.p = path;
		enum fault f = http_path_normalise(h->path, path, &normal.n);
		if (f != FAULT_NONE) {
			snprintf(words, EXPLAIN_WORDS, "answered %d: the path is malformed",
			    fault_http(f));
			return f;
		}
	}
	e->request = (struct request){
		.protocol = HTTP_1_1,
		.method = h->method,
		.authority = h->host,
		.path = normal,
		.query = h->query,
		.headers = h->headers,
		.n_headers = h->n_headers,
		.has_body = h->body != HTTP1_BODY_NONE,
		.length = h->length,
		.websocket = ws_handshake_wanted(h),
		.http1 = h,
	};
	return FAULT_NONE;
}

static bool explain_source(struct explain_exchange *e, const char *text)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		e->client.address = address_of((const struct sockaddr *)&in);
	else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
		e->client.address = address_of((const struct sockaddr *)&in6);
	else
		return false;
	return true;
}

static unsigned explain_bind_port(const struct config_address *a)
{
	const struct sockaddr *sa = (const struct sockaddr *)&a->sa;

	return sa->sa_family == AF_UNIX ? 0 : address_of(sa).port;
}

static bool explain_listens(const struct config_listener *l, bool tls, unsigned port)
{
	if (port == 0)
		return !l->redirect;
	for (size_t i = 0; i < l->n_bind; i++)
		if ((l->tls != NULL) == tls && explain_bind_port(&l->bind[i]) == port)
			return true;
	return false;
}

static void explain_find_listener(struct explain_exchange *e, const struct config *c)
{
	for (size_t i = 0; i < c->n_listeners && e->client.listener == NULL; i++)
		if (explain_listens(&c->listeners[i], e->tls, e->port))
			e->client.listener = &c->listeners[i];
	if (e->port == 0 && e->client.listener)
		e->tls = e->client.listener->tls != NULL;
	e->client.tls = e->tls ? "TLSv1.3" : NULL;
}

static enum fault explain_read_url(struct explain_exchange *e, const struct config *c,
    const struct explain_query *q, char words[EXPLAIN_WORDS])
{
	struct explain_url u;
	struct slice host;

	if (!explain_url_split(q->url, &u)) {
		snprintf(words, EXPLAIN_WORDS, "a URL begins with http, https, ws or wss and "
		    "\"://\", or is a path that begins with \"/\"");
		return FAULT_HTTP_SYNTAX;
	}
	if (!http_authority_split(u.authority, &host, &e->port)) {
		snprintf(words, EXPLAIN_WORDS, "the URL has no proper host");
		return FAULT_HTTP_SYNTAX;
	}
	e->tls = u.scheme->tls;
	if (e->port == 0 && q->url[0] != '/')
		e->port = e->tls ? 443 : 80;
	explain_find_listener(e, c);
	char *head = explain_head(e, q, &u);
	if (head == NULL)
		return FAULT_NO_MEMORY;
	return explain_parse(e, &c->limits, head, words);
}

enum fault explain_exchange_init(struct explain_exchange *e, const struct snapshot *s,
    const struct explain_query *q, char words[EXPLAIN_WORDS])
{
	memset(e, 0, sizeof(*e));
	snprintf(words, EXPLAIN_WORDS, "out of memory");
	arena_init(&e->x.arena);
	e->x.client = &e->client;
	e->x.request = &e->request;
	memset(e->x.id, '0', RANDOM_ID);
	if (!explain_source(e, q->source ? q->source : "127.0.0.1")) {
		snprintf(words, EXPLAIN_WORDS, "the source is no IP address");
		return FAULT_HTTP_SYNTAX;
	}
	enum fault f = explain_read_url(e, s->config, q, words);
	if (f == FAULT_NONE)
		f = explain_fill(e, words);
	if (f != FAULT_NONE)
		arena_fini(&e->x.arena);
	return f;
}

void explain_exchange_fini(struct explain_exchange *e)
{
	arena_fini(&e->x.arena);
}
