#include "config/config_dump.h"

#include <string.h>

#include "config/config.h"
#include "config/type.h"

static void config_dump_keys(FILE *, unsigned depth, const struct schema_group *, const void *base);

static void config_dump_indent(FILE *f, unsigned depth)
{
	while (depth--)
		putc('\t', f);
}

static bool config_dump_any(const struct schema_group *, const void *base);

bool config_dump_has(const struct schema_key *key, const void *base)
{
	const struct config_route *route = base;	/* if it is one: only routes have actions */

	if (key->flags & SCHEMA_LATER)
		return false;
	if (key->flags & (SCHEMA_ACTION | SCHEMA_WITH_ACTION) && key->action != (int)route->action)
		return false;
	if (key->applies && !key->applies(base))
		return false;
	if (key->type == &type_group)
		return config_dump_any(key->group, base);
	return key->size && (key->flags & SCHEMA_ACTION || schema_given(key, base));
}

static bool config_dump_any(const struct schema_group *g, const void *base)
{
	if (g->applies && !g->applies(base))
		return false;
	for (size_t i = 0; i < g->n; i++)
		if (config_dump_has(&g->keys[i], base))
			return true;
	return false;
}

static void config_dump_keys(FILE *f, unsigned depth, const struct schema_group *g,
    const void *base)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct schema_key *key = &g->keys[i];
		if (!config_dump_has(key, base))
			continue;
		config_dump_indent(f, depth);
		if (key->type == &type_group) {
			fprintf(f, "%s: {\n", key->name);
			config_dump_keys(f, depth + 1, key->group, base);
			config_dump_indent(f, depth);
			fprintf(f, "};\n");
		} else {
			fprintf(f, "%s = ", key->name);
			key->type->print(f, key, base);
			fprintf(f, ";\n");
		}
	}
}

static void config_dump_items(FILE *f, const struct schema_key *key, const struct config *c)
{
	const struct schema_group *g = key->group;
	const char *items, *name;
	bool open = false;
	size_t n;

	memcpy(&items, (const char *)c + g->array_at, sizeof(items));
	memcpy(&n, (const char *)c + g->count_at, sizeof(n));
	for (; n--; items += g->item_size) {
		memcpy(&name, items + g->name_at, sizeof(name));
		if (g->builtin && strcmp(name, g->builtin) == 0)
			continue;
		if (!open)
			fprintf(f, "\n%s: {\n", key->name);
		open = true;
		fprintf(f, "\t%s: {\n", name);
		config_dump_keys(f, 2, g, items);
		fprintf(f, "\t};\n");
	}
	if (open)
		fprintf(f, "};\n");
}

void config_dump(FILE *f, const struct config *c)
{
	config_dump_keys(f, 0, &schema_top, c);
	for (size_t i = 0; i < schema_top.n; i++) {
		const struct schema_key *key = &schema_top.keys[i];
		if (key->type == &type_collection && !(key->flags & SCHEMA_LATER))
			config_dump_items(f, key, c);
	}
}
