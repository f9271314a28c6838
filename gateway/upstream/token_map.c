#include "upstream/token_map.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/log.h"
#include "base/thread.h"
#include "upstream/token_load.h"

struct token_map {
	struct held		 held;
	char			*path;
	pthread_mutex_t		 lock;		/* for all that follows */
	struct token_source	 source;	/* while it is loading: the loader's */
	unsigned		 max_sessions;	/* of each target */
	struct token_table	*table;
	struct list		 waiting;	/* struct token_wait */
	struct list		 late;		/* those who came while it was being read */
	bool			 loading;
	bool			 has_thread;	/* to be joined: it has ended, or is loading */
	pthread_t		 thread;
};

static void token_map_serve(struct list *waiting)
{
	struct list *l;

	while ((l = list_take(waiting)) != NULL) {
		struct token_wait *wait = LIST_OWNER(l, struct token_wait, link);
		worker_post(wait->worker, &wait->letter);
	}
}

/*
 * What cannot be read changes nothing: the tokens of before stay. Who came late may know of what
 * was written since the reading began. Returns whether it has to be read once more for them.
 */
static bool token_map_load(struct token_map *m)
{
	struct token_table *table = NULL, *before = m->table;

	pthread_mutex_lock(&m->lock);
	unsigned max_sessions = m->max_sessions;
	pthread_mutex_unlock(&m->lock);
	if (token_load(&m->source, max_sessions, before, &table) == FAULT_NONE)
		log_line(LOG_LEVEL_INFO, "%s: %zu tokens", m->source.path, table->n);
	pthread_mutex_lock(&m->lock);
	if (table)
		m->table = table;
	token_map_serve(&m->waiting);
	m->loading = !list_empty(&m->late) && token_source_changed(&m->source);
	list_splice(&m->waiting, &m->late);
	if (!m->loading)
		token_map_serve(&m->waiting);
	bool again = m->loading;
	pthread_mutex_unlock(&m->lock);
	if (table)
		held_put(&before->held);
	return again;
}

static void *token_map_run(void *map)
{
	while (token_map_load(map))
		continue;
	return NULL;
}

/* In a thread of its own, which gets no signals; false: there can be none. The lock is held. */
static bool token_map_begin_load(struct token_map *m)
{
	if (m->has_thread)
		pthread_join(m->thread, NULL);
	m->has_thread = thread_start(&m->thread, "token map", token_map_run, m) == 0;
	m->loading = m->has_thread;
	return m->loading;
}

static void token_map_free(struct held *h)
{
	struct token_map *m = LIST_OWNER(h, struct token_map, held);

	if (m->has_thread)
		pthread_join(m->thread, NULL);
	token_source_fini(&m->source);
	if (m->table)
		held_put(&m->table->held);
	pthread_mutex_destroy(&m->lock);
	free(m->path);
	free(m);
}

/* Nobody else has m yet. */
static enum fault token_map_first_load(struct token_map *m, struct token_map *before)
{
	struct token_table *old = NULL;

	if (before) {
		pthread_mutex_lock(&before->lock);
		old = before->table;
		held_get(&old->held);
		pthread_mutex_unlock(&before->lock);
	}
	enum fault f = token_load(&m->source, m->max_sessions, old, &m->table);
	if (old)
		held_put(&old->held);
	return f;
}

enum fault token_map_new(const struct config_backend *conf, struct token_map *before,
    struct token_map **made)
{
	if (before && strcmp(before->path, conf->map) == 0) {
		held_get(&before->held);
		*made = before;
		return FAULT_NONE;
	}
	struct token_map *m = calloc(1, sizeof(*m));
	if (m == NULL)
		return FAULT_NO_MEMORY;
	held_init(&m->held, token_map_free);
	pthread_mutex_init(&m->lock, NULL);
	list_init(&m->waiting);
	list_init(&m->late);
	m->path = strdup(conf->map);
	token_source_init(&m->source, m->path);
	m->max_sessions = conf->max_sessions;
	enum fault f = m->path ? token_map_first_load(m, before) : FAULT_NO_MEMORY;
	if (f != FAULT_NONE)
		token_map_put(m);
	else
		*made = m;
	return f;
}

void token_map_put(struct token_map *m)
{
	if (m)
		held_put(&m->held);
}

void token_map_set_max(struct token_map *m, unsigned max_sessions)
{
	pthread_mutex_lock(&m->lock);
	for (size_t i = 0; m->max_sessions != max_sessions && i < m->table->n; i++)
		m->table->entries[i].target->max_sessions = max_sessions;
	m->max_sessions = max_sessions;
	pthread_mutex_unlock(&m->lock);
}

static void token_map_open(struct worker *w, struct letter *l)
{
	struct token_wait *wait = LIST_OWNER(l, struct token_wait, letter);

	(void)w;
	wait->done(wait);
}

static void token_map_drop(struct letter *l)
{
	struct token_wait *wait = LIST_OWNER(l, struct token_wait, letter);

	wait->done(wait);
}

/* A burst of sessions right after a change asks once, or twice. */
bool token_map_ready(struct token_map *m, struct token_wait *wait, struct worker *w)
{
	pthread_mutex_lock(&m->lock);
	struct list *queue = m->loading ? &m->late : &m->waiting;
	bool current = !m->loading && !token_source_changed(&m->source);
	if (!current && !m->loading && !token_map_begin_load(m)) {
		log_line(LOG_LEVEL_ERROR, "%s: no thread to read it", m->source.path);
		token_source_failed(&m->source);
		current = true;
	}
	if (!current) {
		wait->letter = (struct letter){.open = token_map_open, .drop = token_map_drop};
		wait->worker = w;
		list_append(queue, &wait->link);
	}
	pthread_mutex_unlock(&m->lock);
	return current;
}

bool token_map_leave(struct token_map *m, struct token_wait *wait)
{
	pthread_mutex_lock(&m->lock);
	bool left = !list_empty(&wait->link);
	list_remove(&wait->link);
	pthread_mutex_unlock(&m->lock);
	return left;
}

struct target *token_map_find(struct token_map *m, struct slice token)
{
	pthread_mutex_lock(&m->lock);
	struct target *t = token_table_find(m->table, token);
	if (t)
		held_get(&t->held);
	pthread_mutex_unlock(&m->lock);
	return t;
}
