#include "config/type.h"

#include <string.h>

#include "config/match.h"
#include "config/nearest.h"
#include "config/print.h"
#include "config/read.h"

/* In lower case, since case does not count. */
static bool type_fold(struct read *r, const char *text, const char **out)
{
	char *copy = read_copy(r, slice_of(text));

	for (char *p = copy; p && *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p | 0x20);
	*out = copy;
	return true;
}

static bool type_host_element(struct read *r, const struct schema_key *key, const struct node *node,
    void *item)
{
	const char *why = node->kind == NODE_STRING ? match_host(slice_of(node->string)) : NULL;

	if (why)
		read_wrong(r, key, node, why);
	return node->kind == NODE_STRING && type_fold(r, node->string, item);
}

static bool type_origin_element(struct read *r, const struct schema_key *key,
    const struct node *node, void *item)
{
	const char *why = node->kind == NODE_STRING ? match_origin(slice_of(node->string)) : NULL;

	if (why)
		read_wrong(r, key, node, why);
	return node->kind == NODE_STRING && type_fold(r, node->string, item);
}

static bool type_method_element(struct read *r, const struct schema_key *key,
    const struct node *node, void *item)
{
	if (node->kind != NODE_STRING || !match_is_token(slice_of(node->string)))
		return false;
	if (strpbrk(node->string, "abcdefghijklmnopqrstuvwxyz"))
		read_wrong(r, key, node, "methods are in upper case");
	*(const char **)item = node->string;
	return true;
}

static bool type_subprotocol_element(struct read *r, const struct schema_key *key,
    const struct node *node, void *item)
{
	(void)r;
	(void)key;
	*(const char **)item = node->string;
	return node->kind == NODE_STRING &&
	    (node->string[0] == '\0' || match_is_token(slice_of(node->string)));
}

static bool type_list_read(struct read *r, const struct schema_key *key, const struct node *node,
    void *base, read_element *element)
{
	struct config_list *list = schema_member(key, base);

	list->v = read_list(r, key, node, sizeof(*list->v), &list->n, element);
	if (list->n == 0 && key->value == NULL)
		read_empty(r, key, node);
	return true;
}

static void type_list_print(FILE *f, const struct schema_key *key, const void *base)
{
	const struct config_list *list = schema_value(key, base);

	for (size_t i = 0; i < list->n; i++)
		print_element(f, i, list->v[i]);
	print_list_end(f, list->n);
}

static bool type_hosts_read(struct read *r, const struct schema_key *key, const struct node *node,
    void *base)
{
	return type_list_read(r, key, node, base, type_host_element);
}

static bool type_origins_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	return type_list_read(r, key, node, base, type_origin_element);
}

static bool type_methods_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	return type_list_read(r, key, node, base, type_method_element);
}

static bool type_subprotocols_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	return type_list_read(r, key, node, base, type_subprotocol_element);
}

static void type_framing_wrong(struct read *r, const struct schema_key *key,
    const struct node *node, const char *name)
{
	struct nearest best = {.to = name};
	const char *near = NULL;
	char why[80];

	for (const struct schema_word *w = key->words; w->name; w++)
		if (nearest_try(&best, w->name))
			near = w->name;
	snprintf(why, sizeof(why), "no framing has this name%s%s%s",
	    near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	read_wrong(r, key, node, why);
}

/* "NAME=FRAMING"; neither holds another '='. */
static bool type_subprotocol_framing_element(struct read *r, const struct schema_key *key,
    const struct node *node, void *item)
{
	struct config_subprotocol_framing *to = item;
	const struct schema_word *w = key->words;
	struct slice name, framing;

	if (!read_is_text(node))
		return false;
	framing = slice_of(node->string);
	if (!slice_cut(&framing, '=', &name) || framing.p == NULL || !match_is_token(name))
		return false;
	while (w->name && !slice_eq(framing, slice_of(w->name)))
		w++;
	to->subprotocol = read_copy(r, name);
	to->framing = (enum config_framing)w->value;
	if (w->name == NULL)
		type_framing_wrong(r, key, node, framing.p);
	return true;
}

static bool type_subprotocol_framings_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	struct config_subprotocol_framings *list = schema_member(key, base);

	list->v = read_list(r, key, node, sizeof(*list->v), &list->n,
	    type_subprotocol_framing_element);
	if (list->n == 0)
		read_empty(r, key, node);
	return true;
}

static void type_subprotocol_framings_print(FILE *f, const struct schema_key *key,
    const void *base)
{
	const struct config_subprotocol_framings *list = schema_value(key, base);

	for (size_t i = 0; i < list->n; i++) {
		const struct schema_word *w = key->words;
		char text[200];
		while (w->value != (int)list->v[i].framing)
			w++;
		snprintf(text, sizeof(text), "%s=%s", list->v[i].subprotocol, w->name);
		print_element(f, i, text);
	}
	print_list_end(f, list->n);
}

