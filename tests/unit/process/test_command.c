/* The command line: which command is meant, with what; and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process/command.h"

enum { WORDS = 8 };

struct accepted_line {
	const char	*argv[WORDS];	/* without the program's name */
	const char	*command;	/* NULL: the one without a name */
	const char	*operands[COMMAND_OPERANDS];
	enum option_key	 key;		/* one that was given, with its value */
	const char	*value;		/* NULL: look at no option */
};

static const struct accepted_line accepted_lines[] = {
    {{NULL}, "run", {NULL}, 0, NULL},
    {{"run"}, "run", {NULL}, 0, NULL},
    {{"-c", "x.conf"}, "run", {NULL}, OPTION_CONFIG, "x.conf"},
    {{"-cx.conf"}, "run", {NULL}, OPTION_CONFIG, "x.conf"},
    {{"--config", "x.conf"}, "run", {NULL}, OPTION_CONFIG, "x.conf"},
    {{"--config=x.conf"}, "run", {NULL}, OPTION_CONFIG, "x.conf"},
    {{"--config="}, "run", {NULL}, OPTION_CONFIG, ""},
    {{"-c", "a", "-c", "b"}, "run", {NULL}, OPTION_CONFIG, "b"},
    {{"-c", "-x"}, "run", {NULL}, OPTION_CONFIG, "-x"},
    {{"-c", "check"}, "run", {NULL}, OPTION_CONFIG, "check"},
    {{"6080", "localhost:5900"}, NULL, {"6080", "localhost:5900"}, 0, NULL},
    {{"--web", "dir", "6080", "a:1"}, NULL, {"6080", "a:1"}, OPTION_WEB, "dir"},
    {{"6080", "a:1", "--web=d"}, NULL, {"6080", "a:1"}, OPTION_WEB, "d"},
    {{"6080", "--framing", "text", "a:1"}, NULL, {"6080", "a:1"}, OPTION_FRAMING, "text"},
    {{"unix:/x", "unix:/y"}, NULL, {"unix:/x", "unix:/y"}, 0, NULL},
    {{"--", "6080", "-x"}, NULL, {"6080", "-x"}, 0, NULL},
    {{"check"}, "check", {NULL}, 0, NULL},
    {{"check", "-c", "f"}, "check", {NULL}, OPTION_CONFIG, "f"},
    {{"-c", "f", "check"}, "check", {NULL}, OPTION_CONFIG, "f"},
    {{"config", "dump"}, "config", {"dump"}, 0, NULL},
    {{"config", "defaults"}, "config", {"defaults"}, 0, NULL},
    {{"demo"}, "demo", {NULL}, 0, NULL},
    {{"demo", "localhost:1"}, "demo", {"localhost:1"}, 0, NULL},
    {{"import", "websockify", "--", "1", "-x"}, "import", {"websockify"}, 0, NULL},
    {{"6080", "--unix-target", "x"}, NULL, {"6080"}, OPTION_UNIX_TARGET, "x"},
    {{"check", "--help"}, "check", {NULL}, OPTION_HELP, "help"},
    {{"reload", "-h"}, "reload", {NULL}, OPTION_HELP, "help"},
    {{"--help"}, "help", {NULL}, 0, NULL},
    {{"-h", "check"}, "help", {"check"}, 0, NULL},
    {{"--version"}, "version", {NULL}, 0, NULL},
    {{"-V"}, "version", {NULL}, 0, NULL},
};

static const struct {
	const char	*argv[WORDS];
	const char	*says;		/* stands in the one line on standard error */
} refused_lines[] = {
    {{"chekc"}, "did you mean 'check'?"},
    {{"unheard-of"}, "unknown command 'unheard-of'"},
    {{"--webb", "x"}, "did you mean '--web'?"},
    {{"--unheard-of"}, "unknown option '--unheard-of'"},
    {{"--unheard-of=x"}, "unknown option '--unheard-of'"},
    {{"-x"}, "unknown option '-x'"},
    {{"---"}, "unknown option '---'"},
    {{"--we", "x"}, "unknown option '--we'"},
    {{"--=x"}, "unknown option '--'"},
    {{"-c"}, "'--config' needs a value: --config FILE"},
    {{"6080", "a:1", "--web"}, "'--web' needs a value: --web DIR"},
    {{"check", "--help=x"}, "'--help' takes no value"},
    {{"6080", "a:1", "b:2"}, "too many arguments: 'b:2'"},
    {{"6080", "a:1", "b", "c", "d"}, "too many arguments: 'b'"},
    {{"check", "more", "words"}, "too many arguments: 'more'"},
    {{"config"}, "defaults|dump is missing"},
    {{"config", "dumpp"}, "'dumpp' is none of defaults|dump"},
    {{"config", "dum"}, "'dum' is none of defaults|dump"},
    {{"config", ""}, "'' is none of defaults|dump"},
    {{"check", "--web", "x"}, "'--web' does not belong to framegate check"},
    {{"6080", "a:1", "-c", "x"}, "'--config' does not belong to LISTEN TARGET"},
    {{"drain", "-s", "x"}, "BACKEND is missing"},
};

