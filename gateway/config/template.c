#include "config/template.h"

#include <stdio.h>
#include <string.h>

#include "config/nearest.h"

/* A name that ends in '.' wants another behind it. */
struct template_name {
	const char		*name;
	enum template_variable	 variable;
	const char		*help;		/* NULL: not supported yet */
};

static const struct template_name template_names[] = {
	{"client.ip", TEMPLATE_CLIENT_IP,
	    "the client's address"},
	{"client.port", TEMPLATE_CLIENT_PORT,
	    "the client's port"},
	{"host", TEMPLATE_HOST,
	    "the host that the request is for, without its port"},
	{"path", TEMPLATE_PATH,
	    "the path, in normal form"},
	{"path.", TEMPLATE_PATH_NAME,
	    "a named capture of the route's path pattern"},
	{"query.", TEMPLATE_QUERY_NAME,
	    "a parameter of the query"},
	{"header.", TEMPLATE_HEADER_NAME,
	    "a header of the request"},
	{"cookie.", TEMPLATE_COOKIE_NAME,
	    "a cookie"},
	{"route", TEMPLATE_ROUTE,
	    "the route's name"},
	{"request.id", TEMPLATE_REQUEST_ID,
	    "the request's id, as the access log has it"},
	{"tls.sni", TEMPLATE_TLS_SNI,
	    "the name that the client asked for in the TLS handshake"},
	{"tls.client_cn", TEMPLATE_TLS_CLIENT_CN,
	    "the common name of the client's certificate"},
	{"session.id", TEMPLATE_SESSION_ID,
	    "the id of the session that a backend is connected for, as the log has it"},
	{"auth.user", TEMPLATE_LITERAL, NULL},
	{"auth.claim.", TEMPLATE_LITERAL, NULL},
	{NULL, TEMPLATE_LITERAL, NULL},
};

enum { TEMPLATE_SHOWN = 40 };

/* The variable that name means; *rest: what stands behind its last point. */
static const struct template_name *template_find(struct slice name, struct slice *rest)
{
	const struct template_name *t;

	for (t = template_names; t->name; t++) {
		struct slice known = slice_of(t->name);
		bool prefix = slice_ends(known, SLICE("."));
		if (prefix ? !slice_starts(name, known) : !slice_eq(name, known))
			continue;
		*rest = (struct slice){name.p + known.n, name.n - known.n};
		return t;
	}
	return t;
}

static void template_unknown(struct slice name, struct template_error *error)
{
	char text[TEMPLATE_SHOWN + 1];
	const char *near = NULL;
	struct nearest best = {.to = text};

	snprintf(text, sizeof(text), "%.*s", SLICE_ARG(name));
	for (const struct template_name *t = template_names; t->name; t++)
		if (nearest_try(&best, t->name))
			near = t->name;
	bool prefix = near && near[strlen(near) - 1] == '.';
	snprintf(error->words, sizeof(error->words), "unknown variable '${%s}'%s%s%s%s", text,
	    near ? "; did you mean '${" : "", near ? near : "", prefix ? "NAME" : "",
	    near ? "}'?" : "");
}

/* Fills the segment from what stands between the braces; false: see the error. */
static bool template_variable(struct slice name, struct template_segment *segment,
    struct template_error *error)
{
	const struct template_name *t = template_find(name, &segment->text);
	int n = name.n > TEMPLATE_SHOWN ? TEMPLATE_SHOWN : (int)name.n;

	segment->variable = t->variable;
	if (t->name == NULL)
		template_unknown(name, error);
	else if (t->help == NULL)
		snprintf(error->words, sizeof(error->words), "'${%.*s}' is not supported yet", n,
		    name.p);
	else if (segment->text.n == 0 && slice_ends(name, SLICE(".")))
		snprintf(error->words, sizeof(error->words), "'${%.*s}' lacks a name after the '.'",
		    n, name.p);
	else
		return true;
	return false;
}

/* How many segments there can be at most. */
static size_t template_bound(const char *text)
{
	size_t n = 1;

	while ((text = strstr(text, "${")) != NULL) {
		n += 2;
		text += 2;
	}
	return n;
}

/* Up to the next variable; "$${" ends a literal after its first '$' and begins the next one. */
static size_t template_literal(const char *p, size_t *skip)
{
	const char *open = strstr(p, "${");

	*skip = 0;
	if (open == NULL)
		return strlen(p);
	if (open > p && open[-1] == '$') {
		*skip = 1;
		return (size_t)(open - p) - 1;
	}
	return (size_t)(open - p);
}

static bool template_take(const char *text, struct template_segment *segments, size_t *n,
    struct template_error *error)
{
	const char *p = text;
	bool escaped = false;		/* the "${" at p is literal */

	while (*p) {
		size_t skip = 0, take = escaped ? 2 : template_literal(p, &skip);
		const char *close = strchr(p, '}');
		struct template_segment *s = &segments[*n];
		if (take || skip) {
			*s = (struct template_segment){TEMPLATE_LITERAL, {p, take}};
			*n += take > 0;
			p += take + skip;
			escaped = skip > 0;
			continue;
		}
		error->at = (size_t)(p - text);
		error->n = close ? (size_t)(close - p) + 1 : 2;
		error->whole = close != NULL;
		if (close == NULL) {
			snprintf(error->words, sizeof(error->words), "the '}' of '${' is missing");
			return false;
		}
		if (!template_variable((struct slice){p + 2, (size_t)(close - p) - 2}, s, error))
			return false;
		p = close + 1;
		++*n;
	}
	return true;
}

const struct template *template_compile(struct arena *arena, const char *text,
    struct template_error *error)
{
	struct template *t = arena_alloc(arena, sizeof(*t));
	struct template_segment *segments = arena_alloc(arena,
	    template_bound(text) * sizeof(*segments));

	*error = (struct template_error){.at = 0};
	if (t == NULL || segments == NULL)
		return NULL;
	t->text = text;
	t->segments = segments;
	return template_take(text, segments, &t->n, error) ? t : NULL;
}

const char *template_name(enum template_variable variable)
{
	const struct template_name *t = template_names;

	while (t->name && t->variable != variable)
		t++;
	return t->name;
}

const char *template_describe(size_t i, const char **help)
{
	if (i >= sizeof(template_names) / sizeof(template_names[0]) - 1)
		return NULL;
	*help = template_names[i].help;
	return template_names[i].name;
}
