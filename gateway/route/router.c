#include "route/router.h"

#include "base/log.h"
#include "codec/http_authority.h"
#include "codec/http_path.h"
#include "http/cors.h"
#include "route/pattern.h"
#include "route/snapshot.h"

static bool router_has_host(const struct config_route *r, struct slice host)
{
	for (size_t i = 0; i < r->host.n; i++)
		if (http_authority_matches(host, slice_of(r->host.v[i])))
			return true;
	return r->host.n == 0;
}

/* "/x" takes "/x" and "/x/y", not "/xy"; "/x/" takes what is below it. */
static bool router_below(struct slice path, struct slice prefix)
{
	if (!slice_starts(path, prefix))
		return false;
	return path.n == prefix.n || prefix.n == 0 || prefix.p[prefix.n - 1] == '/' ||
	    path.p[prefix.n] == '/';
}

static enum fault router_has_path(const struct route *r, struct exchange *x, bool *holds)
{
	struct request *request = x->request;
	enum fault f;

	*holds = true;
	switch (r->conf->path_kind) {
	case PATH_ANY:
		break;
	case PATH_PREFIX:
		*holds = router_below(request->path, slice_of(r->conf->path));
		break;
	case PATH_EXACT:
		*holds = slice_eq(request->path, slice_of(r->conf->path));
		break;
	case PATH_REGEX:
		f = pattern_match(r->pattern, request->path, &x->arena, holds, &request->captures,
		    &request->n_captures);
		if (f == FAULT_PATTERN_LIMIT)
			log_fault(f, "route %s: path of %zu bytes", r->conf->name, request->path.n);
		return f;
	}
	return FAULT_NONE;
}

/* What is wanted in the end: a browser asks first whether a page of another origin may. */
static struct slice router_method(const struct config_route *r, const struct exchange *x)
{
	return r->cors.origins.n > 0 && cors_is_preflight(x) ? cors_asked_method(x)
	    : x->request->method;
}

/* A HEAD is a GET whose answer has no body (RFC 9110 section 9.3.2). */
static bool router_has_method(const struct config_route *r, const struct exchange *x)
{
	struct slice method = r->method.n > 0 ? router_method(r, x) : SLICE("");

	for (size_t i = 0; i < r->method.n; i++) {
		struct slice wanted = slice_of(r->method.v[i]);
		if (slice_eq(method, wanted))
			return true;
		if (slice_eq(method, SLICE("HEAD")) && slice_eq(wanted, SLICE("GET")))
			return true;
	}
	return r->method.n == 0;
}

static bool router_has_header(const struct request *request, const struct config_pair *wanted)
{
	struct slice name = slice_of(wanted->name), value = slice_of(wanted->value);

	for (unsigned i = 0; i < request->n_headers; i++)
		if (slice_ieq(request->headers[i].name, name) &&
		    slice_eq(request->headers[i].value, value))
			return true;
	return false;
}

static bool router_has_headers(const struct config_route *r, const struct exchange *x)
{
	for (size_t i = 0; i < r->header.n; i++)
		if (!router_has_header(x->request, &r->header.v[i]))
			return false;
	return true;
}

static enum fault router_has_query(const struct config_route *r, struct exchange *x, bool *holds)
{
	*holds = true;
	for (size_t i = 0; i < r->query.n && *holds; i++) {
		struct slice raw = http_query_find(x->request->query, slice_of(r->query.v[i].name));
		char *text = arena_alloc(&x->arena, raw.n + 1);
		size_t n = 0;
		if (text == NULL)
			return FAULT_NO_MEMORY;
		*holds = raw.p && http_path_decode(raw, true, text, &n) &&
		    slice_eq((struct slice){text, n}, slice_of(r->query.v[i].value));
	}
	return FAULT_NONE;
}

/* The first criterion of the route that does not hold; ROUTER_CRITERIA when all do. */
static enum fault router_try(const struct route *r, struct exchange *x, struct slice host,
    enum router_criterion *failed)
{
	const struct config_route *conf = r->conf;
	enum fault f;
	bool holds;

	*failed = ROUTER_HOST;
	if (!router_has_host(conf, host))
		return FAULT_NONE;
	*failed = ROUTER_PATH;
	if ((f = router_has_path(r, x, &holds)) != FAULT_NONE || !holds)
		return f;
	*failed = ROUTER_METHOD;
	if (!router_has_method(conf, x))
		return FAULT_NONE;
	*failed = ROUTER_HEADER;
	if (!router_has_headers(conf, x))
		return FAULT_NONE;
	*failed = ROUTER_QUERY;
	if ((f = router_has_query(conf, x, &holds)) != FAULT_NONE || !holds)
		return f;
	*failed = ROUTER_SOURCE;
	if (conf->source.n > 0 && !address_in(exchange_client(x), &conf->source))
		return FAULT_NONE;
	*failed = ROUTER_CRITERIA;
	return FAULT_NONE;
}

enum fault router_find(const struct snapshot *snapshot, struct exchange *x,
    struct router_trace *trace, const struct route **found)
{
	struct slice host = exchange_host(x);
	enum router_criterion failed;

	*found = NULL;
	for (size_t i = 0; i < snapshot->n_routes; i++) {
		const struct route *r = &snapshot->routes[i];
		x->request->captures = NULL;
		x->request->n_captures = 0;
		enum fault f = router_try(r, x, host, &failed);
		if (f != FAULT_NONE)
			return f;
		if (trace)
			trace->tried(trace, r, failed);
		if (failed == ROUTER_CRITERIA) {
			*found = r;
			return FAULT_NONE;
		}
	}
	return FAULT_NONE;
}
