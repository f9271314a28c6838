#include "process/build.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/log.h"
#include "config/config_diff.h"

struct build_ear {
	struct log_tap		 tap;
	struct config_report	 report;
	struct build		*build;
	struct buffer		 words;
	unsigned		 left_out;
};

static void build_keep(struct build_ear *ear, const char *level, struct slice message)
{
	if (ear->words.n + message.n > BUILD_WORDS)
		ear->left_out++;
	else
		buffer_printf(&ear->words, "%s%.*s\n", level, SLICE_ARG(message));
}

/* What the rooms say of a certificate or a socket. */
static void build_heard(struct log_tap *tap, enum log_level level, struct slice message)
{
	struct build_ear *ear = LIST_OWNER(tap, struct build_ear, tap);
	bool placed = memmem(message.p, message.n, ": error: ", 9) != NULL;

	ear->build->errors += level == LOG_LEVEL_ERROR;
	ear->build->warnings += level == LOG_LEVEL_WARN;
	if (level <= LOG_LEVEL_WARN)
		build_keep(ear, placed ? "" : level == LOG_LEVEL_ERROR ? "error: " : "warning: ",
		    message);
}

/* What the checker says: on the log without the quoted line below it. */
static void build_told(struct config_report *report, const char *text)
{
	struct build_ear *ear = LIST_OWNER(report, struct build_ear, report);
	int first = (int)strcspn(text, "\n");

	build_keep(ear, "", slice_of(text));
	log_listen(NULL);
	log_line(report->errors > ear->build->errors ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN,
	    "reload: %.*s", first, text);
	ear->build->errors = report->errors;
	log_listen(&ear->tap);
}

/* A key that only a start changes. */
static void build_differs(struct config_diff *diff, const struct config_change *c)
{
	(void)diff;
	if (c->fixed)
		log_line(LOG_LEVEL_WARN, "reload: '%s' stays as it was, %s: only a restart "
		    "changes it", c->key, c->before ? c->before : "not set");
}

static struct config *build_load(struct build_ear *ear, const char *file,
    const struct regime *regime)
{
	struct config_diff diff = {.changed = build_differs};
	struct config *config = config_load(file, &ear->report);

	ear->build->errors = ear->report.errors;
	ear->build->warnings = ear->report.warnings;
	if (config == NULL)
		return NULL;
	config_diff(&diff, regime->started, config);
	config_diff_keep_fixed(config, regime->started);
	return config;
}

static void build_try(struct build *b, struct build_ear *ear, const char *file,
    const struct regime *regime)
{
	struct config *config = build_load(ear, file, regime);

	if (config == NULL || snapshot_new(config, regime->snapshot, &b->snapshot) != FAULT_NONE)
		return;
	b->attendant_changes = !attendant_suits(regime->attendant, config);
	if (doors_open(b->snapshot, regime->doors, &b->doors) == FAULT_NONE &&
	    (!b->attendant_changes || attendant_new(config, &b->attendant) == FAULT_NONE))
		return;
	held_put(&b->snapshot->held);
	b->snapshot = NULL;
}

void build_make(struct build *b, const char *file, const struct regime *regime)
{
	struct build_ear ear = {.tap.heard = build_heard, .report.say = build_told, .build = b};

	*b = (struct build){.words = NULL};
	log_listen(&ear.tap);
	build_try(b, &ear, file, regime);
	log_listen(NULL);
	if (ear.left_out > 0)
		buffer_printf(&ear.words, "... and %u more\n", ear.left_out);
	buffer_add(&ear.words, (struct slice){"", 1});
	if (!ear.words.failed && ear.words.n > 1)
		b->words = (char *)ear.words.p;
	else
		buffer_clear(&ear.words);
}

void build_clear(struct build *b)
{
	doors_free(b->doors);
	attendant_free(b->attendant);
	if (b->snapshot)
		held_put(&b->snapshot->held);
	free(b->words);
	*b = (struct build){.words = NULL};
}
