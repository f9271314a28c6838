#include "process/manual.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Text that may hold what mdoc would take for its own. */
static void manual_text(const char *s)
{
	if (*s == '.' || *s == '\'')
		fputs("\\&", stdout);
	for (; *s; s++) {
		if (*s == '\\')
			fputs("\\e", stdout);
		else if (*s == '-')
			fputs("\\-", stdout);
		else
			putchar(*s);
	}
}

/* Each sentence on a line of its own, which makes the spaces between them right. */
static void manual_sentences(const char *s)
{
	for (const char *end; (end = strstr(s, ". ")) != NULL; s = end + 2) {
		char *sentence = strndup(s, (size_t)(end - s) + 1);
		if (sentence == NULL)
			return;
		manual_text(sentence);
		putchar('\n');
		free(sentence);
	}
	manual_text(s);
	putchar('\n');
}

static void manual_option_name(const struct command_option *o, bool both)
{
	if (o->letter)
		printf(" Fl %c", o->letter);
	if (o->letter && both)
		fputs(" ,", stdout);
	if (!o->letter || both)
		printf(" Fl \\-%s", o->name);
	if (o->value)
		printf(" Ar %s", o->value);
}

/* Name, operands and options of a command, each on a line of its own. */
static void manual_usage(const struct command *c)
{
	if (c->name)
		printf(c->implied ? ".Op Cm %s\n" : ".Cm %s\n", c->name);
	for (size_t i = 0; i < COMMAND_OPERANDS && c->operands[i]; i++) {
		const char *operand = c->operands[i];
		if (operand[0] == '[')
			printf(".Op Ar %.*s\n", (int)strcspn(operand, "]") - 1, operand + 1);
		else
			printf(strchr(operand, '|') ? ".Cm %s\n" : ".Ar %s\n", operand);
	}
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (!(c->options & 1u << i) || option_table[i].later)
			continue;
		fputs(".Op", stdout);
		manual_option_name(&option_table[i], false);
		putchar('\n');
	}
}

static void manual_synopsis(void)
{
	for (size_t i = 0; i < command_count; i++)
		if (!command_table[i].hidden && command_table[i].run) {
			puts(".Nm");
			manual_usage(&command_table[i]);
		}
}

static void manual_options(const struct command *c)
{
	bool any = false;

	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct command_option *o = &option_table[i];
		if (!(c->options & 1u << i) || c->run == NULL)
			continue;
		if (!any)
			puts(".Bl -tag -width Ds");
		any = true;
		fputs(".It", stdout);
		manual_option_name(o, true);
		putchar('\n');
		manual_sentences(o->text);
		if (o->later)
			puts("Not supported yet.");
	}
	if (any)
		puts(".El");
}

static void manual_command(const struct command *c)
{
	puts(".It Xo");
	manual_usage(c);
	puts(".Xc");
	putchar(toupper((unsigned char)c->brief[0]));
	manual_text(c->brief + 1);
	puts(".");
	if (c->text)
		manual_sentences(c->text);
	if (c->run == NULL)
		puts("Not supported yet.");
	manual_options(c);
}

static void manual_commands(void)
{
	puts(".Bl -tag -width Ds");
	for (size_t i = 0; i < command_count; i++)
		if (!command_table[i].hidden)
			manual_command(&command_table[i]);
	puts(".El");
}

static const struct manual_place {
	const char	 *mark;
	void		(*fill)(void);
} manual_places[] = {
	{"@synopsis@\n", manual_synopsis},
	{"@commands@\n", manual_commands},
};

static void manual_line(const char *line)
{
	for (size_t i = 0; i < sizeof(manual_places) / sizeof(manual_places[0]); i++)
		if (strcmp(line, manual_places[i].mark) == 0) {
			manual_places[i].fill();
			return;
		}
	fputs(line, stdout);
}

int manual_run(const struct arguments *a)
{
	FILE *skeleton = fopen(a->operands[0], "r");
	char *line = NULL;
	size_t size = 0;

	if (skeleton == NULL) {
		fprintf(stderr, "framegate: %s: %s\n", a->operands[0], strerror(errno));
		return COMMAND_WRONG;
	}
	while (getline(&line, &size, skeleton) >= 0)
		manual_line(line);
	free(line);
	fclose(skeleton);
	return COMMAND_DONE;
}
