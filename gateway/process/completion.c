#include "process/completion.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "process/command.h"

#define COMPLETION_NOTE "made from the program's tables of commands and options: \"make pages\""

/* What completes a value is known by the word that stands for it in help. */
enum completion_value { COMPLETION_WORD, COMPLETION_FILE, COMPLETION_FOLDER };

static enum completion_value completion_value(const struct command_option *o)
{
	static const struct {
		const char		*word;
		enum completion_value	 value;
	} words[] = {
		{"DIR", COMPLETION_FOLDER},
		{"FILE", COMPLETION_FILE},
		{"PATH", COMPLETION_FILE},
		{"PEM", COMPLETION_FILE},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(o->value, words[i].word) == 0)
			return words[i].value;
	return COMPLETION_WORD;
}

/* Can it be asked for by its name? */
static bool completion_offers(const struct command *c)
{
	return c->name && c->run;
}

static bool completion_takes(const struct command *c, size_t option)
{
	return (c->options | OPTION(HELP)) & 1u << option;
}

/* Words with a blank between each two. */
struct completion_list {
	FILE		*out;
	const char	*blank;
};

static void completion_add(struct completion_list *l, const char *dashes, const char *word,
    size_t n)
{
	fprintf(l->out, "%s%s%.*s", l->blank, dashes, (int)n, word);
	l->blank = " ";
}

static void completion_commands(struct completion_list *l)
{
	for (size_t i = 0; i < command_count; i++)
		if (completion_offers(&command_table[i]))
			completion_add(l, "", command_table[i].name, strlen(command_table[i].name));
}

/* Is the operand one of some known words? Those that stand for others are in capitals. */
static bool completion_knows(const char *operand)
{
	return operand && (islower((unsigned char)operand[0]) || strcmp(operand, "[COMMAND]") == 0);
}

static void completion_choices(struct completion_list *l, const char *operand)
{
	if (!completion_knows(operand))
		return;
	if (operand[0] == '[') {
		completion_commands(l);
		return;
	}
	for (const char *s = operand; *s; s += *s == '|') {
		size_t n = strcspn(s, "|");
		completion_add(l, "", s, n);
		s += n;
	}
}

/* Each spelling of the options whose values are of one of these kinds, as a shell's pattern. */
static void completion_bash_options(FILE *out, enum completion_value from,
    enum completion_value to)
{
	struct completion_list l = {.out = out, .blank = ""};

	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct command_option *o = &option_table[i];
		if (o->value == NULL || completion_value(o) < from ||
		    completion_value(o) > to)
			continue;
		completion_add(&l, "--", o->name, strlen(o->name));
		l.blank = " | ";
		if (o->letter)
			completion_add(&l, "-", &o->letter, 1);
		l.blank = " | ";
	}
}

static void completion_bash_values(FILE *out, enum completion_value value, const char *action)
{
	fputs("    ", out);
	completion_bash_options(out, value, value);
	fprintf(out, ") %s return ;;\n", action);
}

static void completion_bash_words(FILE *out, const struct command *c)
{
	struct completion_list l = {.out = out, .blank = ""};

	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (completion_takes(c, i))
			completion_add(&l, "--", option_table[i].name,
			    strlen(option_table[i].name));
	for (size_t i = 0; i < COMMAND_OPERANDS; i++)
		completion_choices(&l, c->operands[i]);
}

static void completion_bash(FILE *out)
{
	fputs("# bash completion for framegate, " COMPLETION_NOTE "\n"
	    "_framegate()\n"
	    "{\n"
	    "    local cur=${COMP_WORDS[COMP_CWORD]} command='' words='' i\n"
	    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
	    "        case ${COMP_WORDS[i]} in\n"
	    "        ", out);
	completion_bash_options(out, COMPLETION_WORD, COMPLETION_FOLDER);
	fputs(") ((i++)) ;;\n"
	    "        -*) ;;\n"
	    "        *) command=${COMP_WORDS[i]} && break ;;\n"
	    "        esac\n"
	    "    done\n"
	    "    case ${COMP_WORDS[COMP_CWORD - 1]} in\n", out);
	completion_bash_values(out, COMPLETION_FILE,
	    "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\");");
	completion_bash_values(out, COMPLETION_FOLDER,
	    "mapfile -t COMPREPLY < <(compgen -d -- \"$cur\");");
	completion_bash_values(out, COMPLETION_WORD, "COMPREPLY=();");
	fputs("    esac\n"
	    "    case $command in\n"
	    "    '') words='", out);
	completion_commands(&(struct completion_list){.out = out, .blank = ""});
	fputs(" --config --help' ;;\n", out);
	for (size_t i = 0; i < command_count; i++) {
		if (!completion_offers(&command_table[i]))
			continue;
		fprintf(out, "    %s) words='", command_table[i].name);
		completion_bash_words(out, &command_table[i]);
		fputs("' ;;\n", out);
	}
	fputs("    esac\n"
	    "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	    "}\n"
	    "complete -F _framegate framegate\n", out);
}

/* Text between single quotes, where these and, for zsh, what separates must be escaped. */
static void completion_quoted(FILE *out, const char *text, const char *special)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\'", out);
		else if (strchr(special, *text))
			putc('\\', out);
		putc(*text, out);
	}
}

