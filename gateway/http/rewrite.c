#include "http/rewrite.h"

#include <string.h>

#include "base/log.h"
#include "codec/http_authority.h"
#include "codec/http_path.h"
#include "http/render.h"

/* What is left of the path behind the prefix. */
static struct slice rewrite_strip(struct slice path, const char *strip)
{
	struct slice prefix = slice_of(strip);

	if (!slice_starts(path, prefix))
		return path;
	struct slice rest = {path.p + prefix.n, path.n - prefix.n};
	if (rest.n == 0)
		return SLICE("/");
	return rest.p[0] == '/' ? rest : path;
}

static bool rewrite_has_dots(struct slice path)
{
	struct slice segment;

	while (slice_cut(&path, '/', &segment))
		if (slice_eq(segment, SLICE(".")) || slice_eq(segment, SLICE("..")))
			return true;
	return false;
}

/* The first "?" is the template's: those of values are encoded. */
static void rewrite_split(struct slice url, struct rewrite *w)
{
	struct slice path;

	slice_cut(&url, '?', &path);
	w->path = path;
	if (url.p)
		w->query = url;
}

static enum fault rewrite_path(struct exchange *x, const struct template *t, struct rewrite *w)
{
	struct slice url;
	enum fault f = render_url(x, t, &url);

	if (f != FAULT_NONE)
		return f;
	rewrite_split(url, w);
	if (slice_eq(w->path, SLICE("*")))
		return FAULT_NONE;
	if (rewrite_has_dots(w->path))
		return FAULT_PATH_ESCAPES;
	if (!slice_starts(w->path, SLICE("/")))
		return FAULT_HTTP_SYNTAX;
	char *path = arena_alloc(&x->arena, w->path.n + 1);
	if (path == NULL)
		return FAULT_NO_MEMORY;
	f = http_path_normalise(w->path, path, &w->path.n);
	w->path.p = path;
	return f;
}

static enum fault rewrite_host(struct exchange *x, const struct template *t, struct rewrite *w)
{
	struct slice host;
	unsigned port;
	enum fault f = render_plain(x, t, &w->host);

	if (f == FAULT_NONE && w->host.n > 0 && !http_authority_split(w->host, &host, &port))
		f = FAULT_HTTP_SYNTAX;
	return f;
}

static enum fault rewrite_set(struct exchange *x, const struct config_fields *fields,
    struct rewrite *w)
{
	struct header *set = arena_alloc(&x->arena, fields->n * sizeof(*set));
	enum fault f = set ? FAULT_NONE : FAULT_NO_MEMORY;

	w->set = set;
	for (size_t i = 0; i < fields->n && f == FAULT_NONE; i++) {
		struct header *h = &set[w->n_set++];
		h->name = slice_of(fields->v[i].name);
		f = render_plain(x, fields->v[i].value, &h->value);
		h->value = slice_trim(h->value);
	}
	return f;
}

static enum fault rewrite_remove(struct exchange *x, const struct config_list *names,
    struct rewrite *w)
{
	struct slice *remove = arena_alloc(&x->arena, names->n * sizeof(*remove));

	if (remove == NULL)
		return FAULT_NO_MEMORY;
	for (size_t i = 0; i < names->n; i++)
		remove[i] = slice_of(names->v[i]);
	w->remove = remove;
	w->n_remove = (unsigned)names->n;
	return FAULT_NONE;
}

/* *key: which of them it was that failed. */
static enum fault rewrite_all(struct exchange *x, const struct config_rewrite *conf,
    struct rewrite *w, const char **key)
{
	enum fault f = FAULT_NONE;

	if (conf->strip)
		w->path = rewrite_strip(w->path, conf->strip);
	*key = "path";
	if (conf->path)
		f = rewrite_path(x, conf->path, w);
	if (f == FAULT_NONE && conf->host) {
		*key = "host";
		f = rewrite_host(x, conf->host, w);
	}
	if (f == FAULT_NONE && conf->set_headers.n > 0) {
		*key = "set_headers";
		f = rewrite_set(x, &conf->set_headers, w);
	}
	if (f == FAULT_NONE && conf->remove_headers.n > 0) {
		*key = "remove_headers";
		f = rewrite_remove(x, &conf->remove_headers, w);
	}
	return f;
}

enum fault rewrite_request(struct exchange *x, struct rewrite *w)
{
	const struct request *r = x->request;
	const char *key;

	*w = (struct rewrite){.path = exchange_resource(x), .query = r->query,
	    .host = r->authority};
	enum fault f = rewrite_all(x, &x->route->conf->rewrite, w, &key);
	if (f != FAULT_NONE)
		log_fault(f, "route %s: '%s' of 'rewrite'", x->route->conf->name, key);
	return f;
}
