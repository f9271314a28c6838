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

const struct schema_key *schema_nearest(const struct schema_group *g, struct nearest *best)
{
	const struct schema_key *near = NULL;

	for (size_t i = 0; i < g->n; i++)
		if (nearest_try(best, g->keys[i].name))
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

void schema_words(const struct schema_key *key, char *text, size_t size)
{
	const char *quote = key->type->literal == NODE_STRING ? "\"" : "";
	size_t n = 0;

	text[0] = '\0';
	for (const struct schema_word *w = key->words; w->name; w++) {
		const struct schema_word *next = w + 1;
		while (next->name && next->later)
			next++;
		if (w->later)
			continue;
		int put = snprintf(text + n, size - n, "%s%s%s%s",
		    n == 0 ? "" : next->name ? ", " : " or ", quote, w->name, quote);
		n += put > 0 && (size_t)put < size - n ? (size_t)put : 0;
	}
}

void schema_bounds(const struct schema_key *key, char *text, size_t size)
{
	char low[SCHEMA_NUMBER], high[SCHEMA_NUMBER];

	text[0] = '\0';
	if (key->max)
		snprintf(text, size, "from %s to %s", key->type->number(key->min, low),
		    key->type->number(key->max, high));
	else if (key->min)
		snprintf(text, size, "at least %s", key->type->number(key->min, low));
}

void schema_print_default(FILE *f, const struct schema_key *key)
{
	if (key->type->list && key->value[0] == '\0')
		fputs("[ ]", f);
	else if (key->type->literal != NODE_STRING)
		fputs(key->value, f);
	else if (key->type->list)
		fprintf(f, "[ \"%s\" ]", key->value);
	else
		fprintf(f, "\"%s\"", key->value);
}

void schema_notes(const struct schema_key *key, char *text, size_t size)
{
	char words[200] = "", bounds[80] = "";

	if (key->words)
		schema_words(key, words, sizeof(words));
	if (strpbrk(words, ", ") == NULL)	/* there is no choice */
		words[0] = '\0';
	schema_bounds(key, bounds, sizeof(bounds));
	if (bounds[0])
		bounds[0] = (char)(bounds[0] & ~0x20);		/* it begins a sentence */
	const char *fixed = key->flags & SCHEMA_FIXED ? "A reload does not change it." : "";
	snprintf(text, size, "%s%s%s%s%s%s%s%s%s", fixed,
	    fixed[0] && (words[0] || bounds[0]) ? " " : "", words[0] ? "It can be " : "", words,
	    key->type == &type_sink ? ", or a path" : "", words[0] ? "." : "",
	    words[0] && bounds[0] ? " " : "", bounds, bounds[0] ? "." : "");
}
