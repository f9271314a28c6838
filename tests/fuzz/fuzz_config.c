/*
 * The configuration: whatever the text is, there is an answer, and a refusal has a message. What
 * the scanner lets through libconfig reads the same way, and a dump means what was dumped.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "fuzz.h"

static void config_say(struct config_report *report, const char *text)
{
	const char *error = strstr(text, ": error: ");	/* what follows may quote anything */

	(void)report;
	FUZZ_CHECK(error == NULL || strncmp(error, ": error: libconfig ", 19) != 0);
}

static char *config_dumped(const struct config *c)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	FUZZ_CHECK(f != NULL);
	config_dump(f, c);
	fclose(f);
	return text;
}

static void config_round_trip(const struct config *c)
{
	struct config_report report = {.say = config_say};
	char *first = config_dumped(c), *second;
	struct config *again = config_parse("dump", first, &report);

	FUZZ_CHECK(again != NULL);
	second = config_dumped(again);
	FUZZ_CHECK(strcmp(first, second) == 0);
	free(first);
	free(second);
	config_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct config_report report = {.say = config_say};
	char *text = malloc(n + 1);

	if (text == NULL)
		return 0;
	memcpy(text, p, n);
	text[n] = '\0';
	/* Patterns over several directories would only measure the machine's disk. */
	if (strstr(text, "certificates") == NULL || strstr(text, "*/") == NULL) {
		struct config *c = config_parse("fuzz", text, &report);
		FUZZ_CHECK((c == NULL) == (report.errors > 0));
		if (c)
			config_round_trip(c);
		config_free(c);
	}
	free(text);
	return 0;
}
