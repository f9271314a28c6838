#include "back/back_ws_opening.h"

#include <stdlib.h>
#include <string.h>

#include "back/back_offer.h"
#include "back/back_refusal.h"
#include "base/random.h"
#include "channel/assembly.h"
#include "codec/http1_response.h"
#include "codec/ws_client.h"
#include "codec/ws_handshake.h"
#include "http/proxy_fields.h"
#include "http/proxy_request.h"
#include "http/rewrite.h"

enum { BACK_WS_INTERIM = 8 };	/* answers before the answer; nobody has a use for more */

struct back_ws_opening {
	struct exchange			*x;
	struct worker			*worker;
	struct back_offer		 offer;		/* of subprotocols */
	struct rewrite			 rewrite;	/* in the exchange's arena */
	char				 key[WS_KEY_SIZE];
	unsigned			 interim;
	size_t				 scanned;	/* of the answer's head */
	bool				 refused;	/* that is there; its body follows */
	bool				 complete;	/* all of the body was kept */
	struct http1_body_reader	 reader;
	struct assembly			 body;
	struct back_refusal		 refusal;
	struct http1_response		 answer;
	struct header			 headers[];	/* of it: limits.headers */
};

static const struct config_route *back_ws_opening_conf(const struct back_ws_opening *o)
{
	return o->x->route->conf;
}

enum fault back_ws_opening_new(struct exchange *x, struct back_ws_opening **made)
{
	unsigned most = x->client->limits->headers;
	struct back_ws_opening *o = calloc(1, sizeof(*o) + most * sizeof(struct header));
	uint8_t nonce[WS_NONCE_SIZE];

	if (o == NULL)
		return FAULT_NO_MEMORY;
	o->x = x;
	o->worker = x->client->worker;
	o->answer.headers = o->headers;
	random_bytes(nonce, sizeof(nonce));
	ws_client_key(nonce, o->key);
	enum fault f = back_offer_make(&o->offer, x);
	if (f == FAULT_NONE)
		f = rewrite_request(x, &o->rewrite);
	if (f == FAULT_NONE)
		*made = o;
	else
		free(o);
	return f;
}

void back_ws_opening_free(struct back_ws_opening *o)
{
	if (o)
		assembly_clear(&o->body, o->worker);
	free(o);
}

/* "example.com:8080", "[::1]"; the scheme's own port is not said (RFC 9110 section 4.2.3). */
static char *back_ws_opening_host(struct arena *arena, const struct config_server *server)
{
	bool literal = memchr(server->host, ':', strlen(server->host)) != NULL;
	const char *open = literal ? "[" : "", *close = literal ? "]" : "";

	if (server->port == (server->kind == SERVER_WSS ? 443 : 80))
		return arena_printf(arena, "%s%s%s", open, server->host, close);
	return arena_printf(arena, "%s%s%s:%u", open, server->host, close, server->port);
}

/* The server's own path and query stand for the client's, unless the route makes other ones. */
static void back_ws_opening_target(const struct back_ws_opening *o, struct proxy_request *p,
    const struct config_server *server)
{
	const struct config_rewrite *rewrite = &back_ws_opening_conf(o)->rewrite;
	struct slice rest = slice_of(server->path);

	if (rest.n == 0 || rewrite->strip || rewrite->path)
		return;
	const char *mark = memchr(rest.p, '?', rest.n);
	p->path = (struct slice){rest.p, mark ? (size_t)(mark - rest.p) : rest.n};
	p->query = mark ? (struct slice){mark + 1, rest.n - p->path.n - 1}
	    : (struct slice){NULL, 0};
}

/*
 * What the client said of subprotocols and extensions was to us: the one is limited, the other is
 * between us two. What the route sets and removes comes besides.
 */
static enum fault back_ws_opening_fields(struct back_ws_opening *o, struct proxy_request *p)
{
	const struct config_deflate *deflate = &back_ws_opening_conf(o)->deflate;
	const struct slice names[] = {SLICE("Sec-WebSocket-Protocol"),
	    SLICE("Sec-WebSocket-Extensions")};
	const struct rewrite *w = &o->rewrite;
	struct arena *arena = &o->x->arena;
	struct header *set = arena_alloc(arena, (w->n_set + 2) * sizeof(*set));
	struct slice *remove = arena_alloc(arena, (w->n_remove + 2) * sizeof(*remove));
	char *list = back_offer_list(&o->offer, arena);

