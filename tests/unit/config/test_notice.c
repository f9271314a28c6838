/* What a file holds cannot speak to the terminal that messages go to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "unit/config/said.h"

static void test_control_characters(void **state)
{
	(void)state;
	said_bad("\x1b[2J = 3;\n" SAID_LISTENERS SAID_ROUTES,
	    "t:1: error: expected a name, not '?'\n"
	    "    1 | ?[2J = 3;\n"
	    "      | ^\n");
	said_bad("log: { level = \"\x1b[31m\x7f\\x1b\"; };\n" SAID_LISTENERS SAID_ROUTES,
	    "t:1: error: expected \"error\", \"warn\", \"info\" or \"debug\" for 'level', "
	    "not \"?[31m?\\x1b\"\n"
	    "    1 | log: { level = \"?[31m?\\x1b\"; };\n"
	    "      |                ^~~~~~~~~~~~\n");
}

/* U+009B is a control sequence introducer in one character. */
static void test_control_characters_beyond_ascii(void **state)
{
	(void)state;
	said_bad("log: { level = \"\xc2\x9b" "31m\"; };\n" SAID_LISTENERS SAID_ROUTES,
	    "t:1: error: expected \"error\", \"warn\", \"info\" or \"debug\" for 'level', "
	    "not \"??31m\"\n"
	    "    1 | log: { level = \"??31m\"; };\n"
	    "      |                ^~~~~~~\n");
}

static void test_no_utf8(void **state)
{
	(void)state;
	said_bad("/* \xff */ log: { level = \"\x80x\xc3\"; };\n" SAID_LISTENERS SAID_ROUTES,
	    "t:1: error: expected \"error\", \"warn\", \"info\" or \"debug\" for 'level', "
	    "not \"?x?\"\n"
	    "    1 | /* ? */ log: { level = \"?x?\"; };\n"
	    "      |                        ^~~~~\n");
}

/* A long line is cut between characters, whatever their length. */
static void test_cut(void **state)
{
	char text[1024], *p;

	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		struct said said;
		p = text + sprintf(text, "/* %.*s", (int)shift, "xxx");
		for (int i = 0; i < 60; i++)
			p = stpcpy(p, "\xe2\x82\xac");
		p = stpcpy(p, " */ workers = \"x\"; /* ");
		for (int i = 0; i < 60; i++)
			p = stpcpy(p, "\xf0\x9f\x98\x80");
		strcpy(p, " */\n" SAID_LISTENERS SAID_ROUTES);
		said_init(&said);
		assert_null(said_parse(&said, text));
		assert_null(strchr(said.text, '?'));
		assert_non_null(strstr(said.text, "| ...\xe2\x82\xac"));
		assert_non_null(strstr(said.text, "\xf0\x9f\x98\x80...\n"));
		said_fini(&said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_control_characters),
	    cmocka_unit_test(test_control_characters_beyond_ascii),
	    cmocka_unit_test(test_no_utf8),
	    cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
