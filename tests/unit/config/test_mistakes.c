/*
 * Every message, word by word. The cases stand in mistakes/: a title, what the configuration says,
 * and what is said about it. A case that names no listeners or no routes gets some.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/config/said.h"

enum { CASES = 300 };

struct mistake {
	char	*title, *text, *messages;
};

static char *cut(char **rest, const char *separator)
{
	char *part = *rest, *end = strstr(part, separator);

	if (end == NULL) {
		*rest = part + strlen(part);
	} else {
		*end = '\0';
		*rest = end + strlen(separator);
	}
	return part;
}

/* "=== title\ntext\n---\nmessages\n", again and again. */
static size_t take_cases(char *file, struct mistake *cases, size_t n)
{
	cut(&file, "=== ");
	while (*file && n < CASES) {
		char *one = cut(&file, "\n=== ");
		cases[n].title = cut(&one, "\n");
		cases[n].text = strncmp(one, "---", 3) == 0 ? one + 3 : cut(&one, "\n---");
		cases[n++].messages = one + strspn(one, "-\n");
	}
	return n;
}

static void test_mistake(void **state)
{
	const struct mistake *m = *state;
	struct said said;
	char *text = NULL;

	assert_true(asprintf(&text, "%s\n%s%s", m->text,
	    strstr(m->text, "listeners") ? "" : SAID_LISTENERS,
	    strstr(m->text, "routes") ? "" : SAID_ROUTES) > 0);
	said_init(&said);
	struct config *c = said_parse(&said, text);
	if (said.n > 0 && m->messages[strlen(m->messages) - 1] != '\n')
		said.text[said.n - 1] = '\0';	/* the file's last newline separates cases */
	assert_string_equal(said.text, m->messages);
	assert_int_equal(c == NULL, said.report.errors > 0);
	config_free(c);
	said_fini(&said);
	free(text);
}

int main(void)
{
	static const char *const files[] = {"syntax", "values", "keys", "http"};
	static struct mistake cases[CASES];
	static struct CMUnitTest tests[CASES];
	char *texts[4], path[100];
	size_t n = 0;

	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "tests/unit/config/mistakes/%s", files[i]);
		texts[i] = said_source(path);
		n = take_cases(texts[i], cases, n);
	}
	for (size_t i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){.name = cases[i].title, .test_func = test_mistake,
		    .initial_state = &cases[i]};
	int failed = _cmocka_run_group_tests("mistakes", tests, n, NULL, NULL);
	for (size_t i = 0; i < 4; i++)
		free(texts[i]);
	return failed;
}
