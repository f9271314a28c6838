#include "config/type.h"

#include <string.h>
#include <strings.h>

#include "config/match.h"
#include "config/nearest.h"
#include "config/print.h"
#include "config/read.h"
#include "config/template.h"

enum {
	HEADER_SET = 1,		/* in requests */
	HEADER_REMOVE = 2,	/* from requests */
	HEADER_ANSWER = 4,	/* set in answers, or removed from them */
	HEADER_ALWAYS = HEADER_SET | HEADER_REMOVE | HEADER_ANSWER
};

/* Headers that are not the configuration's to change, and what to do instead. */
struct type_header {
	const char	*name;		/* one that ends in '-': all that begin so */
	unsigned	 when;
	const char	*why;
};

static const char type_header_connection[] =
    "it is of one connection, and framegate writes those itself";
static const char type_header_length[] =
    "how long a body is and where it ends is framegate's to say";
static const char type_header_handshake[] =
    "it is of the WebSocket handshake, which framegate does itself";

static const struct type_header type_headers[] = {
	{"Connection", HEADER_ALWAYS, type_header_connection},
	{"Keep-Alive", HEADER_ALWAYS, type_header_connection},
	{"Proxy-Connection", HEADER_ALWAYS, type_header_connection},
	{"TE", HEADER_ALWAYS, type_header_connection},
	{"Trailer", HEADER_ALWAYS, type_header_connection},
	{"Upgrade", HEADER_ALWAYS, type_header_connection},
	{"Content-Length", HEADER_ALWAYS, type_header_length},
	{"Transfer-Encoding", HEADER_ALWAYS, type_header_length},
	{"Host", HEADER_SET | HEADER_REMOVE,
	    "the host that the backend sees is 'host' of 'rewrite'"},
	{"Host", HEADER_ANSWER, "it is of requests"},
	{"Expect", HEADER_SET | HEADER_REMOVE, "framegate waits for 100 Continue itself"},
	{"Sec-WebSocket-Protocol", HEADER_SET | HEADER_ANSWER, "that is the key 'subprotocols'"},
	{"Sec-WebSocket-", HEADER_SET | HEADER_ANSWER, type_header_handshake},
	{"Sec-WebSocket-Key", HEADER_REMOVE, type_header_handshake},
	{"Sec-WebSocket-Version", HEADER_REMOVE, type_header_handshake},
	{"Date", HEADER_ANSWER, "every answer has the time when it was made"},
};

static const char *type_header_why(const char *name, unsigned when)
{
	for (size_t i = 0; i < sizeof(type_headers) / sizeof(type_headers[0]); i++) {
		struct slice known = slice_of(type_headers[i].name);
		bool all = slice_ends(known, SLICE("-"));
		if (!(type_headers[i].when & when))
			continue;
		if (all ? strncasecmp(name, known.p, known.n) == 0 : strcasecmp(name, known.p) == 0)
			return type_headers[i].why;
	}
	return NULL;
}

/* The pairs of a group, whose names are headers; false: it is no group. */
static bool type_header_group(struct read *r, const struct schema_key *key,
    const struct node *node, unsigned when)
{
	if (node->kind != NODE_GROUP)
		return false;
	if (node->n == 0)
		read_empty(r, key, node);
	if (node->n > CONFIG_SET_HEADERS)
		notice_error(r->notice, &node->value, "'%s' takes at most %d headers", key->name,
		    CONFIG_SET_HEADERS);
	for (const struct node *e = node->first; e; e = e->next) {
		const char *why = type_header_why(e->name, when);
		if (why)
			notice_error(r->notice, &e->place, "'%.60s' cannot stand in '%s': %s",
			    e->name, key->name, why);
		for (const struct node *b = node->first; b != e; b = b->next)
			if (strcasecmp(b->name, e->name) == 0)
				notice_error_at(r->notice, &e->place, &b->place, "it is here",
				    "'%.60s' is in '%s' already", e->name, key->name);
	}
	return true;
}

static bool type_fields_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	const struct schema_key one = {.name = key->name, .type = &type_template,
	    .size = sizeof(struct template *)};
	struct config_fields *fields = schema_member(key, base);

	if (!type_header_group(r, key, node, HEADER_SET))
		return false;
	fields->v = read_alloc(r, (node->n + 1) * sizeof(*fields->v));
	fields->n = 0;
	for (const struct node *e = node->first; e && fields->v; e = e->next) {
		struct config_field *field = &fields->v[fields->n];
		field->name = e->name;
		if (!e->bad && !type_template.read(r, &one, e, &field->value))
			read_expected(r, key, e, type_template.expects, NULL);
		fields->n += field->value != NULL;
	}
	return true;
}

static void type_fields_print(FILE *f, const struct schema_key *key, const void *base)
{
	const struct config_fields *fields = schema_value(key, base);

	fputs("{ ", f);
	for (size_t i = 0; i < fields->n; i++) {
		fprintf(f, "%s = ", fields->v[i].name);
		print_string(f, fields->v[i].value->text);
		fputs("; ", f);
	}
	fputs("}", f);
}

static bool type_answer_fields_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	const struct schema_key one = {.name = key->name, .type = &type_string,
	    .size = sizeof(char *)};
	struct config_pairs *pairs = schema_member(key, base);

	if (!type_header_group(r, key, node, HEADER_ANSWER))
		return false;
	pairs->v = read_alloc(r, (node->n + 1) * sizeof(*pairs->v));
	pairs->n = 0;
	for (const struct node *e = node->first; e && pairs->v; e = e->next) {
		struct config_pair *pair = &pairs->v[pairs->n];
		pair->name = e->name;
		if (!e->bad && !type_string.read(r, &one, e, &pair->value))
			read_expected(r, key, e, type_string.expects, NULL);
		pairs->n += pair->value != NULL;
	}
	return true;
}

