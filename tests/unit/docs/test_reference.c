/* The pages of docs/ that are made from tables say what these say; "make pages" writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "unit/config/said.h"
#include "unit/docs/reference.h"

static const struct page {
	const char	 *path;
	void		(*make)(FILE *);
} pages[] = {
	{"docs/reference/configuration.md", reference_configuration},
	{"docs/reference/commands.md", reference_commands},
	{"docs/reference/metrics.md", reference_metrics},
	{"docs/reference/codes.md", reference_codes},
	{"docs/troubleshooting/messages.md", reference_messages},
};

static void test_page(void **state)
{
	const struct page *page = *state;
	const char *write = getenv("FRAMEGATE_PAGES"), *top = getenv("srcdir");
	char path[1024], *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	assert_non_null(f);
	page->make(f);
	fclose(f);
	if (write && strcmp(write, "write") == 0) {
		snprintf(path, sizeof(path), "%s/%s", top ? top : ".", page->path);
		said_write(path, text);
	}
	char *written = said_source(page->path);
	if (strcmp(written, text) != 0)
		fail_msg("%s is out of date: run \"make pages\"", page->path);
	free(written);
	free(text);
}

static void test_advice(void **state)
{
	const char *name = reference_unadvised();

	(void)state;
	if (name)
		fail_msg("advice.def must say what to do about %s, once", name);
}

int main(void)
{
	enum { PAGES = sizeof(pages) / sizeof(pages[0]) };
	struct CMUnitTest tests[PAGES + 1] = {cmocka_unit_test(test_advice)};

	for (size_t i = 0; i < PAGES; i++)
		tests[i + 1] = (struct CMUnitTest){pages[i].path, test_page, NULL, NULL,
		    (void *)&pages[i]};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
