#include "http/proxy_request.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "codec/http_char.h"
#include "http/proxy_fields.h"

/* Written twice: to know the length, then into memory of that length. */
struct proxy_text {
	char	*p;		/* NULL: only counted */
	size_t	 n;
};

static void proxy_text_add(struct proxy_text *t, struct slice s)
{
	if (t->p && s.n > 0)
		memcpy(t->p + t->n, s.p, s.n);
	t->n += s.n;
}

static void proxy_text_field(struct proxy_text *t, struct slice name, struct slice value)
{
	proxy_text_add(t, name);
	proxy_text_add(t, SLICE(": "));
	proxy_text_add(t, value);
	proxy_text_add(t, SLICE("\r\n"));
}

/* All fields of that name as one list, up to the line's end; false: there is none. */
static bool proxy_text_joined(struct proxy_text *t, const struct request *r, struct slice name,
    struct slice between)
{
	bool any = false;

	for (unsigned i = 0; i < r->n_headers; i++) {
		if (!slice_ieq(r->headers[i].name, name) || r->headers[i].value.n == 0)
			continue;
		proxy_text_add(t, any ? between : name);
		if (!any)
			proxy_text_add(t, SLICE(": "));
		proxy_text_add(t, r->headers[i].value);
		any = true;
	}
	return any;
}

void proxy_request_init(struct proxy_request *p, const struct exchange *x)
{
	const struct request *r = x->request;

	/* Over HTTP/2 a WebSocket begins with CONNECT (RFC 8441). */
	*p = (struct proxy_request){.method = r->websocket ? SLICE("GET") : r->method,
	    .path = r->path, .query = r->query, .host = r->authority};
}

void proxy_request_rewrite(struct proxy_request *p, const struct rewrite *w)
{
	p->path = w->path;
	p->query = w->query;
	p->host = w->host;
	p->set = w->set;
	p->n_set = w->n_set;
	p->remove = w->remove;
	p->n_remove = w->n_remove;
}

/* As route/identity.c has it: who may speak for others. */
static bool proxy_request_is_trusted(const struct exchange *x)
{
	const struct config_listener *l = x->client->listener;	/* `explain` may know none */

	return l && l->trust.n > 0 &&
	    (!x->client->address.known || address_in(&x->client->address, &l->trust));
}

/* The client that a trusted proxy named by another header than this one. */
static const struct address *proxy_request_named(const struct exchange *x)
{
	return x->forwarded.known ? &x->forwarded : NULL;
}

static void proxy_text_node(struct proxy_text *t, const struct address *a)
{
	char text[ADDRESS_TEXT];

	if (!a->known) {
		proxy_text_add(t, SLICE("for=unknown"));
		return;
	}
	bool v4 = address_is_v4(a);
	proxy_text_add(t, v4 ? SLICE("for=") : SLICE("for=\"["));
	proxy_text_add(t, slice_of(address_text(a, text)));
	if (!v4)
		proxy_text_add(t, SLICE("]\""));
}

/* RFC 7239: host is quoted where it is no token. */
static void proxy_text_forwarded(struct proxy_text *t, const struct exchange *x, bool trusted)
{
	struct slice host = x->request->authority;
	bool quotes = http_char_span(host, HTTP_CHAR_TOKEN) != host.n;

	if (trusted && proxy_text_joined(t, x->request, SLICE("Forwarded"), SLICE(", "))) {
		proxy_text_add(t, SLICE(", "));
	} else {
		proxy_text_add(t, SLICE("Forwarded: "));
		if (trusted && proxy_request_named(x)) {
			proxy_text_node(t, proxy_request_named(x));
			proxy_text_add(t, SLICE(", "));
		}
	}
	proxy_text_node(t, &x->client->address);
	if (host.n > 0) {
		proxy_text_add(t, quotes ? SLICE(";host=\"") : SLICE(";host="));
		proxy_text_add(t, host);
		proxy_text_add(t, quotes ? SLICE("\"") : SLICE(""));
	}
	proxy_text_add(t, x->client->tls ? SLICE(";proto=https") : SLICE(";proto=http"));
	proxy_text_add(t, SLICE("\r\n"));
}

static void proxy_text_address(struct proxy_text *t, const struct address *a)
{
	char text[ADDRESS_TEXT];

	proxy_text_add(t, a->known ? slice_of(address_text(a, text)) : SLICE("unknown"));
}

static void proxy_text_for(struct proxy_text *t, const struct exchange *x, bool trusted)
{
	if (trusted && proxy_text_joined(t, x->request, SLICE("X-Forwarded-For"), SLICE(", "))) {
		proxy_text_add(t, SLICE(", "));
	} else {
		proxy_text_add(t, SLICE("X-Forwarded-For: "));
		if (trusted && proxy_request_named(x)) {
			proxy_text_address(t, proxy_request_named(x));
			proxy_text_add(t, SLICE(", "));
		}
	}
	proxy_text_address(t, &x->client->address);
	proxy_text_add(t, SLICE("\r\n"));
}

/* What a trusted proxy says was asked of it stands; else what was asked of us. */
static void proxy_text_asked(struct proxy_text *t, const struct exchange *x, bool trusted,
    struct slice name, struct slice own)
{
	struct slice said = exchange_header(x, name);

	if (trusted && said.n > 0)
		own = said;
	if (own.n > 0)
		proxy_text_field(t, name, own);
}

