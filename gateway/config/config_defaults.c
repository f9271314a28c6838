#include <string.h>

#include "config/config.h"
#include "config/schema.h"
#include "config/type.h"

enum { CONFIG_COLUMNS = 80, CONFIG_TAB = 8, CONFIG_NOTES = 300 };

static const char config_defaults_head[] =
    "# The configuration of framegate: every key, what it is for, and its default.\n"
    "#\n"
    "# A default is a comment without a space, like #workers = 0; to change it, take\n"
    "# the '#' away. Other lines in comments are examples. As it is, this file makes a\n"
    "# gateway that returns each message to its sender, at ws://127.0.0.1:8080/.\n"
    "# framegate.conf(5) says more, and \"framegate check\" finds every mistake.\n";

/* Where the next lines go. */
struct config_page {
	FILE		*f;
	unsigned	 depth;
	bool		 example;	/* all of it is in comments, */
	unsigned	 margin;	/* that begin at this depth */
};

static void config_begin(const struct config_page *p, const char *mark)
{
	for (unsigned i = 0; i < p->depth; i++) {
		if (p->example && i == p->margin)
			fputs("# ", p->f);
		putc('\t', p->f);
	}
	if (p->example && p->depth == p->margin)
		fputs("# ", p->f);
	fputs(mark, p->f);
}

/* Sentences as a comment, in lines that fit. */
static void config_comment(const struct config_page *p, const char *text)
{
	size_t width = CONFIG_COLUMNS - 2 - p->depth * CONFIG_TAB - (p->example ? 2 : 0);

	while (*text) {
		size_t n = strlen(text);
		if (n > width)
			for (n = width; n > 0 && text[n] != ' '; n--)
				continue;
		config_begin(p, "# ");
		fprintf(p->f, "%.*s\n", (int)n, text);
		text += n + (text[n] == ' ');
	}
}

static void config_value(const struct config_page *p, const char *mark,
    const struct schema_key *key)
{
	const char *rest = key->example;

	config_begin(p, mark);
	fprintf(p->f, "%s = ", key->name);
	if (key->value) {
		schema_print_default(p->f, key);
	} else {
		for (; strchr(rest, '\n'); rest = strchr(rest, '\n') + 1) {
			fprintf(p->f, "%.*s\n", (int)strcspn(rest, "\n"), rest);
			config_begin(p, mark);
		}
		fputs(rest, p->f);
	}
	fputs(";\n", p->f);
}

static void config_keys(const struct config_page *, const struct schema_group *);

/* Must the group be left out unless something is filled in? */
static bool config_is_optional(const struct schema_key *key)
{
	bool required = false, sample = false;

	for (size_t i = 0; i < key->group->n; i++) {
		required |= (key->group->keys[i].flags & (SCHEMA_REQUIRED | SCHEMA_CHOICE)) != 0;
		sample |= (key->group->keys[i].flags & SCHEMA_SAMPLE) != 0;
	}
	return (required && !sample) || key->flags & SCHEMA_ACTION;
}

static void config_group(const struct config_page *p, const struct schema_key *key)
{
	struct config_page in = *p;
	bool items = key->type == &type_collection;

	if (!in.example && config_is_optional(key)) {
		in.example = true;
		in.margin = in.depth;
	}
	config_begin(&in, "");
	fprintf(in.f, "%s: {\n", key->name);
	in.depth++;
	if (items) {
		config_begin(&in, "");
		fprintf(in.f, "%s: {\n", key->group->sample);
		in.depth++;
	}
	config_keys(&in, key->group);
	in.depth--;
	if (items) {
		config_begin(&in, "};\n");
		in.depth--;
	}
	config_begin(&in, "};\n");
}

/* Can the line with the default be used without changing anything? */
static bool config_is_default(const struct schema_key *key)
{
	return key->value && !(key->flags & SCHEMA_WITH_ACTION);
}

/* Between keys. */
static void config_gap(const struct config_page *p)
{
	for (unsigned i = 0; p->example && i < p->margin; i++)
		putc('\t', p->f);
	fputs(p->example ? "#\n" : "\n", p->f);
}

static void config_key(const struct config_page *p, const struct schema_key *key)
{
	char notes[CONFIG_NOTES];

	config_comment(p, key->help);
	schema_notes(key, notes, sizeof(notes));
	config_comment(p, notes);
	if (key->type == &type_group || key->type == &type_collection)
		config_group(p, key);
	else if (p->example || key->flags & SCHEMA_SAMPLE)
		config_value(p, "", key);
	else
		config_value(p, config_is_default(key) ? "#" : "# ", key);
}

static void config_keys(const struct config_page *p, const struct schema_group *g)
{
	char later[CONFIG_NOTES * 2];
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++) {
		const struct schema_key *key = &g->keys[i];
		if (key->flags & SCHEMA_LATER) {
			int put = snprintf(later + n, sizeof(later) - n, "%s%s",
			    n ? ", " : "Not supported yet: ", key->name);
			n += put > 0 && (size_t)put < sizeof(later) - n ? (size_t)put : 0;
			continue;
		}
		if (i || p->depth == 0)
			config_gap(p);
		config_key(p, key);
	}
	if (n == 0)
		return;
	config_gap(p);
	strcpy(later + n, ".");
	config_comment(p, later);
}

void config_defaults(FILE *f)
{
	const struct config_page page = {.f = f};

	fputs(config_defaults_head, f);
	config_keys(&page, &schema_top);
}
