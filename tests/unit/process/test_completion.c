/* contrib/completion says what the command tables say; "make pages" writes it anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "process/completion.h"

static FILE *open_file(const struct completion *c, const char *mode)
{
	const char *top = getenv("srcdir");
	char path[1024];

	snprintf(path, sizeof(path), "%s/contrib/completion/%s", top ? top : ".", c->file);
	FILE *f = fopen(path, mode);
	if (f == NULL)
		fail_msg("%s cannot be opened", path);
	return f;
}

/* With FRAMEGATE_PAGES=write in the environment: makes it so. */
static void test_same(void **state)
{
	const char *write = getenv("FRAMEGATE_PAGES");

	(void)state;
	for (const struct completion *c = completion_table; c->shell; c++) {
		char *made, *written = NULL;
		size_t n, size = 0;
		FILE *out = open_memstream(&made, &n);
		c->write(out);
		fclose(out);
		if (write && strcmp(write, "write") == 0) {
			FILE *f = open_file(c, "w");
			fputs(made, f);
			fclose(f);
		}
		FILE *f = open_file(c, "r");
		assert_true(getdelim(&written, &size, '\0', f) > 0);
		fclose(f);
		if (strcmp(written, made) != 0)
			fail_msg("contrib/completion/%s is out of date: run \"make pages\"", c->file);
		free(written);
		free(made);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_same),
	};

	return cmocka_run_group_tests_name("completion", tests, NULL, NULL);
}
