#include "http/render.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "codec/http_path.h"
#include "http/render_host.h"

enum { RENDER_ENCODED = 3 };	/* "%20" */

/* Where a variable's value comes from. Decoded ones stand in the arena. */
struct render_source {
	bool		  encoded;	/* it is a part of a URL already */
	enum fault	(*value)(struct exchange *, struct slice name, struct slice *value);
};

static enum fault render_text(struct exchange *x, const char *text, struct slice *value)
{
	*value = arena_copy(&x->arena, slice_of(text));
	return value->p ? FAULT_NONE : FAULT_NO_MEMORY;
}

static enum fault render_client_ip(struct exchange *x, struct slice name, struct slice *value)
{
	char text[ADDRESS_TEXT];

	(void)name;
	return render_text(x, address_text(exchange_client(x), text), value);
}

static enum fault render_client_port(struct exchange *x, struct slice name, struct slice *value)
{
	char text[8];

	(void)name;
	snprintf(text, sizeof(text), "%u", (unsigned)exchange_client(x)->port);
	return render_text(x, text, value);
}

static enum fault render_host(struct exchange *x, struct slice name, struct slice *value)
{
	(void)name;
	*value = exchange_host(x);
	return FAULT_NONE;
}

static enum fault render_path(struct exchange *x, struct slice name, struct slice *value)
{
	(void)name;
	*value = exchange_resource(x);
	return FAULT_NONE;
}

static enum fault render_decoded(struct exchange *x, struct slice raw, bool plus,
    struct slice *value)
{
	char *text = arena_alloc(&x->arena, raw.n + 1);

	if (text == NULL)
		return FAULT_NO_MEMORY;
	value->p = text;
	if (!http_path_decode(raw, plus, text, &value->n))
		return FAULT_HTTP_SYNTAX;
	return FAULT_NONE;
}

static enum fault render_capture(struct exchange *x, struct slice name, struct slice *value)
{
	const struct request *r = x->request;

	for (unsigned i = 0; i < r->n_captures; i++)
		if (slice_eq(r->captures[i].name, name))
			return render_decoded(x, r->captures[i].value, false, value);
	return FAULT_NONE;
}

static enum fault render_query(struct exchange *x, struct slice name, struct slice *value)
{
	return render_decoded(x, http_query_find(x->request->query, name), true, value);
}

static enum fault render_header(struct exchange *x, struct slice name, struct slice *value)
{
	*value = exchange_header(x, name);
	return FAULT_NONE;
}

/* RFC 6265 section 5.4: "a=1; b=2", in one field or, over HTTP/2, in several. */
static enum fault render_cookie(struct exchange *x, struct slice name, struct slice *value)
{
	struct slice pair, key;

	for (unsigned i = 0; i < x->request->n_headers; i++) {
		struct slice rest = x->request->headers[i].value;
		if (!slice_ieq(x->request->headers[i].name, SLICE("Cookie")))
			continue;
		while (slice_cut(&rest, ';', &pair)) {
			pair = slice_trim(pair);
			if (slice_cut(&pair, '=', &key) && pair.p && slice_eq(key, name)) {
				*value = pair;
				return FAULT_NONE;
			}
		}
	}
	return FAULT_NONE;
}

static enum fault render_route(struct exchange *x, struct slice name, struct slice *value)
{
	(void)name;
	*value = slice_of(x->route->conf->name);
	return FAULT_NONE;
}

static enum fault render_request_id(struct exchange *x, struct slice name, struct slice *value)
{
	(void)name;
	*value = slice_of(x->id);
	return FAULT_NONE;
}

static enum fault render_sni(struct exchange *x, struct slice name, struct slice *value)
{
	(void)name;
	*value = x->client->sni;
	return FAULT_NONE;
}

static enum fault render_client_cn(struct exchange *x, struct slice name, struct slice *value)
{
	(void)name;
	*value = x->client->client_cn;
	return FAULT_NONE;
}

static enum fault render_session(struct exchange *x, struct slice name, struct slice *value)
{
	(void)name;
	*value = slice_of(x->session);
	return FAULT_NONE;
}