static bool parse(struct arguments *a, const char *const *words)
{
	char *argv[WORDS + 1] = {strdup("framegate")};
	int argc = 1;

	for (; argc <= WORDS && words[argc - 1]; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc - 1];
	bool fine = command_parse(a, argc, argv);
	free(argv[0]);
	return fine;
}

static void assert_same(const char *a, const char *b)
{
	if (a && b)
		assert_string_equal(a, b);
	else
		assert_true(a == b);
}

static void test_accepted(void **state)
{
	struct arguments a;

	(void)state;
	for (size_t i = 0; i < sizeof(accepted_lines) / sizeof(accepted_lines[0]); i++) {
		const struct accepted_line *l = &accepted_lines[i];
		assert_true(parse(&a, l->argv));
		assert_same(a.command->name, l->command);
		for (size_t k = 0; k < COMMAND_OPERANDS; k++)
			assert_same(a.operands[k], l->operands[k]);
		if (l->value)
			assert_same(a.value[l->key], l->value);
	}
}

/* What fn says on standard error goes to said. */
static void listen_in(char *said, size_t size, const char *const *words)
{
	char path[] = "/tmp/framegate-test-XXXXXX";
	struct arguments a;
	int fd = mkstemp(path), before = dup(STDERR_FILENO);

	assert_true(fd >= 0 && before >= 0);
	unlink(path);
	dup2(fd, STDERR_FILENO);
	bool fine = parse(&a, words);
	fflush(stderr);
	dup2(before, STDERR_FILENO);
	close(before);
	ssize_t n = pread(fd, said, size - 1, 0);
	close(fd);
	assert_false(fine);
	assert_true(n > 0);
	said[n] = '\0';
}

static void test_refused(void **state)
{
	char said[512];

	(void)state;
	for (size_t i = 0; i < sizeof(refused_lines) / sizeof(refused_lines[0]); i++) {
		listen_in(said, sizeof(said), refused_lines[i].argv);
		if (strstr(said, refused_lines[i].says) == NULL)
			fail_msg("\"%s\" is not in: %s", refused_lines[i].says, said);
		assert_true(strncmp(said, "framegate: ", 11) == 0);
		assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
	}
}

static void test_many(void **state)
{
	char *argv[3 + COMMAND_MANY + 1] = {NULL};
	char name[] = "framegate", command[] = "explain", url[] = "http://x/", field[] = "-HX: 1";
	struct arguments a;

	(void)state;
	argv[0] = name;
	argv[1] = command;
	argv[2] = url;
	for (int i = 0; i < COMMAND_MANY + 1; i++)
		argv[3 + i] = field;
	assert_true(command_parse(&a, 3 + COMMAND_MANY, argv));
	assert_int_equal(a.n_many, COMMAND_MANY);
	assert_string_equal(a.many[COMMAND_MANY - 1], "X: 1");
	assert_false(command_parse(&a, 3 + COMMAND_MANY + 1, argv));
}

/* What the tables promise to those who read them. */
static void test_tables(void **state)
{
	unsigned used = OPTION(HELP);

	(void)state;
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct command_option *o = &option_table[i];
		assert_non_null(o->name);
		assert_non_null(o->text);
		assert_int_equal(o->text[strlen(o->text) - 1], '.');
		for (size_t k = 0; k < i; k++) {
			assert_string_not_equal(option_table[k].name, o->name);
			assert_true(o->letter == 0 || o->letter != option_table[k].letter);
		}
	}
	for (size_t i = 0; i < command_count; i++) {
		const struct command *c = &command_table[i];
		used |= c->options;
		assert_non_null(c->brief);
		assert_int_not_equal(c->brief[strlen(c->brief) - 1], '.');
		if (c->text)
			assert_int_equal(c->text[strlen(c->text) - 1], '.');
		if (c->name)
			assert_ptr_equal(command_find(c->name), c);
	}
	assert_int_equal(used, (1u << OPTION_COUNT) - 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_accepted),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_many),
	    cmocka_unit_test(test_tables),
	};

	return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