static void type_answer_fields_print(FILE *f, const struct schema_key *key, const void *base)
{
	type_pairs.print(f, key, base);
}

static bool type_header_element(struct read *r, const struct schema_key *key,
    const struct node *node, void *item, unsigned when)
{
	const char *why;

	if (node->kind != NODE_STRING || !match_is_token(slice_of(node->string)))
		return false;
	why = type_header_why(node->string, when);
	if (why)
		read_wrong(r, key, node, why);
	*(const char **)item = node->string;
	return true;
}

static bool type_removed_element(struct read *r, const struct schema_key *key,
    const struct node *node, void *item)
{
	return type_header_element(r, key, node, item, HEADER_REMOVE);
}

static bool type_answer_removed_element(struct read *r, const struct schema_key *key,
    const struct node *node, void *item)
{
	return type_header_element(r, key, node, item, HEADER_ANSWER);
}

/* Whatever scripts want to send. */
static bool type_asked_element(struct read *r, const struct schema_key *key,
    const struct node *node, void *item)
{
	return type_header_element(r, key, node, item, 0);
}

static bool type_header_list(struct read *r, const struct schema_key *key, const struct node *node,
    void *base, read_element *element)
{
	struct config_list *list = schema_member(key, base);

	list->v = read_list(r, key, node, sizeof(*list->v), &list->n, element);
	if (list->n == 0)
		read_empty(r, key, node);
	return true;
}

static bool type_removed_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	return type_header_list(r, key, node, base, type_removed_element);
}

static bool type_answer_removed_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	return type_header_list(r, key, node, base, type_answer_removed_element);
}

static bool type_asked_read(struct read *r, const struct schema_key *key, const struct node *node,
    void *base)
{
	return type_header_list(r, key, node, base, type_asked_element);
}

/* Those of RFC 9110, PATCH, and of WebDAV and its children; scripts may send others, too. */
static const char *const type_known_methods[] = {
	"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND", "PROPPATCH",
	"MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "SEARCH", "MKCALENDAR", "ACL", "BIND",
	"REBIND", "UNBIND", "CHECKIN", "CHECKOUT", "LABEL", "LINK", "UNLINK", "MERGE", "UPDATE",
	"QUERY", NULL
};

/* The Fetch standard forbids them to scripts, whatever a server allows. */
static const char *const type_forbidden_methods[] = {"CONNECT", "TRACE", "TRACK", NULL};

static bool type_is_one(const char *const *words, const char *word, struct nearest *best,
    const char **near)
{
	for (; *words; words++) {
		if (strcmp(*words, word) == 0)
			return true;
		if (best && nearest_try(best, *words))
			*near = *words;
	}
	return false;
}

static bool type_cors_method_element(struct read *r, const struct schema_key *key,
    const struct node *node, void *item)
{
	struct nearest best = {.to = node->string};
	const char *near = NULL;

	if (node->kind != NODE_STRING || !match_is_token(slice_of(node->string)))
		return false;
	*(const char **)item = node->string;
	if (strpbrk(node->string, "abcdefghijklmnopqrstuvwxyz"))
		read_wrong(r, key, node, "methods are in upper case");
	else if (type_is_one(type_forbidden_methods, node->string, NULL, NULL))
		read_wrong(r, key, node, "browsers let no script use it");
	else if (!type_is_one(type_known_methods, node->string, &best, &near))
		notice_warning(r->notice, &node->value, "no method \"%.40s\" is registered%s%s%s",
		    node->string, near ? "; did you mean \"" : "", near ? near : "",
		    near ? "\"?" : "");
	return true;
}

static bool type_cors_methods_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	return type_header_list(r, key, node, base, type_cors_method_element);
}

static void type_header_print(FILE *f, const struct schema_key *key, const void *base)
{
	const struct config_list *list = schema_value(key, base);

	for (size_t i = 0; i < list->n; i++)
		print_element(f, i, list->v[i]);
	print_list_end(f, list->n);
}

const struct schema_type type_fields = {
	.name = "group of templates",
	.expects = "a group of headers and texts",
	.example = "{ X-Name = \"text\"; }",
	.literal = NODE_GROUP,
	.read = type_fields_read,
	.print = type_fields_print,
};

const struct schema_type type_answer_fields = {
	.name = "group of strings",
	.expects = "a group of headers and texts",
	.example = "{ X-Name = \"text\"; }",
	.literal = NODE_GROUP,
	.read = type_answer_fields_read,
	.print = type_answer_fields_print,
};

const struct schema_type type_removed = {
	.name = "list of headers",
	.expects = "a header",
	.example = "\"X-Name\"",
	.literal = NODE_STRING,
	.list = true,
	.read = type_removed_read,
	.print = type_header_print,
};

const struct schema_type type_answer_removed = {
	.name = "list of headers",
	.expects = "a header",
	.example = "\"X-Name\"",
	.literal = NODE_STRING,
	.list = true,
	.read = type_answer_removed_read,
	.print = type_header_print,
};

const struct schema_type type_asked = {
	.name = "list of headers",
	.expects = "a header",
	.example = "\"X-Name\" or \"*\"",
	.literal = NODE_STRING,
	.list = true,
	.read = type_asked_read,
	.print = type_header_print,
};

const struct schema_type type_cors_methods = {
	.name = "list of methods",
	.expects = "a method",
	.example = "\"PUT\"",
	.literal = NODE_STRING,
	.list = true,
	.read = type_cors_methods_read,
	.print = type_header_print,
};