	if (set == NULL || remove == NULL || list == NULL)
		return FAULT_NO_MEMORY;
	for (p->n_set = 0; p->n_set < w->n_set; p->n_set++)
		set[p->n_set] = w->set[p->n_set];
	for (p->n_remove = 0; p->n_remove < w->n_remove; p->n_remove++)
		remove[p->n_remove] = w->remove[p->n_remove];
	remove[p->n_remove++] = names[0];
	remove[p->n_remove++] = names[1];
	if (o->offer.n > 0)
		set[p->n_set++] = (struct header){names[0], slice_of(list)};
	if (deflate->enable)
		set[p->n_set++] = (struct header){names[1],
		    ws_extension_offer(deflate->context_takeover)};
	p->set = set;
	p->remove = remove;
	return FAULT_NONE;
}

enum fault back_ws_opening_request(struct back_ws_opening *o, const struct config_server *server,
    struct slice *head)
{
	const struct config_rewrite *rewrite = &back_ws_opening_conf(o)->rewrite;
	struct proxy_request p;

	proxy_request_init(&p, o->x);
	proxy_request_rewrite(&p, &o->rewrite);
	char *host = back_ws_opening_host(&o->x->arena, server);
	if (host == NULL)
		return FAULT_NO_MEMORY;
	if (rewrite->host == NULL)
		p.host = slice_of(host);
	p.fallback_host = slice_of(host);
	p.key = (struct slice){o->key, WS_KEY_SIZE};
	back_ws_opening_target(o, &p, server);
	enum fault f = back_ws_opening_fields(o, &p);
	return f == FAULT_NONE ? proxy_request_write(&p, o->x, head) : f;
}

/* The parser's words are about requests. */
static enum fault back_ws_opening_fault(enum fault f)
{
	switch (f) {
	case FAULT_NONE:
	case FAULT_NO_MEMORY:
		return f;
	case FAULT_HEAD_TOO_LARGE:
	case FAULT_HEADERS_TOO_MANY:
		return FAULT_BACK_HEAD;
	default:
		return FAULT_BACK_HTTP;
	}
}

/*
 * What is said of a body, which 101 has not, or of the WebSocket itself, was between the two of us.
 */
static bool back_ws_opening_relays(const struct back_ws_opening *o,
    const struct proxy_fields *fields, unsigned i)
{
	struct slice name = o->headers[i].name;

	return !slice_istarts(name, SLICE("Content-")) &&
	    !slice_istarts(name, SLICE("Sec-WebSocket-")) &&
	    proxy_fields_to_client(fields, i, o->answer.status);
}

/* The fields of an acceptance that are for the client; v NULL: out of memory. */
static unsigned back_ws_opening_headers(const struct back_ws_opening *o, const struct header **v)
{
	const struct http1_response *r = &o->answer;
	struct header *headers = arena_alloc(&o->x->arena, (r->n_headers + 1) * sizeof(*headers));
	struct proxy_fields fields;
	unsigned n = 0;

	*v = headers;
	proxy_fields_init(&fields, r->headers, r->n_headers);
	for (unsigned i = 0; i < r->n_headers && headers; i++)
		if (back_ws_opening_relays(o, &fields, i))
			headers[n++] = r->headers[i];
	return n;
}

static enum fault back_ws_opening_accept(const struct back_ws_opening *o,
    struct back_ws_agreed *agreed, const char **why)
{
	const struct config_deflate *deflate = &back_ws_opening_conf(o)->deflate;
	const struct http1_response *r = &o->answer;
	enum fault f = ws_client_check(r, (struct slice){o->key, WS_KEY_SIZE}, o->offer.v,
	    o->offer.n, &agreed->subprotocol, why);

	if (f != FAULT_NONE)
		return f;
	f = ws_extension_accept(r->headers, r->n_headers, deflate->context_takeover,
	    &agreed->deflate);
	if (f == FAULT_NONE && (deflate->enable || !agreed->deflate.on)) {
		agreed->n_headers = back_ws_opening_headers(o, &agreed->headers);
		return agreed->headers ? FAULT_NONE : FAULT_NO_MEMORY;
	}
	*why = "Sec-WebSocket-Extensions is not what was offered";
	return FAULT_BACK_HANDSHAKE;
}

