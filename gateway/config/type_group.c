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

/* The ith item of a collection, and its name. */
static void *type_item(const struct read *r, const struct schema_group *g, size_t i,
    const char **name)
{
	char *items, *item;

	memcpy(&items, (const char *)r->config + g->array_at, sizeof(items));
	item = items + i * g->item_size;
	memcpy(name, item + g->name_at, sizeof(*name));
	return item;
}

/* The item of that name. The built-in one stands behind the others, and counts once it is used. */
static void *type_reference_find(struct read *r, const struct schema_group *g, const char *name)
{
	size_t *count = (size_t *)(void *)((char *)r->config + g->count_at);
	const char *known;

	for (size_t i = 0; i < *count + (g->builtin != NULL); i++) {
		void *item = type_item(r, g, i, &known);
		if (known == NULL || strcmp(known, name) != 0)
			continue;
		*count += i == *count;
		return item;
	}
	return NULL;
}

static const char *type_reference_nearest(const struct read *r, const struct schema_group *g,
    const char *name)
{
	struct nearest best = {.to = name};
	const char *near = NULL, *known;
	size_t count;

	memcpy(&count, (const char *)r->config + g->count_at, sizeof(count));
	for (size_t i = 0; i < count; i++) {
		type_item(r, g, i, &known);
		if (nearest_try(&best, known))
			near = known;
	}
	if (g->builtin && nearest_try(&best, g->builtin))
		near = g->builtin;
	return near;
}

static bool type_reference_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	const struct schema_group *g = key->group;

	if (!read_is_text(node))
		return false;
	void *item = type_reference_find(r, g, node->string);
	memcpy(schema_member(key, base), &item, sizeof(item));
	if (item || r->broken)
		return true;
	const char *near = type_reference_nearest(r, g, node->string);
	notice_error(r->notice, &node->value, "there is no %s '%.60s'%s%s%s", g->what, node->string,
	    near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
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
