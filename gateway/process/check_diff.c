#include "process/check_diff.h"

#include <stdio.h>
#include <string.h>

#include "config/config_diff.h"
#include "config/measure.h"

struct check_diff {
	struct config_diff	 diff;
	const char		*collection, *item;	/* that was named last */
	unsigned		 n;
};

static const char *check_diff_value(const char *text)
{
	return text ? text : "not set";
}

/* Heads: "routes:", and below it the item. */
static void check_diff_head(struct check_diff *d, const struct config_change *c, char mark)
{
	const char *collection = c->collection ? c->collection : "top level";

	if (d->collection == NULL || strcmp(d->collection, collection) != 0) {
		printf("%s:\n", collection);
		d->item = NULL;
	}
	d->collection = collection;
	if (c->item && (d->item == NULL || strcmp(d->item, c->item) != 0))
		printf("  %c %s\n", mark, c->item);
	d->item = c->item;
}

static void check_diff_say(struct config_diff *diff, const struct config_change *c)
{
	static const char marks[] = {
	    [CONFIG_ADDED] = '+', [CONFIG_REMOVED] = '-', [CONFIG_CHANGED] = '~',
	    [CONFIG_MOVED] = '~',
	};
	struct check_diff *d = (struct check_diff *)(void *)diff;
	const char *indent = c->item ? "      " : "  ";

	d->n++;
	check_diff_head(d, c, marks[c->kind]);
	if (c->kind == CONFIG_MOVED)
		printf("%sstands behind a route that it stood before\n", indent);
	if (c->kind == CONFIG_CHANGED)
		printf("%s%s: %s -> %s%s\n", indent, c->key, check_diff_value(c->before),
		    check_diff_value(c->after), c->fixed ? " (only a restart changes it)" : "");
}

static const struct config_route *check_diff_route(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->n_routes; i++)
		if (strcmp(c->routes[i].name, name) == 0)
			return &c->routes[i];
	return NULL;
}

/* What becomes of the sessions of a route. */
static void check_diff_fate(const struct config_route *before, const struct config_route *after,
    const struct config *c)
{
	bool same = after && config_diff_same_route(before, after);
	char time[MEASURE_TEXT];

	if (!same && before->on_reload == ON_RELOAD_CLOSE)
		printf("closed: the route %s, and its on_reload says so\n",
		    after ? "changes" : "goes");
	else if (c->drain != CONFIG_KEEP)
		printf("closed within %s, as drain says\n", measure_duration_text(c->drain, time));
	else if (same)
		printf("not concerned\n");
	else
		printf("go on as they began, by the route that %s\n",
		    after ? "changes" : "goes");
}

static void check_diff_sessions(const struct running *r, const struct config *after)
{
	for (size_t i = 0; i < r->config->n_routes; i++) {
		const struct config_route *route = &r->config->routes[i];
		long n = r->sessions(r, route->name);
		if (i == 0)
			printf("sessions:\n");
		printf("  %s: ", route->name);
		if (n != RUNNING_UNKNOWN)
			printf("%ld ", n);
		check_diff_fate(route, check_diff_route(after, route->name), after);
	}
}

bool check_diff(const struct running *r, const struct config *after)
{
	struct check_diff d = {.diff.changed = check_diff_say};

	config_diff(&d.diff, r->config, after);
	if (d.n == 0 && !d.diff.failed)
		printf("nothing would change\n");
	else
		check_diff_sessions(r, after);
	if (d.diff.failed)
		fputs("framegate: out of memory\n", stderr);
	return !d.diff.failed;
}
