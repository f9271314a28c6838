/*
 * The configuration: whatever the text is, there is an answer. Beyond that: what the scanner lets
 * through libconfig reads the same way, a refusal has a message, and a dump means what was dumped.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void fuzz_say(struct config_report *report, const char *text)
{
	(void)report;
	if (strstr(text, "libconfig") && strstr(text, "\n") == NULL) {
		fprintf(stderr, "%s\n", text);
		abort();
	}
}

static char *fuzz_dump(const struct config *c)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	if (f == NULL)
		abort();
	config_dump(f, c);
	fclose(f);
	return text;
}

static void fuzz_round_trip(const struct config *c)
{
	struct config_report report = {.say = fuzz_say};
	char *first = fuzz_dump(c), *second;
	struct config *again = config_parse("dump", first, &report);

	if (again == NULL) {
		fprintf(stderr, "the dump is refused:\n%s", first);
		abort();
	}
	second = fuzz_dump(again);
	if (strcmp(first, second) != 0) {
		fprintf(stderr, "%s---\n%s", first, second);
		abort();
	}
	free(first);
	free(second);
	config_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct config_report report = {.say = fuzz_say};
	char *text = malloc(n + 1);

	if (text == NULL)
		return 0;
	memcpy(text, p, n);
	text[n] = '\0';
	/* Patterns over several directories would only measure the machine's disk. */
	if (strstr(text, "certificates") == NULL || strstr(text, "*/") == NULL) {
		struct config *c = config_parse("fuzz", text, &report);
		if ((c == NULL) != (report.errors > 0))
			abort();
		if (c)
			fuzz_round_trip(c);
		config_free(c);
	}
	free(text);
	return 0;
}
