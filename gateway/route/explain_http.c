#include "route/explain_http.h"

#include "http/cors.h"
#include "http/rewrite.h"
#include "route/explain.h"

static void explain_line(FILE *out, const char *name, const char *words)
{
	fprintf(out, "  %-*s %s", EXPLAIN_COLUMN, name, words);
}

bool explain_http_preflight(FILE *out, const struct exchange *x)
{
	const struct amend *a = x->route->amend;
	struct slice entry;

	if (a == NULL || a->cors == NULL || !cors_is_preflight(x))
		return false;
	const char *key = cors_lacks(a->cors, x, &entry);
	explain_line(out, "preflight", "the gateway answers: ");
	if (key)
		fprintf(out, "not allowed, since \"%.*s\" is not in %s of cors\n",
		    SLICE_ARG(entry), key);
	else
		fprintf(out, "%.*s is allowed\n", SLICE_ARG(cors_asked_method(x)));
	return true;
}

static bool explain_http_rewrites(const struct config_route *conf)
{
	const struct config_rewrite *w = &conf->rewrite;

	return conf->action == ACTION_BACKEND && conf->backend->n_servers > 0 &&
	    conf->backend->servers[0].kind >= SERVER_WS &&
	    !config_backend_is_proxied(conf->backend) &&
	    (w->strip || w->path || w->host || w->set_headers.n || w->remove_headers.n);
}

/* The request as a WebSocket server sees it; of one to a web server all is shown anyway. */
static void explain_http_rewrite(FILE *out, struct exchange *x)
{
	struct rewrite w;
	enum fault f = rewrite_request(x, &w);

	explain_line(out, "rewrite", "");
	if (f != FAULT_NONE) {
		fprintf(out, "%d: %s\n", fault_http(f), fault_text(f));
		return;
	}
	fprintf(out, "%.*s %.*s%s%.*s at %.*s\n", SLICE_ARG(x->request->method), SLICE_ARG(w.path),
	    w.query.p ? "?" : "", SLICE_ARG(w.query), SLICE_ARG(w.host));
	for (unsigned i = 0; i < w.n_set; i++) {
		explain_line(out, "", "with ");
		fprintf(out, "%.*s: %.*s\n", SLICE_ARG(w.set[i].name), SLICE_ARG(w.set[i].value));
	}
	for (unsigned i = 0; i < w.n_remove; i++) {
		explain_line(out, "", "without ");
		fprintf(out, "%.*s\n", SLICE_ARG(w.remove[i]));
	}
}

static void explain_http_answer(FILE *out, const struct exchange *x, const struct amend *a)
{
	const struct config_list *remove = &a->conf->rewrite.remove_response_headers;
	struct header headers[CORS_HEADERS];
	unsigned n = a->cors ? cors_headers(a->cors, x, headers, 0) : 0;

	for (unsigned i = 0; i < a->n_set; i++) {
		explain_line(out, "every answer", "with ");
		fprintf(out, "%.*s: %.*s\n", SLICE_ARG(a->set[i].name), SLICE_ARG(a->set[i].value));
	}
	for (size_t i = 0; i < remove->n; i++) {
		explain_line(out, "every answer", "without ");
		fprintf(out, "%s\n", remove->v[i]);
	}
	for (unsigned i = 0; i < n; i++) {
		explain_line(out, "cors", "");
		fprintf(out, "%.*s: %.*s\n", SLICE_ARG(headers[i].name),
		    SLICE_ARG(headers[i].value));
	}
}

void explain_http_changes(FILE *out, struct exchange *x)
{
	if (explain_http_rewrites(x->route->conf))
		explain_http_rewrite(out, x);
	if (x->route->amend)
		explain_http_answer(out, x, x->route->amend);
}