static bool type_path_match_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	struct config_route *route = base;
	char words[MATCH_WORDS];
	const char *text, *why;
	size_t at;

	if (!read_is_text(node))
		return false;
	text = node->string;
	route->path_kind = text[0] == '~' ? PATH_REGEX : text[0] == '=' ? PATH_EXACT : PATH_PREFIX;
	route->path = text + (route->path_kind != PATH_PREFIX);
	if (route->path_kind != PATH_REGEX) {
		why = match_path(slice_of(route->path));
		if (why)
			read_wrong(r, key, node, why);
	} else if ((why = match_regex(route->path, words, &at)) != NULL) {
		struct mark m = node_within(node, at + 1, 1);
		notice_error(r->notice, &m, "the pattern for '%s' is wrong: %s", key->name, why);
	}
	return true;
}

static void type_path_match_print(FILE *f, const struct schema_key *key, const void *base)
{
	static const char *const marks[] = {[PATH_PREFIX] = "", [PATH_EXACT] = "=",
	    [PATH_REGEX] = "~"};
	const struct config_route *route = base;

	(void)key;
	fprintf(f, "\"%s", marks[route->path_kind]);
	print_text(f, route->path);
	putc('"', f);
}

/* A slash at its end means nothing, since it is cut where a segment ends. */
static bool type_path_prefix_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	const char *why;

	if (!read_is_text(node))
		return false;
	struct slice path = slice_of(node->string);
	if ((why = match_path(path)) != NULL)
		read_wrong(r, key, node, why);
	else if (path.n == 1)
		read_wrong(r, key, node, why = "nothing would be cut off");
	path.n -= path.p[path.n - 1] == '/';
	if (why == NULL)
		*(const char **)schema_member(key, base) = read_copy(r, path);
	return true;
}

static void type_path_prefix_print(FILE *f, const struct schema_key *key, const void *base)
{
	type_string.print(f, key, base);
}

static bool type_pairs_read(struct read *r, const struct schema_key *key, const struct node *node,
    void *base)
{
	struct config_pairs *pairs = schema_member(key, base);

	if (node->kind != NODE_GROUP)
		return false;
	pairs->v = read_alloc(r, node->n * sizeof(*pairs->v));
	pairs->n = 0;
	for (const struct node *e = node->first; e && pairs->v; e = e->next) {
		if (e->kind == NODE_STRING)
			pairs->v[pairs->n++] = (struct config_pair){e->name, e->string};
		else if (!e->bad)
			read_expected(r, key, e, "text", NULL);
	}
	if (node->n == 0)
		read_empty(r, key, node);
	return true;
}

static void type_pairs_print(FILE *f, const struct schema_key *key, const void *base)
{
	const struct config_pairs *pairs = schema_value(key, base);

	fputs("{ ", f);
	for (size_t i = 0; i < pairs->n; i++) {
		fprintf(f, "%s = ", pairs->v[i].name);
		print_string(f, pairs->v[i].value);
		fputs("; ", f);
	}
	fputs("}", f);
}

const struct schema_type type_hosts = {
	.name = "list of hosts",
	.expects = "a host",
	.example = "\"www.example.com\" or \"*.example.com\"",
	.literal = NODE_STRING,
	.list = true,
	.read = type_hosts_read,
	.print = type_list_print,
};

const struct schema_type type_origins = {
	.name = "list of origins",
	.expects = "an origin",
	.example = "\"https://*.example.com\", or \"same\", \"null\" or \"*\"",
	.literal = NODE_STRING,
	.list = true,
	.read = type_origins_read,
	.print = type_list_print,
};

const struct schema_type type_methods = {
	.name = "list of methods",
	.expects = "a method",
	.example = "\"GET\"",
	.literal = NODE_STRING,
	.list = true,
	.read = type_methods_read,
	.print = type_list_print,
};

const struct schema_type type_subprotocols = {
	.name = "list of subprotocols",
	.expects = "a subprotocol",
	.example = "\"binary\", or \"\"",
	.literal = NODE_STRING,
	.list = true,
	.read = type_subprotocols_read,
	.print = type_list_print,
};

const struct schema_type type_subprotocol_framings = {
	.name = "list of subprotocols with framings",
	.expects = "a subprotocol and its framing",
	.example = "\"base64=base64\"",
	.literal = NODE_STRING,
	.list = true,
	.read = type_subprotocol_framings_read,
	.print = type_subprotocol_framings_print,
};

const struct schema_type type_path_match = {
	.name = "path",
	.expects = "a path",
	.example = "\"/x\", \"=/x\" or \"~^/x/[0-9]+$\"",
	.literal = NODE_STRING,
	.read = type_path_match_read,
	.print = type_path_match_print,
};

const struct schema_type type_path_prefix = {
	.name = "path",
	.expects = "a path",
	.example = "\"/app\"",
	.literal = NODE_STRING,
	.read = type_path_prefix_read,
	.print = type_path_prefix_print,
};

const struct schema_type type_pairs = {
	.name = "group of strings",
	.expects = "a group of names and texts",
	.example = "{ name = \"text\"; }",
	.literal = NODE_GROUP,
	.read = type_pairs_read,
	.print = type_pairs_print,
};