/* Its body may come later, when these bytes are gone. */
static enum fault back_ws_opening_keep(struct back_ws_opening *o)
{
	http1_body_begin(&o->reader, o->answer.body, o->answer.length);
	o->refused = true;
	return back_refusal_keep(&o->refusal, &o->x->arena, &o->answer);
}

/* One head: an interim one, 101, or a refusal. A 200 accepts nothing (RFC 6455 section 4.1). */
static enum fault back_ws_opening_head(struct back_ws_opening *o, const uint8_t *p, size_t n,
    size_t *used, enum back_ws_verdict *verdict, struct back_ws_agreed *agreed,
    const char **why)
{
	const struct config_limits *most = o->x->client->limits;
	const struct http1_limits limits = {most->head, most->headers};
	struct http1_response *r = &o->answer;
	enum fault f = http1_response_parse(&limits, p, n, &o->scanned, r, used);

	if (f != FAULT_NONE || *used == 0)
		return back_ws_opening_fault(f);
	if (r->status == 101) {
		*verdict = BACK_WS_ACCEPTED;
		return back_ws_opening_accept(o, agreed, why);
	}
	if (r->status < 200)
		return ++o->interim > BACK_WS_INTERIM ? FAULT_BACK_HTTP : FAULT_NONE;
	if (r->status >= 300 && r->status < 600)
		return back_ws_opening_keep(o);
	*why = "its status is not 101";
	return FAULT_BACK_HANDSHAKE;
}

/* Too long, or not delimited as it should be: the refusal itself still stands. */
static enum fault back_ws_opening_body(struct back_ws_opening *o, const uint8_t *p, size_t n,
    enum back_ws_verdict *verdict)
{
	const uint8_t *data;
	size_t used, data_n;

	*verdict = BACK_WS_REFUSED;
	while (n > 0 && !o->reader.end) {
		enum fault f = http1_body_feed(&o->reader, p, n, &used, &data, &data_n);
		if (f != FAULT_NONE || data_n > BACK_REFUSAL_BODY - o->body.n)
			return FAULT_NONE;
		struct msg piece = {(uint8_t *)(uintptr_t)data, data_n, MSG_BINARY, true};
		if (data_n > 0 && assembly_join(&o->body, o->worker, &piece))
			return FAULT_NO_MEMORY;
		p += used;
		n -= used;
	}
	o->complete = o->reader.end;
	if (!o->complete)
		*verdict = BACK_WS_WAIT;
	return FAULT_NONE;
}

enum fault back_ws_opening_feed(struct back_ws_opening *o, uint8_t *p, size_t n, size_t *used,
    enum back_ws_verdict *verdict, struct back_ws_agreed *agreed, const char **why)
{
	enum fault f = FAULT_NONE;
	size_t taken = 1;

	*used = 0;
	*why = NULL;
	*verdict = BACK_WS_WAIT;
	while (f == FAULT_NONE && !o->refused && *verdict == BACK_WS_WAIT && taken > 0) {
		f = back_ws_opening_head(o, p + *used, n - *used, &taken, verdict, agreed, why);
		*used += taken;
	}
	if (f != FAULT_NONE || !o->refused)
		return f;
	f = back_ws_opening_body(o, p + *used, n - *used, verdict);
	*used = n;
	return f;
}

enum fault back_ws_opening_end(struct back_ws_opening *o, bool heard)
{
	if (!o->refused)
		return heard || o->interim ? FAULT_BACK_TRUNCATED : FAULT_BACK_NO_ANSWER;
	o->complete |= o->reader.kind == HTTP1_BODY_CLOSE;
	return FAULT_NONE;
}

bool back_ws_opening_refuses(const struct back_ws_opening *o)
{
	return o->refused;
}

enum fault back_ws_opening_refusal(struct back_ws_opening *o, struct refusal *refusal)
{
	const struct slice body = {(const char *)o->body.p, o->body.n};

	return back_refusal_make(&o->refusal, &o->x->arena, o->complete ? &body : NULL, refusal);
}
