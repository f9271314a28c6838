#include "http/amend.h"

#include <assert.h>
#include <stdlib.h>

#include "http/cors.h"
#include "net/cork.h"

enum { AMEND_HEADERS = CONFIG_HEADERS_MAX + CONFIG_SET_HEADERS + CORS_HEADERS };

/* A WebSocket is no business of CORS; its substitutes are. */
static bool amend_has_cors(const struct config_route *conf, bool messages)
{
	return conf->cors.origins.n > 0 && (!messages || config_route_has(conf, CONFIG_FALLBACK));
}

static enum fault amend_make(struct amend *a, bool messages)
{
	const struct config_pairs *set = &a->conf->rewrite.set_response_headers;

	a->set = arena_alloc(&a->arena, (set->n + 1) * sizeof(*a->set));
	if (a->set == NULL)
		return FAULT_NO_MEMORY;
	for (size_t i = 0; i < set->n; i++)
		a->set[a->n_set++] = (struct header){slice_of(set->v[i].name),
		    slice_of(set->v[i].value)};
	if (!amend_has_cors(a->conf, messages))
		return FAULT_NONE;
	return cors_new(&a->arena, &a->conf->cors, &a->cors);
}

enum fault amend_new(const struct config_route *conf, bool messages, struct amend **made)
{
	bool cors = amend_has_cors(conf, messages);

	*made = NULL;
	if (!cors && conf->rewrite.set_response_headers.n == 0 &&
	    conf->rewrite.remove_response_headers.n == 0)
		return FAULT_NONE;
	struct amend *a = calloc(1, sizeof(*a));
	if (a == NULL)
		return FAULT_NO_MEMORY;
	arena_init(&a->arena);
	a->conf = conf;
	enum fault f = amend_make(a, messages);
	if (f == FAULT_NONE)
		*made = a;
	else
		amend_free(a);
	return f;
}

void amend_free(struct amend *a)
{
	if (a == NULL)
		return;
	arena_fini(&a->arena);
	free(a);
}

/* NULL: nothing is said of it, or the handler does that. */
static const struct cors *amend_cors(const struct exchange *x)
{
	return x->handler && x->handler->cors ? NULL : x->route->amend->cors;
}

/* Is a handler's header of that name not wanted, or the route's to say? */
static bool amend_drops(const struct amend *a, const struct cors *cors, struct slice name)
{
	const struct config_list *remove = &a->conf->rewrite.remove_response_headers;

	for (unsigned i = 0; i < a->n_set; i++)
		if (slice_ieq(name, a->set[i].name))
			return true;
	for (size_t i = 0; i < remove->n; i++)
		if (slice_ieq(name, slice_of(remove->v[i])))
			return true;
	return cors && cors_owns(name);
}

/* What stands in the request goes with it, and until then is only referred to. */
static bool amend_is_large(const struct header *v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (v[i].value.n > CORK_SMALL)
			return true;
	return false;
}

/* Returns how many there are now; *large: some must leave at once. */
static unsigned amend_headers(const struct exchange *x, const struct header *headers, unsigned n,
    struct header out[AMEND_HEADERS], bool *large)
{
	const struct amend *a = x->route->amend;
	const struct cors *cors = amend_cors(x);
	unsigned used = 0;

	assert(n <= CONFIG_HEADERS_MAX);
	for (unsigned i = 0; i < n; i++)
		if (!amend_drops(a, cors, headers[i].name))
			out[used++] = headers[i];
	for (unsigned i = 0; i < a->n_set; i++)
		out[used++] = a->set[i];
	*large = false;
	if (cors) {
		unsigned more = cors_headers(cors, x, out, used);
		*large = amend_is_large(out + used, more);
		used += more;
	}
	return used;
}

enum flow amend_respond(struct exchange *x, const struct response *r)
{
	struct worker *w = x->client->worker;
	struct header headers[AMEND_HEADERS];
	struct response amended = *r;
	bool large;

	amended.headers = headers;
	amended.n_headers = amend_headers(x, r->headers, r->n_headers, headers, &large);
	enum flow flow = x->ops->respond(x, &amended);
	if (large)
		worker_flush(w);
	return flow;
}

enum flow amend_upgrade(struct exchange *x, const struct header *headers, unsigned n)
{
	struct header amended[AMEND_HEADERS];
	bool large;

	n = amend_headers(x, headers, n, amended, &large);
	return x->ops->upgrade(x, amended, n);
}
