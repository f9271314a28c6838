#include "config/config_diff.h"

#include <stdlib.h>
#include <string.h>

#include "config/config_dump.h"
#include "config/type.h"

enum { CONFIG_DIFF_KEY = 80 };	/* bytes of "rewrite.set_headers" */

/* What is compared: a group of an item, and where in it. */
struct config_diff_place {
	struct config_diff	*diff;
	const char		*collection, *item;
	char			 key[CONFIG_DIFF_KEY];
};

/* The value as it stands in a file; NULL with *said false: nothing is said. base may be NULL. */
static char *config_diff_text(const struct schema_key *key, const void *base, bool *said)
{
	char *text = NULL;
	size_t n;

	*said = base && config_dump_has(key, base);
	FILE *f = *said ? open_memstream(&text, &n) : NULL;
	if (f == NULL)
		return NULL;
	key->type->print(f, key, base);
	if (fclose(f) == 0)
		return text;
	free(text);
	return NULL;
}

static void config_diff_tell(struct config_diff_place *p, const struct schema_key *key,
    const char *before, const char *after)
{
	const struct config_change change = {CONFIG_CHANGED, p->collection, p->item, p->key,
	    before, after, (key->flags & SCHEMA_FIXED) != 0};

	if ((before == NULL) != (after == NULL) || (before && strcmp(before, after) != 0))
		p->diff->changed(p->diff, &change);
}

static void config_diff_value(struct config_diff_place *p, const struct schema_key *key,
    const void *before, const void *after)
{
	bool said, says;
	char *a = config_diff_text(key, before, &said), *b = config_diff_text(key, after, &says);

	if (said != (a != NULL) || says != (b != NULL))
		p->diff->failed = true;
	else
		config_diff_tell(p, key, a, b);
	free(a);
	free(b);
}

/* NULL: the group says nothing there. */
static const void *config_diff_said(const struct schema_group *g, const void *base)
{
	return base && g->applies && !g->applies(base) ? NULL : base;
}

static void config_diff_group(struct config_diff_place *p, const struct schema_group *g,
    const void *before, const void *after)
{
	size_t n = strlen(p->key);

	before = config_diff_said(g, before);
	after = config_diff_said(g, after);
	for (size_t i = 0; i < g->n; i++) {
		const struct schema_key *key = &g->keys[i];
		snprintf(p->key + n, sizeof(p->key) - n, "%s%s", n ? "." : "", key->name);
		if (key->type == &type_group && !(key->flags & SCHEMA_LATER))
			config_diff_group(p, key->group, before, after);
		else if (key->type != &type_collection)
			config_diff_value(p, key, before, after);
	}
	p->key[n] = '\0';
}

/* The items of a collection. */
struct config_diff_items {
	const struct schema_group	*group;
	const char			*v;
	size_t				 n;
};

static struct config_diff_items config_diff_items(const struct schema_group *g,
    const struct config *c)
{
	struct config_diff_items items = {.group = g};

	memcpy(&items.v, (const char *)c + g->array_at, sizeof(items.v));
	memcpy(&items.n, (const char *)c + g->count_at, sizeof(items.n));
	return items;
}

static const char *config_diff_name(const struct config_diff_items *items, size_t i)
{
	const char *name;

	memcpy(&name, items->v + i * items->group->item_size + items->group->name_at,
	    sizeof(name));
	return name;
}

/* items->n: there is none. */
static size_t config_diff_find(const struct config_diff_items *items, const char *name)
{
	size_t i = 0;

	while (i < items->n && strcmp(config_diff_name(items, i), name) != 0)
		i++;
	return i;
}

static void config_diff_item(struct config_diff *d, const struct schema_key *key,
    const struct config_diff_items *before, const struct config_diff_items *after, size_t i,
    size_t *latest)
{
	struct config_diff_place p = {.diff = d, .collection = key->name,
	    .item = config_diff_name(after, i)};
	struct config_change change = {.collection = p.collection, .item = p.item};
	size_t size = key->group->item_size, k = config_diff_find(before, p.item);

	if (k == before->n) {
		change.kind = CONFIG_ADDED;
		d->changed(d, &change);
		return;
	}
	change.kind = CONFIG_MOVED;
	if (k < *latest && key->group == &schema_route)
		d->changed(d, &change);
	else
		*latest = k;
	config_diff_group(&p, key->group, before->v + k * size, after->v + i * size);
}

static void config_diff_collection(struct config_diff *d, const struct schema_key *key,
    const struct config *before, const struct config *after)
{
	struct config_diff_items old = config_diff_items(key->group, before);
	struct config_diff_items new = config_diff_items(key->group, after);
	size_t latest = 0;

	for (size_t i = 0; i < old.n; i++) {
		struct config_change change = {.kind = CONFIG_REMOVED, .collection = key->name,
		    .item = config_diff_name(&old, i)};
		if (config_diff_find(&new, change.item) == new.n)
			d->changed(d, &change);
	}
	for (size_t i = 0; i < new.n; i++)
		config_diff_item(d, key, &old, &new, i, &latest);
}

void config_diff(struct config_diff *d, const struct config *before, const struct config *after)
{
	struct config_diff_place p = {.diff = d};

	config_diff_group(&p, &schema_top, before, after);
	for (size_t i = 0; i < schema_top.n; i++) {
		const struct schema_key *key = &schema_top.keys[i];
		if (key->type == &type_collection && !(key->flags & SCHEMA_LATER))
			config_diff_collection(d, key, before, after);
	}
}

struct config_diff_any {
	struct config_diff	diff;
	bool			any;
};

static void config_diff_note(struct config_diff *d, const struct config_change *change)
{
	(void)change;
	((struct config_diff_any *)(void *)d)->any = true;
}

bool config_diff_same(const char *collection, const void *a, const void *b)
{
	struct config_diff_any any = {.diff.changed = config_diff_note};
	struct config_diff_place p = {.diff = &any.diff};

	config_diff_group(&p, schema_find(&schema_top, collection)->group, a, b);
	return !any.any && !any.diff.failed;
}

bool config_diff_same_route(const struct config_route *a, const struct config_route *b)
{
	return config_diff_same("routes", a, b) && (a->backend == NULL ||
	    config_diff_same("backends", a->backend, b->backend));
}

void config_diff_keep_fixed(struct config *to, const struct config *from)
{
	for (size_t i = 0; i < schema_top.n; i++) {
		const struct schema_key *key = &schema_top.keys[i];
		if (key->flags & SCHEMA_FIXED)
			memcpy(schema_member(key, to), schema_value(key, from), key->size);
	}
}