static const struct render_source render_sources[] = {
	[TEMPLATE_CLIENT_IP] = {false, render_client_ip},
	[TEMPLATE_CLIENT_PORT] = {false, render_client_port},
	[TEMPLATE_HOST] = {true, render_host},
	[TEMPLATE_PATH] = {true, render_path},
	[TEMPLATE_PATH_NAME] = {false, render_capture},
	[TEMPLATE_QUERY_NAME] = {false, render_query},
	[TEMPLATE_HEADER_NAME] = {false, render_header},
	[TEMPLATE_COOKIE_NAME] = {false, render_cookie},
	[TEMPLATE_ROUTE] = {false, render_route},
	[TEMPLATE_REQUEST_ID] = {false, render_request_id},
	[TEMPLATE_TLS_SNI] = {false, render_sni},
	[TEMPLATE_TLS_CLIENT_CN] = {false, render_client_cn},
	[TEMPLATE_SESSION_ID] = {false, render_session},
};

static bool render_has_control(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return true;
	return false;
}

/*
 * Unreserved characters, and those that can neither begin nor end a part of a URL. Not "+", which
 * is a space where it stands in a query.
 */
static bool render_is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("-._~/:@,;!$'()*", c) != NULL);
}

static size_t render_encode(struct slice s, char *out)
{
	static const char digits[] = "0123456789ABCDEF";
	char *to = out;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (render_is_plain(s.p[i])) {
			*to++ = s.p[i];
			continue;
		}
		*to++ = '%';
		*to++ = digits[c >> 4];
		*to++ = digits[c & 15];
	}
	return (size_t)(to - out);
}

/* What stands for a segment; in a URL, encoded. */
static enum fault render_segment(struct exchange *x, const struct template_segment *segment,
    bool url, struct slice *value)
{
	const struct render_source *source = &render_sources[segment->variable];
	struct slice raw = {NULL, 0};

	enum fault f = source->value(x, segment->text, &raw);
	if (f == FAULT_NONE && render_has_control(raw))
		f = FAULT_CONTROL_CHARACTER;
	if (f != FAULT_NONE) {
		log_fault(f, "route %s: ${%s%.*s}", x->route->conf->name,
		    template_name(segment->variable), SLICE_ARG(segment->text));
		return f;
	}
	*value = raw;
	if (!url || source->encoded)
		return FAULT_NONE;
	char *text = arena_alloc(&x->arena, raw.n * RENDER_ENCODED + 1);
	if (text == NULL)
		return FAULT_NO_MEMORY;
	*value = (struct slice){text, render_encode(raw, text)};
	return FAULT_NONE;
}

/* What stands for each segment, in the arena; in a URL, values are encoded. */
static enum fault render_parts(struct exchange *x, const struct template *t, bool url,
    struct slice **out)
{
	struct slice *parts = arena_alloc(&x->arena, (t->n + 1) * sizeof(*parts));
	enum fault f = parts ? FAULT_NONE : FAULT_NO_MEMORY;

	for (size_t i = 0; i < t->n && f == FAULT_NONE; i++) {
		if (t->segments[i].variable == TEMPLATE_LITERAL)
			parts[i] = t->segments[i].text;
		else
			f = render_segment(x, &t->segments[i], url, &parts[i]);
	}
	*out = parts;
	return f;
}

static enum fault render_join(struct exchange *x, const struct slice *parts, size_t n,
    struct slice *out)
{
	size_t total = 0, used = 0;

	for (size_t i = 0; i < n; i++)
		total += parts[i].n;
	char *text = arena_alloc(&x->arena, total + 1);
	if (text == NULL)
		return FAULT_NO_MEMORY;
	for (size_t i = 0; i < n; i++) {
		if (parts[i].n > 0)
			memcpy(text + used, parts[i].p, parts[i].n);
		used += parts[i].n;
	}
	*out = (struct slice){text, total};
	return FAULT_NONE;
}

static enum fault render_template(struct exchange *x, const struct template *t, bool url,
    struct slice *out)
{
	struct slice *parts;
	enum fault f = render_parts(x, t, url, &parts);

	return f == FAULT_NONE ? render_join(x, parts, t->n, out) : f;
}

enum fault render_url(struct exchange *x, const struct template *t, struct slice *url)
{
	return render_template(x, t, true, url);
}

enum fault render_location(struct exchange *x, const struct template *t, struct slice *url)
{
	struct slice *parts;
	enum fault f = render_parts(x, t, true, &parts);

	if (f == FAULT_NONE && !render_host_stays(t, parts)) {
		f = FAULT_PATH_ESCAPES;
		log_fault(f, "route %s: redirect to another host", x->route->conf->name);
	}
	return f == FAULT_NONE ? render_join(x, parts, t->n, url) : f;
}

enum fault render_plain(struct exchange *x, const struct template *t, struct slice *text)
{
	return render_template(x, t, false, text);
}
