#include "config/schema.h"

#include <string.h>

#include "config/nearest.h"
#include "config/type.h"

void *schema_member(const struct schema_key *key, void *base)
{
	return (char *)base + key->at;
}

const void *schema_value(const struct schema_key *key, const void *base)
{
	return (const char *)base + key->at;
}

const struct schema_key *schema_find(const struct schema_group *g, const char *name)
{
	for (size_t i = 0; i < g->n; i++)
		if (strcmp(g->keys[i].name, name) == 0)
			return &g->keys[i];
	return NULL;
}

const struct schema_key *schema_nearest(const struct schema_group *g, const char *name)
{
	struct nearest best = {.to = name};
	const struct schema_key *near = NULL;

	for (size_t i = 0; i < g->n; i++)
		if (nearest_try(&best, g->keys[i].name))
			near = &g->keys[i];
	return near;
}

/* The group below g, or g itself, that has the key. */
static const struct schema_group *schema_below(const struct schema_group *g,
    const struct schema_group *but, const char *name)
{
	if (g != but && schema_find(g, name))
		return g;
	for (size_t i = 0; i < g->n; i++) {
		const struct schema_key *key = &g->keys[i];
		if (key->type != &type_group && key->type != &type_collection)
			continue;
		const struct schema_group *found = schema_below(key->group, but, name);
		if (found)
			return found;
	}
	return NULL;
}

const struct schema_group *schema_elsewhere(const struct schema_group *g, const char *name)
{
	return schema_below(&schema_top, g, name);
}

bool schema_given(const struct schema_key *key, const void *base)
{
	static const char zero[sizeof(void *)];
	size_t n = key->size < sizeof(zero) ? key->size : sizeof(zero);

	return n && (key->value || memcmp(schema_value(key, base), zero, n) != 0);
}
