#include "config/type.h"

#include <string.h>

#include "config/nearest.h"
#include "config/print.h"
#include "config/read.h"

static bool type_group_read(struct read *r, const struct schema_key *key, const struct node *node,
    void *base)
{
	if (node->kind != NODE_GROUP)
		return false;
	read_group(r, key->group, node, base);
	return true;
}

/* Route keys for all routes: they have been read before the routes are. */
static bool type_defaults_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	(void)r;
	(void)key;
	(void)base;
	return node->kind == NODE_GROUP;
}

static void type_item_wrong(struct read *r, const struct schema_group *g, const struct node *node)
{
	char words[80];

	notice_error(r->notice, &node->value,
	    "expected a group such as { ... } for %s '%.40s', not %s", g->what, node->name,
	    node_words(node, words, sizeof(words)));
}

static bool type_collection_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	const struct schema_group *g = key->group;
	char *item = *(char **)((char *)base + g->array_at);

	if (node->kind != NODE_GROUP)
		return false;
	for (struct node *e = node->first; e; e = e->next, item += g->item_size) {
		if (e->bad)
			continue;
		if (e->kind != NODE_GROUP)
			type_item_wrong(r, g, e);
		else
			read_item(r, g, e, item);
	}
	return true;
}

/* The item of that name; those that were written stand first, then the built-in one. */
static void *type_reference_find(const struct read *r, const struct schema_group *g,
    const char *name, const char **near)
{
	const char *config = (const char *)r->config;
	size_t *count = (size_t *)(void *)((char *)r->config + g->count_at);
	char *items;
	struct nearest best = {.to = name};

	memcpy(&items, config + g->array_at, sizeof(items));
	*near = NULL;
	for (size_t i = 0; items && i < *count; i++) {
		char *item = items + i * g->item_size;
		const char *known = *(const char **)(void *)(item + g->name_at);
		if (strcmp(known, name) == 0)
			return item;
		if (nearest_try(&best, known))
			*near = known;
	}
	if (g->builtin && strcmp(g->builtin, name) == 0 && items)
		return items + (*count)++ * g->item_size;
	if (g->builtin && nearest_try(&best, g->builtin))
		*near = g->builtin;
	return NULL;
}

static bool type_reference_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	const char *near;

	if (!read_is_text(node))
		return false;
	void *item = type_reference_find(r, key->group, node->string, &near);
	if (item == NULL && !r->broken)
		notice_error(r->notice, &node->value, "there is no %s '%s'%s%s%s", key->group->what,
		    node->string, near ? "; did you mean '" : "", near ? near : "",
		    near ? "'?" : "");
	memcpy(schema_member(key, base), &item, sizeof(item));
	return true;
}

static void type_reference_print(FILE *f, const struct schema_key *key, const void *base)
{
	const char *item;

	memcpy(&item, schema_value(key, base), sizeof(item));
	print_string(f, *(const char *const *)(const void *)(item + key->group->name_at));
}

const struct schema_type type_group = {
	.name = "group",
	.expects = "a group",
	.example = "{ ... }",
	.literal = NODE_GROUP,
	.read = type_group_read,
};

const struct schema_type type_defaults = {
	.name = "group",
	.expects = "a group",
	.example = "{ ... }",
	.literal = NODE_GROUP,
	.read = type_defaults_read,
};

const struct schema_type type_collection = {
	.name = "group of groups",
	.expects = "a group of named groups",
	.example = "{ NAME: { ... }; }",
	.literal = NODE_GROUP,
	.read = type_collection_read,
};

const struct schema_type type_reference = {
	.name = "name",
	.expects = "a name in quotes",
	.literal = NODE_STRING,
	.read = type_reference_read,
	.print = type_reference_print,
};

const struct schema_type type_include = {
	.name = "list of paths",
	.literal = NODE_STRING,
	.list = true,
};
