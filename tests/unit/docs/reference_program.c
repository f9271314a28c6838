/* What the program takes and counts: keys, commands and options, metrics. */
#include <string.h>

#include "admin/metrics.h"
#include "config/config.h"
#include "config/schema.h"
#include "config/template.h"
#include "config/type.h"
#include "process/command.h"
#include "unit/docs/markdown.h"
#include "unit/docs/reference.h"

static void reference_group(FILE *, const struct schema_group *, int depth);

static void reference_default(FILE *f, const struct schema_key *key)
{
	char text[200] = "";
	FILE *value = fmemopen(text, sizeof(text), "w");

	if (value == NULL)
		return;
	schema_print_default(value, key);
	fclose(value);
	fputs(", default ", f);
	markdown_code(f, text);
}

static void reference_key(FILE *f, const struct schema_key *key, int depth)
{
	char notes[300];

	fprintf(f, "%*s- **`%s`** (%s", depth * 4, "", key->name, key->type->name);
	if (key->flags & SCHEMA_REQUIRED)
		fputs(", required", f);
	if (key->value)
		reference_default(f, key);
	fputs("): ", f);
	markdown_text(f, key->help);
	schema_notes(key, notes, sizeof(notes));
	if (notes[0])
		putc(' ', f);
	markdown_text(f, notes);
	if (key->example && key->type != &type_group) {
		fputs(" Such as ", f);
		char line[1000];
		snprintf(line, sizeof(line), "%s = %s;", key->name, key->example);
		markdown_code(f, line);
	}
	putc('\n', f);
	if (key->type == &type_group)
		reference_group(f, key->group, depth + 1);
}

static void reference_group(FILE *f, const struct schema_group *g, int depth)
{
	const char *sep = "Not supported yet, and refused: ";

	for (size_t i = 0; i < g->n; i++)
		if (!(g->keys[i].flags & SCHEMA_LATER) && g->keys[i].type != &type_collection)
			reference_key(f, &g->keys[i], depth);
	for (size_t i = 0; i < g->n; i++) {
		if (!(g->keys[i].flags & SCHEMA_LATER))
			continue;
		if (sep[0] == 'N')
			fprintf(f, "%*s- ", depth * 4, "");
		fprintf(f, "%s`%s`", sep, g->keys[i].name);
		sep = ", ";
	}
	if (sep[0] == ',')
		fputs(".\n", f);
}

static void reference_variables(FILE *f)
{
	const char *name, *help;

	fputs("\n## Variables\n\nThey stand in values whose key says so, as `${NAME}`.\n\n", f);
	for (size_t i = 0; (name = template_describe(i, &help)) != NULL; i++) {
		const char *more = name[strlen(name) - 1] == '.' ? "NAME" : "";
		fprintf(f, "- `${%s%s}`: ", name, more);
		markdown_text(f, help ? help : "Not supported yet, and refused.");
		putc('\n', f);
	}
}

void reference_configuration(FILE *f)
{
	fputs("# All keys of the configuration\n\n"
	    "Made from the table of keys in the program, as framegate.conf(5) is. How values are\n"
	    "written is on [the page about the language](../configuration.md).\n"
	    "`framegate config defaults` prints the same as a file.\n\n## Top level\n\n", f);
	reference_group(f, &schema_top, 0);
	for (size_t i = 0; i < schema_top.n; i++) {
		const struct schema_key *key = &schema_top.keys[i];
		if (key->type != &type_collection || key->flags & SCHEMA_LATER)
			continue;
		fprintf(f, "\n## %s\n\n`%s: { NAME: { … }; };`\n\n", key->name, key->name);
		markdown_text(f, key->help);
		fputs("\n\n", f);
		reference_group(f, key->group, 0);
	}
	reference_variables(f);
}

static void reference_option(FILE *f, const struct command_option *o, const char *sep)
{
	fputs(sep, f);
	if (o->letter)
		fprintf(f, "-%c", o->letter);
	else
		fprintf(f, "--%s", o->name);
	if (o->value)
		fprintf(f, " %s", o->value);
}

static void reference_usage(FILE *f, const struct command *c)
{
	fputs("    framegate", f);
	if (c->name)
		fprintf(f, c->implied ? " [%s]" : " %s", c->name);
	for (size_t i = 0; i < COMMAND_OPERANDS && c->operands[i]; i++)
		fprintf(f, " %s", c->operands[i]);
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (c->options & 1u << i) {
			reference_option(f, &option_table[i], " [");
			putc(']', f);
		}
	fprintf(f, c->rest ? " -- %s\n\n" : "\n\n", c->rest);
}

static void reference_command(FILE *f, const struct command *c)
{
	fprintf(f, "\n## %s\n\n", c->name ? c->name : "LISTEN TARGET");
	reference_usage(f, c);
	fprintf(f, "%c", c->brief[0] & ~0x20);
	markdown_text(f, c->brief + 1);
	fputs(c->text ? ". " : ".", f);
	markdown_text(f, c->text ? c->text : "");
	fputs(c->run ? "\n" : " Not supported yet.\n", f);
	for (size_t i = 0, n = 0; i < OPTION_COUNT; i++) {
		const struct command_option *o = &option_table[i];
		if (!(c->options & 1u << i))
			continue;
		fputs(n++ ? "- `" : "\n- `", f);
		if (o->letter)
			reference_option(f, o, "");
		fprintf(f, o->letter ? "`, `--%s" : "--%s", o->name);
		if (o->value)
			fprintf(f, " %s", o->value);
		fputs("`: ", f);
		markdown_text(f, o->text);
		putc('\n', f);
	}
}

void reference_commands(FILE *f)
{
	fputs("# Commands and options\n\n"
	    "Made from the tables of commands and options in the program, as framegate(8) is.\n"
	    "Options may stand before or after other arguments; `--help` is understood everywhere.\n\n"
	    "What the program returns: 0 all is done; 1 the configuration or the request is wrong;\n"
	    "2 the command line is wrong; 3 it could not start: a port is taken, a key cannot be\n"
	    "read.\n", f);
	for (size_t i = 0; i < command_count; i++)
		reference_command(f, &command_table[i]);
}

void reference_metrics(FILE *f)
{
	static const char *const types[] = {
	    [METRIC_COUNTER] = "counter", [METRIC_GAUGE] = "gauge",
	    [METRIC_HISTOGRAM] = "histogram", [METRIC_INFO] = "gauge", [METRIC_TOTAL] = "counter",
	};

	fputs("# Metrics\n\n"
	    "Made from the table of metrics in the program, as framegate-metrics(7) is, which also\n"
	    "explains the labels. They are at `/metrics` of the address that `admin: { http }` names.\n\n",
	    f);
	for (size_t i = 0; i < metrics_count; i++) {
		const struct metric *m = &metrics_table[i];
		const char *end = m->type == METRIC_COUNTER ? "_total" :
		    m->type == METRIC_INFO ? "_info" : "";
		fprintf(f, m->labels[0] ? "- **`%s%s{%s}`**" : "- **`%s%s%s`**", m->name, end,
		    m->labels);
		fprintf(f, " (%s): ", types[m->type]);
		markdown_text(f, m->help);
		putc('\n', f);
	}
}
