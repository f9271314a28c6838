#include "process/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/nearest.h"

/* What people type for a command out of habit. */
static const char *const command_habits[][2] = {
    {"-h", "help"},
    {"--help", "help"},
    {"-V", "version"},
    {"--version", "version"},
};

/* A command line that is being read. */
struct command_line {
	struct arguments	*to;
	int			 argc, at;
	char *const		*argv;
	unsigned		 given;				/* OPTION() bits */
	const char		*words[COMMAND_OPERANDS + 2];	/* command, operands, one more */
	size_t			 n_words;
	bool			 operands_only;			/* "--" came */
};

int command_misuse(const struct command *c, const char *fmt, ...)
{
	va_list ap;

	fputs("framegate: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, " (see framegate %s%s--help)\n", c && c->name ? c->name : "",
	    c && c->name ? " " : "");
	return COMMAND_USAGE;
}

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < command_count; i++)
		if (command_table[i].name && strcmp(command_table[i].name, name) == 0)
			return &command_table[i];
	return NULL;
}

static bool command_refuse_word(const char *word)
{
	struct nearest nearest = {.to = word};
	const char *best = NULL;

	for (size_t i = 0; i < command_count; i++)
		if (command_table[i].name &&
		    nearest_try(&nearest, command_table[i].name))
			best = command_table[i].name;
	if (best)
		command_misuse(NULL, "unknown command '%s'; did you mean '%s'?", word, best);
	else
		command_misuse(NULL, "unknown command '%s'", word);
	return false;
}

static bool command_refuse_option(const char *arg, size_t n)
{
	char name[32];
	struct nearest nearest = {.to = name};
	const char *best = NULL;

	snprintf(name, sizeof(name), "%.*s", (int)n - 2 > 0 ? (int)n - 2 : 0, arg + 2);
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (n > 2 && nearest_try(&nearest, option_table[i].name))
			best = option_table[i].name;
	if (best)
		command_misuse(NULL, "unknown option '%.*s'; did you mean '--%s'?", (int)n, arg,
		    best);
	else
		command_misuse(NULL, "unknown option '%.*s'", (int)n, arg);
	return false;
}

static bool command_set(struct command_line *l, size_t key, const char *value)
{
	struct arguments *to = l->to;

	l->given |= 1u << key;
	to->value[key] = value;
	if (!option_table[key].many)
		return true;
	if (to->n_many == COMMAND_MANY) {
		command_misuse(NULL, "more than %d times --%s", COMMAND_MANY,
		    option_table[key].name);
		return false;
	}
	to->many[to->n_many++] = value;
	return true;
}

/* The value may stand in the same argument, or be the next one. */
static bool command_take(struct command_line *l, size_t key, const char *attached)
{
	const struct command_option *o = &option_table[key];

	if (o->value == NULL) {
		if (attached)
			command_misuse(NULL, "option '--%s' takes no value", o->name);
		return attached == NULL && command_set(l, key, o->name);
	}
	if (attached == NULL && l->at < l->argc)
		attached = l->argv[l->at++];
	if (attached == NULL) {
		command_misuse(NULL, "option '--%s' needs a value: --%s %s", o->name, o->name,
		    o->value);
		return false;
	}
	return command_set(l, key, attached);
}

static bool command_read_long(struct command_line *l, const char *arg)
{
	size_t n = strcspn(arg, "=");

	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (strlen(option_table[i].name) == n - 2 &&
		    strncmp(option_table[i].name, arg + 2, n - 2) == 0)
			return command_take(l, i, arg[n] == '=' ? arg + n + 1 : NULL);
	return command_refuse_option(arg, n);
}

/* One letter, and behind it its value or nothing. */
static bool command_read_letter(struct command_line *l, const char *arg)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (option_table[i].letter == arg[1])
			return command_take(l, i, arg[2] ? arg + 2 : NULL);
	return command_refuse_option(arg, 2);
}

static void command_read_word(struct command_line *l, const char *arg)
{
	if (l->n_words < sizeof(l->words) / sizeof(l->words[0]))
		l->words[l->n_words++] = arg;
}

