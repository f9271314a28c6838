#include "process/conf_text.h"

#include <string.h>

#include "process/command.h"

static void conf_text_escape(FILE *out, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if (c < 0x20 || c == 0x7f)
			fprintf(out, "\\x%02x", c);
		else if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else
			putc(c, out);
	}
}

void conf_text_string(FILE *out, const char *prefix, const char *s)
{
	putc('"', out);
	conf_text_escape(out, prefix);
	conf_text_escape(out, s);
	putc('"', out);
}

/* The words of the first error; its place is in a text that the user never saw. */
static void conf_text_say(struct config_report *report, const char *message)
{
	static const char mark[] = "error: ";
	const char *words = strstr(message, mark);

	if (words == NULL || report->errors > 1)
		return;
	words += sizeof(mark) - 1;
	command_misuse(NULL, "%.*s", (int)strcspn(words, "\n"), words);
}

struct config *conf_text_parse(const char *text)
{
	struct config_report report = {.say = conf_text_say};

	return config_parse("the command line", text, &report);
}
