#include "config/read.h"

#include <stdlib.h>
#include <string.h>

#include "config/nearest.h"
#include "config/type.h"

void *read_alloc(struct read *r, size_t n)
{
	void *p = arena_alloc(r->arena, n ? n : 1);

	if (p == NULL)
		notice_no_memory(r->notice);
	return p;
}

char *read_copy(struct read *r, struct slice s)
{
	char *p = read_alloc(r, s.n + 1);

	if (p && s.n)
		memcpy(p, s.p, s.n);
	return p;
}

const char *read_path(struct read *r, const struct node *node, const char *path)
{
	const char *p = source_path(r->arena, node->value.source, path);

	if (p == NULL)
		notice_no_memory(r->notice);
	return p;
}

bool read_is_text(const struct node *node)
{
	return node->kind == NODE_STRING && !node->bad && node->string[0] != '\0';
}

void read_expected(struct read *r, const struct schema_key *key, const struct node *node,
    const char *what, const char *why)
{
	char words[80];

	notice_error(r->notice, &node->value, "expected %s for '%s', not %s%s%s", what, key->name,
	    node_words(node, words, sizeof(words)), why ? ": " : "", why ? why : "");
}

void read_wrong(struct read *r, const struct schema_key *key, const struct node *node,
    const char *why)
{
	const struct schema_type *t = key->type;
	char what[160];

	snprintf(what, sizeof(what), "%s%s%s", t->expects, t->example ? " such as " : "",
	    t->example ? t->example : "");
	read_expected(r, key, node, why ? t->expects : what, why);
}

bool read_bounds(struct read *r, const struct schema_key *key, const struct node *node,
    uint64_t value)
{
	char bounds[80], why[100];
	uint64_t max = key->max ? key->max : key->size == sizeof(value) ? INT64_MAX : INT32_MAX;

	if (value >= key->min && value <= max)
		return true;
	schema_bounds(key, bounds, sizeof(bounds));
	snprintf(why, sizeof(why), "it must be %s", bounds[0] ? bounds : "smaller");
	read_wrong(r, key, node, why);
	return false;
}

void read_empty(struct read *r, const struct schema_key *key, const struct node *node)
{
	notice_error(r->notice, &node->value, "expected at least one value for '%s'", key->name);
}

void read_later(struct read *r, const struct schema_key *key, const struct node *node)
{
	char words[80];

	notice_error(r->notice, &node->value, "%s is not supported yet for '%s'",
	    node_words(node, words, sizeof(words)), key->name);
}

void *read_list(struct read *r, const struct schema_key *key, const struct node *node,
    size_t item_size, size_t *n, read_element *element)
{
	const struct node *e = node->kind == NODE_LIST ? node->first : node;
	char *items, *item;

	*n = node->kind == NODE_LIST ? node->n : 1;
	items = item = read_alloc(r, *n * item_size);
	if (items == NULL)
		*n = 0;
	for (size_t i = 0; i < *n; i++, e = e->next, item += item_size)
		if (!e->bad && !element(r, key, e, item))
			read_wrong(r, key, e, NULL);
	return items;
}

/* How a message calls the group: "listener 'web'", "'log'" or the top level. */
static void read_name(const struct schema_group *g, const struct node *node, char *name,
    size_t size)
{
	if (g->item_size && node->name)
		snprintf(name, size, " in %s '%.40s'", g->what, node->name);
	else if (node->name)
		snprintf(name, size, " in '%.40s'", node->name);
	else
		name[0] = '\0';
}

static void read_unknown(struct read *r, const struct schema_group *g, const struct node *group,
    const struct node *node)
{
	struct nearest best = {.to = node->name};
	const struct schema_key *near = schema_nearest(g, &best);
	const struct schema_group *other = schema_elsewhere(g, node->name);
	char in[80];

	read_name(g, group, in, sizeof(in));
	if (other && !(near && best.distance == 1))
		notice_error(r->notice, &node->place, "unknown key '%s'%s; it belongs to %s%s%s",
		    node->name, in, other->item_size ? "a " : "'", other->what,
		    other->item_size ? "" : "'");
	else if (near)
		notice_error(r->notice, &node->place, "unknown key '%s'%s; did you mean '%s'?",
		    node->name, in, near->name);
	else
		notice_error(r->notice, &node->place, "unknown key '%s'%s", node->name, in);
}

