/* What goes wrong: codes, and what to do about each message. */
#include <stdbool.h>
#include <string.h>

#include "base/fault.h"
#include "unit/docs/markdown.h"
#include "unit/docs/reference.h"

static const struct advice {
	const char	*part;		/* a part begins; the rest is empty */
	enum fault	 fault;
	const char	*why, *what;
} advices[] = {
#define ADVICE_PART(title) {.part = (title)},
#define ADVICE(name, cause, cure) {.fault = FAULT_##name, .why = (cause), .what = (cure)},
#include "unit/docs/advice.def"
#undef ADVICE
#undef ADVICE_PART
};
static const size_t n_advices = sizeof(advices) / sizeof(advices[0]);

static const char *const levels[] = {
    [LOG_LEVEL_ERROR] = "error", [LOG_LEVEL_WARN] = "warn", [LOG_LEVEL_INFO] = "info",
    [LOG_LEVEL_DEBUG] = "debug",
};

const char *reference_unadvised(void)
{
	unsigned said[FAULT_COUNT] = {0};

	for (size_t i = 0; i < n_advices; i++)
		said[advices[i].fault]++;
	for (int i = FAULT_NONE + 1; i < FAULT_COUNT; i++)
		if (said[i] != 1)
			return fault_name((enum fault)i);
	return NULL;
}

/* Its name as metrics have it, and as the page of messages has it for an anchor. */
static void reference_label(FILE *f, enum fault fault)
{
	for (const char *p = fault_name(fault); *p; p++)
		putc(*p >= 'A' && *p <= 'Z' ? *p | 0x20 : *p, f);
}

static void reference_code(FILE *f, int code)
{
	const char *sep = "";

	fprintf(f, "| %d | ", code);
	for (int i = FAULT_NONE + 1; i < FAULT_COUNT; i++) {
		if (fault_ws((enum fault)i) != code)
			continue;
		fputs(sep, f);
		markdown_text(f, fault_text((enum fault)i));
		fprintf(f, " (%d)", fault_http((enum fault)i));
		sep = "; ";
	}
	fputs(" |\n", f);
}

void reference_codes(FILE *f)
{
	fputs("# Close codes and statuses\n\n"
	    "Made from the table of faults in the program. The code closes a session that is open; the\n"
	    "status in parentheses answers a request that is not a session yet. With\n"
	    "`refuse = \"close\"` a route opens the session first and closes it with the code, so that\n"
	    "a page can see why. What a backend says itself, its status or its close code, is passed\n"
	    "on instead. 1005 and 1006 are never sent: they stand in logs and metrics for a session\n"
	    "that ended without a code.\n\n| code | what happened (status) |\n|--|--|\n", f);
	for (int code = 1000; code < 5000; code++)
		for (int i = FAULT_NONE + 1; i < FAULT_COUNT; i++)
			if (fault_ws((enum fault)i) == code) {
				reference_code(f, code);
				break;
			}
}

static void reference_message(FILE *f, const struct advice *a)
{
	fputs("\n### ", f);
	markdown_text(f, fault_text(a->fault));
	fprintf(f, "\n\nStatus %d, close code %d, level %s, in metrics `", fault_http(a->fault),
	    fault_ws(a->fault), levels[fault_level(a->fault)]);
	reference_label(f, a->fault);
	fputs("`.\n\n", f);
	markdown_text(f, a->why);
	fputs("\n\n*What to do:* ", f);
	markdown_text(f, a->what);
	putc('\n', f);
}

void reference_messages(FILE *f)
{
	fputs("# Messages of the log\n\n"
	    "Every way to fail, in the words that stand in the log, in the access log's `reason` and in\n"
	    "the close reason. Made from the table of faults in the program. Search this page for the\n"
	    "words of your log line. For what users see instead, see\n"
	    "[frequent symptoms](symptoms.md).\n", f);
	for (size_t i = 0; i < n_advices; i++)
		if (advices[i].part)
			fprintf(f, "\n## %s\n", advices[i].part);
		else
			reference_message(f, &advices[i]);
}
