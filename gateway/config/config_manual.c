#include <string.h>

#include "base/roff.h"
#include "config/config.h"
#include "config/schema.h"
#include "config/template.h"
#include "config/type.h"

static void config_sample(FILE *f, const struct schema_key *key)
{
	const char *p = key->example;

	fputs(".Bd -literal -offset indent -compact\n", f);
	roff_text(f, slice_of(key->name));
	fputs(" = ", f);
	for (; strchr(p, '\n'); p = strchr(p, '\n') + 1) {
		roff_text(f, (struct slice){p, strcspn(p, "\n")});
		putc('\n', f);
	}
	roff_text(f, slice_of(p));
	fputs(";\n.Ed\n", f);
}

/* ".It key (type, default value)" */
static void config_item(FILE *f, const struct schema_key *key)
{
	char text[200] = "";
	FILE *value = fmemopen(text, sizeof(text), "w");

	if (value == NULL)
		return;
	if (key->value)
		schema_print_default(value, key);
	fclose(value);
	fprintf(f, ".It Ic %s No (%s", key->name, key->type->name);
	if (key->flags & SCHEMA_REQUIRED)
		fputs(", required", f);
	if (key->value)
		fputs(", default ", f);
	roff_text(f, slice_of(text));
	fputs(")\n", f);
}

static void config_list(FILE *, const struct schema_group *);

static void config_reference(FILE *f, const struct schema_key *key)
{
	char notes[300];

	config_item(f, key);
	roff_sentences(f, key->help);
	schema_notes(key, notes, sizeof(notes));
	roff_sentences(f, notes);
	if (key->type == &type_group)
		config_list(f, key->group);
	else if (key->example)
		config_sample(f, key);
}

static void config_list(FILE *f, const struct schema_group *g)
{
	const char *sep = ".Pp\nNot supported yet, and refused:\n";

	fputs(".Bl -tag -width Ds\n", f);
	for (size_t i = 0; i < g->n; i++)
		if (!(g->keys[i].flags & SCHEMA_LATER) && g->keys[i].type != &type_collection)
			config_reference(f, &g->keys[i]);
	fputs(".El\n", f);
	for (size_t i = 0; i < g->n; i++) {
		if (!(g->keys[i].flags & SCHEMA_LATER))
			continue;
		fprintf(f, "%s.Ic %s", sep, g->keys[i].name);
		sep = " ,\n";
	}
	if (sep[0] == ' ')
		fputs(" .\n", f);
}

static void config_variables(FILE *f, bool later)
{
	const char *name, *help;

	for (size_t i = 0; (name = template_describe(i, &help)) != NULL; i++) {
		if ((help == NULL) != later)
			continue;
		fprintf(f, ".It Ic ${%s%s}\n", name, name[strlen(name) - 1] == '.' ? "NAME" : "");
		if (help)
			roff_sentences(f, help);
	}
}

void config_manual(FILE *f)
{
	fputs(".Ss Top level\n", f);
	config_list(f, &schema_top);
	for (size_t i = 0; i < schema_top.n; i++) {
		const struct schema_key *key = &schema_top.keys[i];
		if (key->type != &type_collection || key->flags & SCHEMA_LATER)
			continue;
		fprintf(f, ".Ss %s: { NAME: { ... }; };\n", key->name);
		roff_sentences(f, key->help);
		config_list(f, key->group);
	}
	fputs(".Ss Variables\n.Bl -tag -width Ds\n", f);
	config_variables(f, false);
	fputs(".El\n.Pp\nNot supported yet, and refused:\n.Bl -tag -width Ds -compact\n", f);
	config_variables(f, true);
	fputs(".El\n", f);
}