static void read_keys(struct read *r, const struct schema_group *g, const struct node *node,
    void *base)
{
	for (const struct node *e = node->first; e && !r->notice->no_memory; e = e->next) {
		const struct schema_key *key = schema_find(g, e->name);
		if (key == NULL)
			read_unknown(r, g, node, e);
		else if (key->flags & SCHEMA_LATER)
			notice_error(r->notice, &e->place, "'%s' is not supported yet", e->name);
		else if (!e->bad && !key->type->read(r, key, e, base))
			read_wrong(r, key, e, NULL);
	}
}

void read_group(struct read *r, const struct schema_group *g, const struct node *node, void *base)
{
	char in[80];

	read_keys(r, g, node, base);
	for (size_t i = 0; i < g->n && !r->broken; i++) {
		const struct schema_key *key = &g->keys[i];
		if (!(key->flags & SCHEMA_REQUIRED) || node_find(node, key->name))
			continue;
		read_name(g, node, in, sizeof(in));
		notice_error(r->notice, &node->place, "'%s' is missing%s", key->name, in);
	}
	if (g->finish && !r->notice->no_memory)
		g->finish(r, node, base);
}

void read_item(struct read *r, const struct schema_group *g, struct node *node, void *item)
{
	unsigned before = r->notice->report->errors;
	struct config_place place = {node->place.source->name, node->place.line};

	if (g->start)
		g->start(r, item);
	else
		read_defaults(r, g, item);
	memcpy((char *)item + g->name_at, &node->name, sizeof(node->name));
	memcpy((char *)item + g->place_at, &place, sizeof(place));
	read_group(r, g, node, item);
	node->bad = r->notice->report->errors > before;
}

/* A default, as if a file said it. */
static void read_default(struct read *r, const struct schema_key *key, void *base)
{
	struct node node = {.kind = key->type->literal, .string = key->value};

	if (node.kind == NODE_BOOL)
		node.integer = strcmp(key->value, "true") == 0;
	else if (node.kind == NODE_INTEGER)
		node.integer = strtoll(key->value, NULL, 10);
	key->type->read(r, key, &node, base);
}

void read_defaults(struct read *r, const struct schema_group *g, void *base)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct schema_key *key = &g->keys[i];
		if (key->flags & SCHEMA_LATER)
			continue;
		if (key->type == &type_group)
			read_defaults(r, key->group, base);
		else if (key->value && key->value[0] && key->size)
			read_default(r, key, base);
	}
}

/* Names first: they may be referred to before they are read. */
static void read_names(struct read *r, const struct schema_group *g, const struct node *node)
{
	size_t n = node && node->kind == NODE_GROUP ? node->n : 0;
	char *config = (char *)r->config, *items = read_alloc(r, (n + 1) * g->item_size);

	if (items == NULL)
		return;
	memcpy(config + g->array_at, &items, sizeof(items));
	memcpy(config + g->count_at, &n, sizeof(n));
	for (const struct node *e = n ? node->first : NULL; e; e = e->next) {
		memcpy(items + g->name_at, &e->name, sizeof(e->name));
		items += g->item_size;
		if (g->builtin && strcmp(g->builtin, e->name) == 0)
			notice_error(r->notice, &e->place,
			    "the %s '%s' is built in: choose another name",
			    g->what, e->name);
	}
	if (g->builtin) {
		read_defaults(r, g, items);
		memcpy(items + g->name_at, &g->builtin, sizeof(g->builtin));
	}
}

void read_config(struct read *r, const struct node *root)
{
	const struct schema_group *top = &schema_top;

	read_defaults(r, top, r->config);
	read_defaults(r, &schema_route, &r->route);
	for (size_t i = 0; i < top->n; i++)
		if (top->keys[i].type == &type_collection && !(top->keys[i].flags & SCHEMA_LATER))
			read_names(r, top->keys[i].group, node_find(root, top->keys[i].name));
	r->defaults = node_find(root, "defaults");
	if (r->defaults && r->defaults->kind != NODE_GROUP)
		r->defaults = NULL;
	if (r->defaults && !r->notice->no_memory) {
		unsigned before = r->notice->report->errors;
		read_keys(r, &schema_route, r->defaults, &r->route);
		r->defaults->bad = r->notice->report->errors > before;
	}
	r->config->unrouted = r->route;
	r->config->unrouted.name = "";
	if (!r->notice->no_memory)
		read_group(r, top, root, r->config);
}
