#include "http/h2_head.h"

#include <string.h>

#include "codec/http1_target.h"
#include "codec/http_char.h"
#include "codec/http_path.h"

enum {
	HEAD_LINE = 4,		/* ": " and the end of a line */
	HEAD_ROOM = 16,		/* fields that there is room for at first */
	HEAD_PATIENCE = 4	/* a head this many times too large is not read to its end */
};

static enum fault h2_head_grow(struct h2_fields *f, struct arena *arena)
{
	unsigned room = f->room ? f->room * 2 : HEAD_ROOM;
	struct header *v = arena_alloc(arena, room * sizeof(*v));

	if (v == NULL)
		return FAULT_NO_MEMORY;
	if (f->n > 0)
		memcpy(v, f->v, f->n * sizeof(*v));
	f->v = v;
	f->room = room;
	return FAULT_NONE;
}

static enum fault h2_head_put(struct h2_fields *f, struct arena *arena, struct slice name,
    struct slice value)
{
	enum fault fault = f->n == f->room ? h2_head_grow(f, arena) : FAULT_NONE;

	if (fault == FAULT_NONE)
		f->v[f->n++] = (struct header){name, value};
	return fault;
}

/* RFC 9113 section 8.2.3: crumbs are one field again before anybody else sees them. */
static enum fault h2_head_bake(struct h2_head *h, struct arena *arena)
{
	static const char joint[2] = "; ";
	size_t n = 0, at = 0;

	for (unsigned i = 0; i < h->crumbs.n; i++)
		n += h->crumbs.v[i].value.n + sizeof(joint);
	char *cookie = n ? arena_alloc(arena, n) : NULL;
	if (cookie == NULL)
		return n ? FAULT_NO_MEMORY : FAULT_NONE;
	for (unsigned i = 0; i < h->crumbs.n; i++) {
		const struct slice *crumb = &h->crumbs.v[i].value;
		memcpy(cookie + at, crumb->p, crumb->n);
		memcpy(cookie + at + crumb->n, joint, sizeof(joint));
		at += crumb->n + sizeof(joint);
	}
	return h2_head_put(&h->fields, arena, SLICE("cookie"),
	    (struct slice){cookie, n - sizeof(joint)});
}

/* Where the fields that mean something to us are noted. */
static const struct {
	struct slice	name;
	size_t		member;
	bool		pseudo;
} h2_head_known[] = {
	{{":method", 7}, offsetof(struct h2_head, method), true},
	{{":scheme", 7}, offsetof(struct h2_head, scheme), true},
	{{":authority", 10}, offsetof(struct h2_head, authority), true},
	{{":path", 5}, offsetof(struct h2_head, path), true},
	{{":protocol", 9}, offsetof(struct h2_head, protocol), true},
	{{"host", 4}, offsetof(struct h2_head, host), false},
	{{"content-length", 14}, offsetof(struct h2_head, length), false},
	{{"expect", 6}, offsetof(struct h2_head, expect), false},
};

/* True: that is all, it is no field that stands among the others. */
static bool h2_head_note(struct h2_head *h, struct slice name, struct slice value)
{
	for (size_t i = 0; i < sizeof(h2_head_known) / sizeof(h2_head_known[0]); i++) {
		struct slice *member = (struct slice *)(void *)((char *)h +
		    h2_head_known[i].member);
		if (!slice_eq(name, h2_head_known[i].name))
			continue;
		if (member->p)
			h->fault = FAULT_HTTP_SMUGGLING;
		*member = value;
		return h2_head_known[i].pseudo;
	}
	return false;
}

static enum fault h2_head_take(struct h2_head *h, struct arena *arena, unsigned most,
    struct slice name, struct slice value)
{
	struct slice n = arena_copy(arena, name), v = arena_copy(arena, value);

	if (n.p == NULL || v.p == NULL)
		return FAULT_NO_MEMORY;
	if (slice_eq(n, SLICE("cookie")))
		return h2_head_put(&h->crumbs, arena, n, v);
	if (h2_head_note(h, n, v) || h->fault != FAULT_NONE)
		return h->fault;
	return h->fields.n == most ? FAULT_HEADERS_TOO_MANY :
	    h2_head_put(&h->fields, arena, n, v);
}

bool h2_head_add(struct h2_head *h, struct arena *arena, const struct config_limits *limits,
    struct slice name, struct slice value)
{
	h->bytes += name.n + value.n + HEAD_LINE;
	if (h->fault == FAULT_NONE && h->bytes > limits->head)
		h->fault = FAULT_HEAD_TOO_LARGE;
	if (h->fault == FAULT_NONE)
		h->fault = h2_head_take(h, arena, limits->headers, name, value);
	return h->bytes <= limits->head * HEAD_PATIENCE;
}

