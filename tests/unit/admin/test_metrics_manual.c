/* framegate-metrics(7) says what the table of metrics says; "make pages" writes it anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "admin/metrics.h"
#include "admin/metrics_manual.h"

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
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n), *prose = open_page("framegate-metrics.7.in", "r");

	metrics_manual(out, prose);
	fclose(prose);
	fclose(out);
	return text;
}

/* With FRAMEGATE_PAGES=write in the environment: makes it so. */
static void test_same(void **state)
{
	const char *write = getenv("FRAMEGATE_PAGES");
	char *made = made_page(), *written = NULL;
	size_t size = 0;
	FILE *f;

	(void)state;
	if (write && strcmp(write, "write") == 0) {
		f = open_page("framegate-metrics.7", "w");
		fputs(made, f);
		fclose(f);
	}
	f = open_page("framegate-metrics.7", "r");
	assert_true(getdelim(&written, &size, '\0', f) > 0);
	fclose(f);
	if (strcmp(written, made) != 0)
		fail_msg("contrib/man/framegate-metrics.7 is out of date: run \"make pages\"");
	free(written);
	free(made);
}

/* Each label has its words, too. */
static void test_complete(void **state)
{
	char *page = made_page(), words[128];

	(void)state;
	assert_null(strchr(page, '@'));
	const char *labels = strstr(page, ".Sh LABELS");
	for (size_t i = 0; i < metrics_count; i++) {
		struct slice rest = slice_of(metrics_table[i].labels), label;
		while (rest.n > 0 && slice_cut(&rest, ',', &label)) {
			label = slice_trim(label);
			snprintf(words, sizeof(words), "%.*s", SLICE_ARG(label));
			if (strcmp(words, "place") != 0 && strstr(labels, words) == NULL)
				fail_msg("the label %s is not explained", words);
		}
	}
	free(page);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_same),
	    cmocka_unit_test(test_complete),
	};

	return cmocka_run_group_tests_name("metrics manual", tests, NULL, NULL);
}
