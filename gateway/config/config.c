#include "config/config.h"

#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/list.h"
#include "config/check.h"
#include "config/tree.h"

/* Processors that this process may run on. */
static unsigned config_processors(void)
{
	cpu_set_t set;
	long n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set)
	    : sysconf(_SC_NPROCESSORS_ONLN);

	return n > 0 ? (unsigned)n : 1;
}

static void config_die(struct held *h)
{
	struct config *c = LIST_OWNER(h, struct config, held);

	arena_fini(&c->arena);
	free(c);
}

static struct config *config_new(void)
{
	struct config *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	held_init(&c->held, config_die);
	arena_init(&c->arena);
	return c;
}

void config_free(struct config *c)
{
	if (c)
		held_put(&c->held);
}

/* From the first source on; the nodes go with the texts' arena. */
static void config_fill(struct config *c, struct sources *sources, const struct source *first,
    struct notice *notice)
{
	struct tree tree = {.sources = sources, .notice = notice};
	struct read read = {.config = c, .arena = &c->arena, .notice = notice};

	if (!tree_read(&tree, first))
		return;
	read.broken = tree.broken;
	read_config(&read, tree.root);
	if (!notice->no_memory)
		check_config(&read, tree.root);
	if (c->workers == 0)
		c->workers = config_processors();
}

/* text NULL: name is a file's path. */
static struct config *config_make(const char *name, const char *text, struct config_report *report)
{
	struct config_report none = {.say = NULL};
	struct arena texts;
	struct notice notice = {.report = report ? report : &none};
	struct config *c = config_new();
	const char *why = NULL;

	notice.before = notice.report->errors;
	arena_init(&texts);
	struct sources sources = {.texts = &texts, .names = c ? &c->arena : NULL};
	const struct source *first = c == NULL ? NULL
	    : text ? source_text(&sources, name, text, &why)
	    : source_read(&sources, name, NULL, &why);
	if (first)
		config_fill(c, &sources, first, &notice);
	else if (why)
		notice_about(&notice, name, "cannot read this configuration: %s", why);
	else
		notice_no_memory(&notice);
	arena_fini(&texts);
	if (notice_is_clean(&notice))
		return c;
	config_free(c);
	return NULL;
}

struct config *config_load(const char *path, struct config_report *report)
{
	return config_make(path, NULL, report);
}

struct config *config_parse(const char *name, const char *text, struct config_report *report)
{
	return config_make(name, text, report);
}