/* RFC 9113 section 8.3.1: both may be there, and then say the same. */
static enum fault h2_head_authority(struct h2_head *h, struct arena *arena, struct request *r)
{
	struct slice host = h->host.p ? h->host : h->authority;

	r->authority = h->authority.p ? h->authority : h->host;
	if (r->authority.p == NULL || !http1_target_host(&r->authority) ||
	    !http1_target_host(&host))
		return FAULT_HTTP_SYNTAX;
	if (!slice_ieq(host, r->authority))
		return FAULT_HTTP_SMUGGLING;
	return h->host.p ? FAULT_NONE :
	    h2_head_put(&h->fields, arena, SLICE("host"), h->authority);
}

static enum fault h2_head_path(struct h2_head *h, struct arena *arena, struct request *r)
{
	struct slice raw = h->path;
	const char *mark = raw.n ? memchr(raw.p, '?', raw.n) : NULL;

	if (raw.n == 0 || http_char_span(raw, HTTP_CHAR_TARGET) != raw.n)
		return FAULT_HTTP_SYNTAX;
	if (slice_eq(raw, SLICE("*"))) {
		r->path = raw;
		return slice_eq(r->method, SLICE("OPTIONS")) ? FAULT_NONE : FAULT_HTTP_SYNTAX;
	}
	if (raw.p[0] != '/')
		return FAULT_HTTP_SYNTAX;
	if (mark) {
		raw.n = (size_t)(mark - raw.p);
		r->query = (struct slice){mark + 1, h->path.n - raw.n - 1};
	}
	char *path = arena_alloc(arena, raw.n + 1);
	if (path == NULL)
		return FAULT_NO_MEMORY;
	r->path.p = path;
	r->doubled = http_path_is_doubled(raw);
	return http_path_normalise(raw, path, &r->path.n);
}

static enum fault h2_head_body(const struct h2_head *h, bool end, struct request *r)
{
	r->has_body = !end;
	r->length = end ? 0 : UINT64_MAX;
	if (h->length.p && !slice_u64(h->length, &r->length))
		return FAULT_HTTP_SMUGGLING;
	if (end && r->length > 0)
		return FAULT_HTTP_SMUGGLING;
	if (h->expect.p == NULL)
		return FAULT_NONE;
	if (!slice_ieq(h->expect, SLICE("100-continue")))
		return FAULT_EXPECTATION;
	r->expect_continue = r->has_body;
	return FAULT_NONE;
}

/*
 * RFC 8441 section 4: a tunnel's data is no body, and one that ends where it begins is none.
 * Without :protocol it would be for a forward proxy.
 */
static enum fault h2_head_connect(const struct h2_head *h, bool end, struct request *r)
{
	if (h->protocol.p == NULL)
		return FAULT_HTTP_SYNTAX;
	if (!slice_ieq(h->protocol, SLICE("websocket")))
		return FAULT_CONNECT_PROTOCOL;
	if (h->length.p)
		return FAULT_HTTP_SMUGGLING;
	if (end)
		return FAULT_WS_HANDSHAKE;
	r->websocket = true;
	r->has_body = false;
	return FAULT_NONE;
}

static enum fault h2_head_line(struct h2_head *h, struct arena *arena, struct request *r)
{
	if (r->method.n == 0 || http_char_span(r->method, HTTP_CHAR_TOKEN) != r->method.n)
		return FAULT_HTTP_SYNTAX;
	if (h->scheme.p && !slice_ieq(h->scheme, SLICE("http")) &&
	    !slice_ieq(h->scheme, SLICE("https")))
		return FAULT_HTTP_SYNTAX;
	enum fault f = h2_head_authority(h, arena, r);
	if (f == FAULT_NONE)
		f = h2_head_bake(h, arena);
	if (f == FAULT_NONE && !(slice_eq(r->method, SLICE("CONNECT")) && h->protocol.p == NULL))
		f = h2_head_path(h, arena, r);
	return f;
}

enum fault h2_head_finish(struct h2_head *h, struct arena *arena, bool end, struct request *r)
{
	enum fault f = h->fault;

	r->method = h->method;
	if (f == FAULT_NONE)
		f = h2_head_line(h, arena, r);
	if (f == FAULT_NONE)
		f = h2_head_body(h, end, r);
	if (f == FAULT_NONE && slice_eq(r->method, SLICE("CONNECT")))
		f = h2_head_connect(h, end, r);
	r->headers = h->fields.v;
	r->n_headers = h->fields.n;
	return f;
}