static bool proxy_request_leaves_out(const struct proxy_request *p, struct slice name)
{
	for (unsigned i = 0; i < p->n_set; i++)
		if (proxy_fields_same(name, p->set[i].name))
			return true;
	for (unsigned i = 0; i < p->n_remove; i++)
		if (proxy_fields_same(name, p->remove[i]))
			return true;
	return false;
}

/* Who asks, and for what; unless the configuration says something else. */
static void proxy_text_identity(struct proxy_text *t, const struct proxy_request *p,
    const struct exchange *x, bool trusted)
{
	if (!proxy_request_leaves_out(p, SLICE("Forwarded")))
		proxy_text_forwarded(t, x, trusted);
	if (!proxy_request_leaves_out(p, SLICE("X-Forwarded-For")))
		proxy_text_for(t, x, trusted);
	if (!proxy_request_leaves_out(p, SLICE("X-Forwarded-Proto")))
		proxy_text_asked(t, x, trusted, SLICE("X-Forwarded-Proto"),
		    x->client->tls ? SLICE("https") : SLICE("http"));
	if (!proxy_request_leaves_out(p, SLICE("X-Forwarded-Host")))
		proxy_text_asked(t, x, trusted, SLICE("X-Forwarded-Host"),
		    x->request->authority);
}

/* Who asks for a WebSocket sends none, whatever its client asked with. */
static bool proxy_request_tells_of_body(struct slice name)
{
	return slice_istarts(name, SLICE("Content-"));
}

static void proxy_text_fields(struct proxy_text *t, const struct proxy_request *p,
    const struct exchange *x, bool trusted)
{
	const struct request *r = x->request;
	struct proxy_fields fields;

	proxy_fields_init(&fields, r->headers, r->n_headers);
	for (unsigned i = 0; i < r->n_headers; i++)
		if (proxy_fields_to_backend(&fields, i, trusted) &&
		    !(p->key.n > 0 && proxy_request_tells_of_body(r->headers[i].name)) &&
		    !proxy_request_leaves_out(p, r->headers[i].name))
			proxy_text_field(t, r->headers[i].name, r->headers[i].value);
	/* HTTP/2 brings crumbs of it (RFC 9113 section 8.2.3). */
	if (!proxy_request_leaves_out(p, SLICE("Cookie")) &&
	    proxy_text_joined(t, r, SLICE("Cookie"), SLICE("; ")))
		proxy_text_add(t, SLICE("\r\n"));
}

/* How the body is delimited, from what was understood of the client's. */
static void proxy_text_framing(struct proxy_text *t, const struct request *r)
{
	char length[24];

	if (!r->has_body)
		return;
	if (r->length == UINT64_MAX) {
		proxy_text_add(t, SLICE("Transfer-Encoding: chunked\r\n"));
	} else {
		snprintf(length, sizeof(length), "%" PRIu64, r->length);
		proxy_text_field(t, SLICE("Content-Length"), slice_of(length));
	}
	if (r->expect_continue)
		proxy_text_add(t, SLICE("Expect: 100-continue\r\n"));
}

static void proxy_text_connection(struct proxy_text *t, const struct proxy_request *p)
{
	if (p->key.n > 0) {
		proxy_text_add(t, SLICE("Connection: Upgrade\r\nUpgrade: websocket\r\n"
		    "Sec-WebSocket-Version: 13\r\n"));
		proxy_text_field(t, SLICE("Sec-WebSocket-Key"), p->key);
	} else if (p->close) {
		proxy_text_add(t, SLICE("Connection: close\r\n"));
	}
}

/* Whatever the request is for. */
static void proxy_text_client(struct proxy_text *t, const struct proxy_request *p,
    const struct exchange *x)
{
	bool trusted = proxy_request_is_trusted(x);

	proxy_text_fields(t, p, x, trusted);
	proxy_text_identity(t, p, x, trusted);
	for (unsigned i = 0; i < p->n_set; i++)
		proxy_text_field(t, p->set[i].name, p->set[i].value);
}

static void proxy_text_head(struct proxy_text *t, const struct proxy_request *p,
    const struct exchange *x)
{
	proxy_text_add(t, p->key.n > 0 ? SLICE("GET") : p->method);
	proxy_text_add(t, SLICE(" "));
	proxy_text_add(t, p->path);
	if (p->query.p) {
		proxy_text_add(t, SLICE("?"));
		proxy_text_add(t, p->query);
	}
	proxy_text_add(t, SLICE(" HTTP/1.1\r\n"));
	proxy_text_field(t, SLICE("Host"), p->host.n > 0 ? p->host : p->fallback_host);
	proxy_text_client(t, p, x);
	if (p->key.n == 0)
		proxy_text_framing(t, x->request);
	proxy_text_connection(t, p);
	proxy_text_add(t, SLICE("\r\n"));
}

static enum fault proxy_request_text(const struct proxy_request *p, struct exchange *x,
    void (*write)(struct proxy_text *, const struct proxy_request *, const struct exchange *),
    struct slice *text)
{
	struct proxy_text t = {NULL, 0};

	write(&t, p, x);
	t.p = arena_alloc(&x->arena, t.n + 1);
	if (t.p == NULL)
		return FAULT_NO_MEMORY;
	t.n = 0;
	write(&t, p, x);
	*text = (struct slice){t.p, t.n};
	return FAULT_NONE;
}

enum fault proxy_request_write(const struct proxy_request *p, struct exchange *x,
    struct slice *head)
{
	return proxy_request_text(p, x, proxy_text_head, head);
}

enum fault proxy_request_fields(const struct proxy_request *p, struct exchange *x,
    struct slice *fields)
{
	return proxy_request_text(p, x, proxy_text_client, fields);
}
