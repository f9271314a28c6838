#include "report/series.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "report/counts.h"

enum { SERIES_LINE = 64 };	/* bytes that processors hand to each other: no two write in one */

static const size_t series_sizes[SERIES_KINDS] = {
	[SERIES_ROUTE] = sizeof(struct counts_route),
	[SERIES_BACKEND] = sizeof(struct counts_backend),
	[SERIES_LISTENER] = sizeof(struct counts_listener),
};

static pthread_mutex_t series_lock = PTHREAD_MUTEX_INITIALIZER;
static struct list series_all[SERIES_KINDS] = {
	{&series_all[SERIES_ROUTE], &series_all[SERIES_ROUTE]},
	{&series_all[SERIES_BACKEND], &series_all[SERIES_BACKEND]},
	{&series_all[SERIES_LISTENER], &series_all[SERIES_LISTENER]},
};
static unsigned series_workers = 1;

static struct series *series_find(enum series_kind kind, const char *name)
{
	for (struct list *l = series_all[kind].next; l != &series_all[kind]; l = l->next) {
		struct series *s = LIST_OWNER(l, struct series, link);
		if (strcmp(s->name, name) == 0)
			return s;
	}
	return NULL;
}

static struct series *series_make(enum series_kind kind, const char *name)
{
	size_t length = strlen(name) + 1;
	struct series *s = calloc(1, sizeof(*s) + length);

	if (s == NULL)
		return NULL;
	s->n = series_workers;
	s->size = (series_sizes[kind] + SERIES_LINE - 1) / SERIES_LINE * SERIES_LINE;
	s->blocks = aligned_alloc(SERIES_LINE, s->n * s->size);
	if (s->blocks == NULL) {
		free(s);
		return NULL;
	}
	memset(s->blocks, 0, s->n * s->size);
	memcpy(s->name, name, length);
	list_append(&series_all[kind], &s->link);
	return s;
}

struct series *series_get(enum series_kind kind, const char *name, unsigned workers)
{
	pthread_mutex_lock(&series_lock);
	if (workers > series_workers)
		series_workers = workers;
	struct series *s = series_find(kind, name);
	if (s == NULL)
		s = series_make(kind, name);
	if (s)
		s->users++;
	pthread_mutex_unlock(&series_lock);
	return s;
}

void series_put(struct series *s)
{
	if (s == NULL)
		return;
	pthread_mutex_lock(&series_lock);
	bool last = --s->users == 0;
	if (last)
		list_remove(&s->link);
	pthread_mutex_unlock(&series_lock);
	if (last) {
		free(s->blocks);
		free(s);
	}
}

void series_each(enum series_kind kind, void (*visit)(void *arg, const struct series *), void *arg)
{
	pthread_mutex_lock(&series_lock);
	for (struct list *l = series_all[kind].next; l != &series_all[kind]; l = l->next)
		visit(arg, LIST_OWNER(l, struct series, link));
	pthread_mutex_unlock(&series_lock);
}