/* Behind "--" come operands, or arguments that are not for us. */
static void command_read_rest(struct command_line *l)
{
	const struct command *c = l->n_words ? command_find(l->words[0]) : NULL;

	l->operands_only = true;
	if (c && c->rest) {
		l->to->rest = l->argv + l->at;
		l->to->n_rest = (size_t)(l->argc - l->at);
		l->at = l->argc;
	}
}

static bool command_read(struct command_line *l)
{
	while (l->at < l->argc) {
		const char *arg = l->argv[l->at++];
		bool fine = true;

		if (l->operands_only || arg[0] != '-' || arg[1] == '\0')
			command_read_word(l, arg);
		else if (strcmp(arg, "--") == 0)
			command_read_rest(l);
		else if (arg[1] == '-')
			fine = command_read_long(l, arg);
		else
			fine = command_read_letter(l, arg);
		if (!fine)
			return false;
	}
	return true;
}

/* An address has a digit, a colon or a dot in it; commands are words. */
static bool command_is_word(const char *s)
{
	return s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_")] == '\0';
}

/* Who is meant: the first word, or else the command without a name or the one that is implied. */
static bool command_choose(struct command_line *l)
{
	const struct command *named = l->n_words ? command_find(l->words[0]) : NULL;

	if (named == NULL && l->n_words && command_is_word(l->words[0]))
		return command_refuse_word(l->words[0]);
	for (size_t i = 0; named == NULL && i < command_count; i++)
		if (l->n_words ? command_table[i].name == NULL : command_table[i].implied)
			l->to->command = &command_table[i];
	if (named)
		l->to->command = named;
	for (size_t i = named != NULL, k = 0; i < l->n_words; i++, k++) {
		if (k == COMMAND_OPERANDS || l->to->command->operands[k] == NULL) {
			command_misuse(l->to->command, "too many arguments: '%s'", l->words[i]);
			return false;
		}
		l->to->operands[k] = l->words[i];
	}
	return true;
}

static bool command_check_options(const struct command_line *l)
{
	const struct command *c = l->to->command;
	unsigned wrong = l->given & ~(c->options | OPTION(HELP));

	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct command_option *o = &option_table[i];
		if (wrong & 1u << i) {
			command_misuse(c, "option '--%s' does not belong to %s%s", o->name,
			    c->name ? "framegate " : "LISTEN TARGET", c->name ? c->name : "");
			return false;
		}
	}
	return true;
}

bool command_is_choice(const char *choices, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = choices; p; p = strchr(p, '|')) {
		p += *p == '|';
		if (strcspn(p, "|") == n && strncmp(p, word, n) == 0)
			return true;
	}
	return false;
}

static bool command_check_operands(const struct arguments *a)
{
	for (size_t i = 0; i < COMMAND_OPERANDS && a->command->operands[i]; i++) {
		const char *wanted = a->command->operands[i];
		if (a->operands[i] == NULL) {
			if (wanted[0] != '[')
				command_misuse(a->command, "%s is missing", wanted);
			return wanted[0] == '[';
		}
		if (strchr(wanted, '|') && !command_is_choice(wanted, a->operands[i])) {
			command_misuse(a->command, "'%s' is none of %s", a->operands[i], wanted);
			return false;
		}
	}
	return true;
}

bool command_parse(struct arguments *to, int argc, char *const *argv)
{
	struct command_line l = {.to = to, .argc = argc, .at = 1, .argv = argv};

	*to = (struct arguments){0};
	for (size_t i = 0; argc > 1 && i < sizeof(command_habits) / sizeof(command_habits[0]); i++)
		if (strcmp(argv[1], command_habits[i][0]) == 0) {
			l.words[l.n_words++] = command_habits[i][1];
			l.at = 2;
		}
	if (!command_read(&l) || !command_choose(&l))
		return false;
	if (to->value[OPTION_HELP])
		return true;
	if (to->command->run == NULL) {
		command_misuse(NULL, "%s is not supported yet", to->command->name);
		return false;
	}
	return command_check_options(&l) && command_check_operands(to);
}
