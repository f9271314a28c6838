#include "process/manual.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/roff.h"
#include "process/command.h"

static void manual_option_name(FILE *out, const struct command_option *o, bool both)
{
	if (o->letter)
		fprintf(out, " Fl %c", o->letter);
	if (o->letter && both)
		fputs(" ,", out);
	if (!o->letter || both)
		fprintf(out, " Fl \\-%s", o->name);
	if (o->value)
		fprintf(out, " Ar %s", o->value);
}

/* Name, operands and options of a command, each on a line of its own. */
static void manual_usage(FILE *out, const struct command *c)
{
	if (c->name)
		fprintf(out, c->implied ? ".Op Cm %s\n" : ".Cm %s\n", c->name);
	for (size_t i = 0; i < COMMAND_OPERANDS && c->operands[i]; i++) {
		const char *operand = c->operands[i];
		if (operand[0] == '[')
			fprintf(out, ".Op Ar %.*s\n", (int)strcspn(operand, "]") - 1, operand + 1);
		else
			fprintf(out, strchr(operand, '|') ? ".Cm %s\n" : ".Ar %s\n", operand);
	}
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (!(c->options & 1u << i))
			continue;
		fputs(".Op", out);
		manual_option_name(out, &option_table[i], false);
		putc('\n', out);
	}
	if (c->rest)
		fprintf(out, ".Fl \\- Ar %s\n", c->rest);
}

static void manual_synopsis(FILE *out)
{
	for (size_t i = 0; i < command_count; i++)
		if (command_table[i].run) {
			fputs(".Nm\n", out);
			manual_usage(out, &command_table[i]);
		}
}

static void manual_options(FILE *out, const struct command *c)
{
	bool any = false;

	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct command_option *o = &option_table[i];
		if (!(c->options & 1u << i) || c->run == NULL)
			continue;
		if (!any)
			fputs(".Bl -tag -width Ds\n", out);
		any = true;
		fputs(".It", out);
		manual_option_name(out, o, true);
		putc('\n', out);
		roff_sentences(out, o->text);
	}
	if (any)
		fputs(".El\n", out);
}

static void manual_command(FILE *out, const struct command *c)
{
	fputs(".It Xo\n", out);
	manual_usage(out, c);
	fputs(".Xc\n", out);
	putc(toupper((unsigned char)c->brief[0]), out);
	roff_text(out, slice_of(c->brief + 1));
	fputs(".\n", out);
	if (c->text)
		roff_sentences(out, c->text);
	if (c->run == NULL)
		fputs("Not supported yet.\n", out);
	manual_options(out, c);
}

static void manual_commands(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < command_count; i++)
		manual_command(out, &command_table[i]);
	fputs(".El\n", out);
}

static const struct manual_place {
	const char	 *mark;
	void		(*fill)(FILE *);
} manual_places[] = {
	{"@SYNOPSIS@\n", manual_synopsis},
	{"@COMMANDS@\n", manual_commands},
};

static void manual_line(FILE *out, const char *line)
{
	for (size_t i = 0; i < sizeof(manual_places) / sizeof(manual_places[0]); i++)
		if (strcmp(line, manual_places[i].mark) == 0) {
			manual_places[i].fill(out);
			return;
		}
	fputs(line, out);
}

void manual_write(FILE *out, FILE *prose)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, prose) >= 0)
		manual_line(out, line);
	free(line);
}