/* The first sentence is enough in a list, without its dot. */
static void completion_brief(FILE *out, const char *text, const char *special)
{
	char brief[256];
	const char *end = strstr(text, ". ");
	size_t n = end ? (size_t)(end - text) : strlen(text);

	if (end == NULL && n > 0 && text[n - 1] == '.')
		n--;
	snprintf(brief, sizeof(brief), "%.*s", (int)n, text);
	completion_quoted(out, brief, special);
}

static void completion_zsh_option(FILE *out, const struct command_option *o)
{
	static const char *const actions[] = {
		[COMPLETION_WORD] = "",
		[COMPLETION_FILE] = "_files",
		[COMPLETION_FOLDER] = "_files -/",
	};

	fputs("        ", out);
	if (o->letter && o->many)
		fprintf(out, "'*'{-%c,--%s}'[", o->letter, o->name);
	else if (o->letter)
		fprintf(out, "'(-%c --%s)'{-%c,--%s}'[", o->letter, o->name, o->letter, o->name);
	else
		fprintf(out, "'--%s[", o->name);
	completion_brief(out, o->text, "[]:");
	putc(']', out);
	if (o->value) {
		fputs(":", out);
		completion_quoted(out, o->value, ":'");
		fprintf(out, ":%s", actions[completion_value(o)]);
	}
	fputs("' \\\n", out);
}

static void completion_zsh_operand(FILE *out, const char *operand)
{
	fputs("        ':", out);
	if (completion_knows(operand)) {
		fputs("what:(", out);
		completion_choices(&(struct completion_list){.out = out, .blank = ""}, operand);
		putc(')', out);
	} else if (operand) {
		completion_quoted(out, operand, "[]:");
		fputs(": ", out);
	} else
		fputs(": :", out);
	putc('\'', out);
}

static void completion_zsh(FILE *out)
{
	fputs("#compdef framegate\n"
	    "# " COMPLETION_NOTE "\n"
	    "\n"
	    "local -a commands=(\n", out);
	for (size_t i = 0; i < command_count; i++) {
		if (!completion_offers(&command_table[i]))
			continue;
		fprintf(out, "    '%s:", command_table[i].name);
		completion_quoted(out, command_table[i].brief, ":");
		fputs("'\n", out);
	}
	fputs(")\n"
	    "if ((CURRENT == 2)); then\n"
	    "    _describe command commands\n"
	    "    return\n"
	    "fi\n"
	    "local command=$words[2]\n"
	    "shift words\n"
	    "((CURRENT--))\n"
	    "case $command in\n", out);
	for (size_t i = 0; i < command_count; i++) {
		const struct command *c = &command_table[i];
		if (!completion_offers(c))
			continue;
		fprintf(out, "%s)\n    _arguments \\\n", c->name);
		for (size_t k = 0; k < OPTION_COUNT; k++)
			if (completion_takes(c, k))
				completion_zsh_option(out, &option_table[k]);
		completion_zsh_operand(out, c->operands[0]);
		fputs("\n    ;;\n", out);
	}
	fputs("esac\n", out);
}

#define COMPLETION_FISH_BEHIND "complete -c framegate -n '__fish_seen_subcommand_from %s'"

static void completion_fish_option(FILE *out, const struct command *c,
    const struct command_option *o)
{
	static const char *const actions[] = {
		[COMPLETION_WORD] = " -x",
		[COMPLETION_FILE] = " -r -F",
		[COMPLETION_FOLDER] = " -x -a '(__fish_complete_directories)'",
	};

	fprintf(out, COMPLETION_FISH_BEHIND " -l %s", c->name, o->name);
	if (o->letter)
		fprintf(out, " -s %c", o->letter);
	if (o->value)
		fputs(actions[completion_value(o)], out);
	fputs(" -d '", out);
	completion_brief(out, o->text, "\\");
	fputs("'\n", out);
}

static void completion_fish(FILE *out)
{
	fputs("# " COMPLETION_NOTE "\n"
	    "complete -c framegate -f\n", out);
	for (size_t i = 0; i < command_count; i++) {
		const struct command *c = &command_table[i];
		if (!completion_offers(c))
			continue;
		fprintf(out, "complete -c framegate -n __fish_use_subcommand -a %s -d '", c->name);
		completion_quoted(out, c->brief, "\\");
		fputs("'\n", out);
		for (size_t k = 0; k < OPTION_COUNT; k++)
			if (completion_takes(c, k))
				completion_fish_option(out, c, &option_table[k]);
		if (completion_knows(c->operands[0])) {
			fprintf(out, COMPLETION_FISH_BEHIND " -a '", c->name);
			completion_choices(&(struct completion_list){.out = out, .blank = ""},
			    c->operands[0]);
			fputs("'\n", out);
		}
	}
}

const struct completion completion_table[] = {
	{.shell = "bash", .file = "framegate", .write = completion_bash},
	{.shell = "zsh", .file = "_framegate", .write = completion_zsh},
	{.shell = "fish", .file = "framegate.fish", .write = completion_fish},
	{.shell = NULL},
};
