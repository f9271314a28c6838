#include "process/help.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { HELP_COLUMNS = 80, HELP_INDENT = 4, HELP_OPTION = 24, HELP_PIECE = 64 };

/* Prints words that stay together, on the next line when this one is full; returns the column. */
__attribute__((format(printf, 3, 4)))
static size_t help_piece(size_t column, size_t indent, const char *fmt, ...)
{
	char piece[HELP_PIECE];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(piece, sizeof(piece), fmt, ap);
	va_end(ap);
	if (column + 1 + (size_t)n > HELP_COLUMNS) {
		printf("\n%*s", (int)indent, "");
		column = indent;
	} else if (column > indent) {
		putchar(' ');
		column++;
	}
	fputs(piece, stdout);
	return column + (size_t)n;
}

static size_t help_text(size_t column, size_t indent, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, " ");
		column = help_piece(column, indent, "%.*s", (int)n, text);
		text += n + (text[n] == ' ');
	}
	return column;
}

static void help_synopsis(const struct command *c)
{
	const size_t indent = 3 * HELP_INDENT;
	size_t column = HELP_INDENT + strlen("framegate");

	printf("%*sframegate", HELP_INDENT, "");
	if (c->name)
		column = help_piece(column, indent, c->implied ? "[%s]" : "%s", c->name);
	for (size_t i = 0; i < COMMAND_OPERANDS && c->operands[i]; i++)
		column = help_piece(column, indent, "%s", c->operands[i]);
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct command_option *o = &option_table[i];
		if (!(c->options & 1u << i))
			continue;
		char dashed[HELP_PIECE];
		if (o->letter)
			snprintf(dashed, sizeof(dashed), "-%c", o->letter);
		else
			snprintf(dashed, sizeof(dashed), "--%s", o->name);
		column = help_piece(column, indent, "[%s%s%s]", dashed, o->value ? " " : "",
		    o->value ? o->value : "");
	}
	if (c->rest)
		help_piece(column, indent, "-- %s", c->rest);
	putchar('\n');
}

static void help_brief(const struct command *c)
{
	const size_t indent = 2 * HELP_INDENT;

	printf("%*s", (int)indent, "");
	size_t column = help_text(indent, indent, c->brief);
	if (c->run == NULL)
		help_text(column, indent, "(not supported yet)");
	putchar('\n');
}

static void help_option(const struct command_option *o)
{
	char name[HELP_PIECE];

	if (o->letter)
		snprintf(name, sizeof(name), "-%c, --%s %s", o->letter, o->name,
		    o->value ? o->value : "");
	else
		snprintf(name, sizeof(name), "    --%s %s", o->name, o->value ? o->value : "");
	printf("%*s%-*s", HELP_INDENT, "", HELP_OPTION, name);
	size_t column = HELP_INDENT + strlen(name);
	if (column > HELP_INDENT + HELP_OPTION)
		column = HELP_COLUMNS;
	else
		column = HELP_INDENT + HELP_OPTION;
	help_text(column, HELP_INDENT + HELP_OPTION, o->text);
	putchar('\n');
}

void help_print(const struct command *c)
{
	help_synopsis(c);
	help_brief(c);
	if (c->text) {
		printf("\n%*s", HELP_INDENT, "");
		help_text(HELP_INDENT, HELP_INDENT, c->text);
		putchar('\n');
	}
	putchar('\n');
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if ((c->options | OPTION(HELP)) & 1u << i)
			help_option(&option_table[i]);
}

int help_run(const struct arguments *a)
{
	if (a->operands[0]) {
		const struct command *c = command_find(a->operands[0]);
		if (c == NULL)
			return command_misuse(NULL, "unknown command '%s'", a->operands[0]);
		help_print(c);
		return COMMAND_DONE;
	}
	puts("framegate: an HTTP-to-WebSocket reverse proxy and gateway\n");
	for (size_t i = 0; i < command_count; i++) {
		help_synopsis(&command_table[i]);
		help_brief(&command_table[i]);
	}
	puts("\nframegate COMMAND --help says more about one of them, framegate(8) about all.");
	return COMMAND_DONE;
}
