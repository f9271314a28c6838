#include "back/back_caller.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "http/proxy_fields.h"
#include "http/proxy_request.h"

/* Where there are others, a server is left after so many connections in a row that failed. */
enum { BACK_CALLER_LOYALTY = 2 };

/*
 * Fields of the client's request that say something of that request alone, or that only we may say.
 * Those that begin so are meant as well.
 */
static const struct slice back_caller_private[] = {
	{"Accept", 6}, {"Connection-Id", 13}, {"Content-", 8}, {"Framegate-", 10}, {"If-", 3},
	{"Last-Event-ID", 13}, {"Meta-", 5}, {"Range", 5}, {"Sec-WebSocket-", 14},
};

static bool back_caller_is_private(struct slice name)
{
	const size_t n = sizeof(back_caller_private) / sizeof(back_caller_private[0]);

	for (size_t i = 0; i < n; i++) {
		struct slice begin = back_caller_private[i];
		if (name.n >= begin.n &&
		    proxy_fields_same((struct slice){name.p, begin.n}, begin))
			return true;
	}
	return false;
}

static bool back_caller_has(const struct header *own, unsigned n, struct slice name)
{
	for (unsigned i = 0; i < n; i++)
		if (proxy_fields_same(own[i].name, name))
			return true;
	return false;
}

/* What the route sets and removes, with what is ours on top of it. */
static enum fault back_caller_amend(struct proxy_request *p, const struct rewrite *w,
    struct exchange *x, const struct header *own, unsigned n_own)
{
	const struct request *r = x->request;
	struct header *set = arena_alloc(&x->arena, (w->n_set + n_own + 1) * sizeof(*set));
	struct slice *remove = arena_alloc(&x->arena,
	    (w->n_remove + r->n_headers + 1) * sizeof(*remove));

	if (set == NULL || remove == NULL)
		return FAULT_NO_MEMORY;
	p->set = set;
	p->remove = remove;
	p->n_set = p->n_remove = 0;
	for (unsigned i = 0; i < w->n_set; i++)
		if (!back_caller_has(own, n_own, w->set[i].name))
			set[p->n_set++] = w->set[i];
	for (unsigned i = 0; i < n_own; i++)
		set[p->n_set++] = own[i];
	for (unsigned i = 0; i < w->n_remove; i++)
		remove[p->n_remove++] = w->remove[i];
	for (unsigned i = 0; i < r->n_headers; i++)
		if (back_caller_is_private(r->headers[i].name))
			remove[p->n_remove++] = r->headers[i].name;
	return FAULT_NONE;
}

/* One block of memory for all of them. */
static enum fault back_caller_keep(struct back_caller *c)
{
	struct slice *all[] = {&c->host, &c->path, &c->query, &c->fields, &c->request.proxy};
	const size_t n = sizeof(all) / sizeof(all[0]);
	size_t size = 1;

	for (size_t i = 0; i < n; i++)
		size += all[i]->n;
	char *at = c->kept = malloc(size);
	if (at == NULL)
		return FAULT_NO_MEMORY;
	for (size_t i = 0; i < n; i++) {
		if (all[i]->n > 0)
			memcpy(at, all[i]->p, all[i]->n);
		all[i]->p = all[i]->p ? at : NULL;
		at += all[i]->n;
	}
	return FAULT_NONE;
}

enum fault back_caller_open(struct back_caller *c, const struct channel *ch, struct exchange *x,
    const struct header *own, unsigned n_own)
{
	struct proxy_request p;
	struct rewrite w;

	*c = (struct back_caller){.worker = ch->worker, .conf = ch->route->conf,
	    .backend = ch->route->backend,
	    .limits = {x->client->limits->head, x->client->limits->headers}};
	memcpy(c->id, ch->id, sizeof(c->id));
	enum fault f = rewrite_request(x, &w);
	if (f == FAULT_NONE)
		f = connect_request_make(&c->request, x);
	if (f != FAULT_NONE)
		return f;
	proxy_request_init(&p, x);
	proxy_request_rewrite(&p, &w);
	f = back_caller_amend(&p, &w, x, own, n_own);
	if (f == FAULT_NONE)
		f = proxy_request_fields(&p, x, &c->fields);
	c->host = p.host;
	c->path = p.path;
	c->query = p.query;
	if (f == FAULT_NONE)
		f = back_caller_keep(c);
	if (f == FAULT_NONE)
		c->snapshot = held_get(x->snapshot);
	return f;
}

static void back_caller_leave(struct back_caller *c)
{
	if (c->target)
		backend_release(c->backend, c->target);
	c->target = NULL;
	c->misses = 0;
}

void back_caller_close(struct back_caller *c)
{
	back_caller_leave(c);
	free(c->kept);
	held_put(c->snapshot);
}

void back_caller_tell(struct back_caller *c, struct target *target, enum fault f)
{
	backend_tell(c->backend, target, f, c->worker->now);
	if (target != c->target)
		return;
	c->misses = f == FAULT_NONE ? 0 : c->misses + 1;
	if (c->misses >= BACK_CALLER_LOYALTY && c->backend->conf->n_servers > 1)
		back_caller_leave(c);
}

void back_caller_blame(const struct back_caller *c, const struct target *target, enum fault f)
{
	log_fault(f, "route %s: backend %s: %s: session %s", c->conf->name, c->backend->conf->name,
	    target->server.text, c->id);
}
