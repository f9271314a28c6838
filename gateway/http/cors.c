#include "http/cors.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "http/origin.h"

static const char cors_prefix[] = "Access-Control-";

static bool cors_has(const struct config_list *list, struct slice entry)
{
	for (size_t i = 0; i < list->n; i++)
		if (slice_eq(slice_of(list->v[i]), entry))
			return true;
	return false;
}

/* "a, b, c" */
static enum fault cors_join(struct arena *arena, const struct config_list *list,
    struct slice *joined)
{
	size_t total = 1, used = 0;

	for (size_t i = 0; i < list->n; i++)
		total += strlen(list->v[i]) + 2;
	char *text = arena_alloc(arena, total);
	if (text == NULL)
		return FAULT_NO_MEMORY;
	for (size_t i = 0; i < list->n; i++)
		used += (size_t)snprintf(text + used, total - used, "%s%s", i ? ", " : "",
		    list->v[i]);
	*joined = (struct slice){text, used};
	return FAULT_NONE;
}

enum fault cors_new(struct arena *arena, const struct config_cors *conf, const struct cors **made)
{
	struct cors *c = arena_alloc(arena, sizeof(*c));
	const char *age = arena_printf(arena, "%" PRIu64, conf->max_age / 1000);

	if (c == NULL || age == NULL)
		return FAULT_NO_MEMORY;
	c->conf = conf;
	c->any = cors_has(&conf->origins, SLICE("*"));
	c->any_header = cors_has(&conf->headers, SLICE("*"));
	c->max_age = conf->max_age ? slice_of(age) : (struct slice){NULL, 0};
	enum fault f = cors_join(arena, &conf->methods, &c->methods);
	if (f == FAULT_NONE)
		f = cors_join(arena, &conf->headers, &c->headers);
	if (f == FAULT_NONE)
		f = cors_join(arena, &conf->expose, &c->expose);
	if (conf->methods.n == 0)
		c->methods = SLICE("GET, HEAD, POST");
	*made = c;
	return f;
}

struct slice cors_asked_method(const struct exchange *x)
{
	return exchange_header(x, SLICE("Access-Control-Request-Method"));
}

bool cors_is_preflight(const struct exchange *x)
{
	return slice_eq(x->request->method, SLICE("OPTIONS")) &&
	    exchange_header(x, SLICE("Origin")).p && cors_asked_method(x).p;
}

bool cors_owns(struct slice name)
{
	return slice_istarts(name, SLICE(cors_prefix));
}

static bool cors_lists(struct slice list, struct slice entry)
{
	return slice_list_has(list, entry) || slice_list_has(list, SLICE("*"));
}

/* Caches must know, also when this answer has none of it, that another origin's would differ. */
static bool cors_varies(const struct cors *c, const struct header *headers, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (slice_ieq(headers[i].name, SLICE("Vary")) &&
		    cors_lists(headers[i].value, SLICE("Origin")))
			return false;
	return !c->any;
}

static void cors_add(struct header *headers, unsigned *n, struct slice name, struct slice value)
{
	if (value.n > 0)
		headers[(*n)++] = (struct header){name, value};
}

/* Whatever it asks about: the browser compares, and tells its developer what is missing. */
static void cors_add_preflight(const struct cors *c, const struct exchange *x,
    struct header *headers, unsigned *n)
{
	cors_add(headers, n, SLICE("Access-Control-Allow-Methods"), c->methods);
	cors_add(headers, n, SLICE("Access-Control-Allow-Headers"), c->any_header
	    ? exchange_header(x, SLICE("Access-Control-Request-Headers")) : c->headers);
	cors_add(headers, n, SLICE("Access-Control-Max-Age"), c->max_age);
}

static bool cors_allows(const struct cors *c, const struct exchange *x, struct slice *denied)
{
	return exchange_header(x, SLICE("Origin")).p &&
	    origin_allowed(x, &c->conf->origins, denied);
}

unsigned cors_headers(const struct cors *c, const struct exchange *x, struct header *headers,
    unsigned n)
{
	struct slice origin = exchange_header(x, SLICE("Origin")), denied;
	const unsigned before = n;

	if (cors_varies(c, headers, n))
		cors_add(headers, &n, SLICE("Vary"), SLICE("Origin"));
	if (!c->any && !cors_allows(c, x, &denied))
		return n - before;
	cors_add(headers, &n, SLICE("Access-Control-Allow-Origin"), c->any ? SLICE("*") : origin);
	if (c->conf->credentials)
		cors_add(headers, &n, SLICE("Access-Control-Allow-Credentials"), SLICE("true"));
	if (cors_is_preflight(x))
		cors_add_preflight(c, x, headers, &n);
	else
		cors_add(headers, &n, SLICE("Access-Control-Expose-Headers"), c->expose);
	return n - before;
}

/* Methods for which a browser does not ask unless a header makes it (section 2.2.1). */
static bool cors_is_simple(struct slice method)
{
	return slice_eq(method, SLICE("GET")) || slice_eq(method, SLICE("HEAD")) ||
	    slice_eq(method, SLICE("POST"));
}

const char *cors_lacks(const struct cors *c, const struct exchange *x, struct slice *entry)
{
	struct slice asked = exchange_header(x, SLICE("Access-Control-Request-Headers"));

	if (!cors_allows(c, x, entry))
		return "origins";
	*entry = cors_asked_method(x);
	if (!cors_is_simple(*entry) && !cors_has(&c->conf->methods, *entry))
		return "methods";
	while (!c->any_header && slice_cut(&asked, ',', entry)) {
		*entry = slice_trim(*entry);
		if (entry->n > 0 && !slice_list_has(c->headers, *entry))
			return "headers";
	}
	return NULL;
}
