/* framegate(8) says what the command tables say; "make pages" writes it anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "process/command.h"
#include "process/manual.h"

static FILE *open_page(const char *name, const char *mode)
{
	const char *top = getenv("srcdir");
	char path[1024];

	snprintf(path, sizeof(path), "%s/contrib/man/%s", top ? top : ".", name);
	FILE *f = fopen(path, mode);
	if (f == NULL)
		fail_msg("%s cannot be opened", path);
	return f;
}

static char *made_page(void)
{
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n), *prose = open_page("framegate.8.in", "r");

	manual_write(out, prose);
	fclose(prose);
	fclose(out);
	return text;
}

static char *written_page(void)
{
	FILE *f = open_page("framegate.8", "r");
	char *text = NULL;
	size_t size = 0;

	assert_true(getdelim(&text, &size, '\0', f) > 0);
	fclose(f);
	return text;
}

/* With FRAMEGATE_PAGES=write in the environment: makes it so. */
static void test_same(void **state)
{
	const char *write = getenv("FRAMEGATE_PAGES");
	char *made = made_page();

	(void)state;
	if (write && strcmp(write, "write") == 0) {
		FILE *f = open_page("framegate.8", "w");
		fputs(made, f);
		fclose(f);
	}
	char *written = written_page();
	if (strcmp(written, made) != 0)
		fail_msg("contrib/man/framegate.8 is out of date: run \"make pages\"");
	free(written);
	free(made);
}

static void test_complete(void **state)
{
	char *page = made_page(), words[128];
	unsigned used = 0;

	(void)state;
	for (size_t i = 0; i < command_count; i++) {
		if (command_table[i].run)
			used |= command_table[i].options;
		if (command_table[i].name == NULL)
			continue;
		snprintf(words, sizeof(words), " %s\n", command_table[i].name);
		if (strstr(page, words) == NULL)
			fail_msg("the command%s is not in framegate(8)", words);
	}
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		snprintf(words, sizeof(words), "Fl \\-%s", option_table[i].name);
		if (used & 1u << i && strstr(page, words) == NULL)
			fail_msg("the option --%s is not in framegate(8)", option_table[i].name);
	}
	assert_null(strchr(page, '@'));
	free(page);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_same),
	    cmocka_unit_test(test_complete),
	};

	return cmocka_run_group_tests_name("manual", tests, NULL, NULL);
}
