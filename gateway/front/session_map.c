#include "front/session_map.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/siphash.h"

enum { SESSION_MAP_STRIPES = 16, SESSION_MAP_PLACES = 64 };

struct session_map_stripe {
	pthread_mutex_t		  lock;
	struct session_link	**places;
	size_t			  n, size;	/* links; places, a power of 2 */
};

struct session_map {
	struct siphash_key	  key;
	struct session_map_stripe stripes[SESSION_MAP_STRIPES];
};

struct session_map *session_map_new(void)
{
	struct session_map *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	random_bytes(&m->key, sizeof(m->key));
	for (size_t i = 0; i < SESSION_MAP_STRIPES; i++)
		pthread_mutex_init(&m->stripes[i].lock, NULL);
	for (size_t i = 0; i < SESSION_MAP_STRIPES; i++) {
		struct session_map_stripe *s = &m->stripes[i];
		s->size = SESSION_MAP_PLACES;
		s->places = calloc(s->size, sizeof(struct session_link *));
		if (s->places == NULL) {
			session_map_free(m);
			return NULL;
		}
	}
	return m;
}

void session_map_free(struct session_map *m)
{
	for (size_t i = 0; m && i < SESSION_MAP_STRIPES; i++) {
		pthread_mutex_destroy(&m->stripes[i].lock);
		free(m->stripes[i].places);
	}
	free(m);
}

static struct session_map_stripe *session_map_stripe(struct session_map *m, uint64_t hash)
{
	return &m->stripes[hash % SESSION_MAP_STRIPES];
}

static struct session_link **session_map_place(const struct session_map_stripe *s, uint64_t hash)
{
	return &s->places[hash / SESSION_MAP_STRIPES & (s->size - 1)];
}

/* The one place that says to whom an id is good. */
static bool session_map_is(const struct session_link *l, const struct config_route *route,
    struct slice id)
{
	return slice_eq(l->id, id) && strcmp(l->route, route->name) == 0;
}

static struct session_link *session_map_look(const struct session_map_stripe *s, uint64_t hash,
    const struct config_route *route, struct slice id)
{
	for (struct session_link *l = *session_map_place(s, hash); l; l = l->next)
		if (l->hash == hash && session_map_is(l, route, id)) {
			held_get(&l->held);
			return l;
		}
	return NULL;
}

struct session_link *session_map_find(struct session_map *m, const struct config_route *route,
    struct slice id)
{
	uint64_t hash = siphash(&m->key, id);
	struct session_map_stripe *s = session_map_stripe(m, hash);

	pthread_mutex_lock(&s->lock);
	struct session_link *l = session_map_look(s, hash, route, id);
	pthread_mutex_unlock(&s->lock);
	return l;
}

static void session_map_free_link(struct held *h)
{
	free(LIST_OWNER(h, struct session_link, held));
}

/* Twice the places; if there is no memory for them the chains get longer. */
static void session_map_grow(struct session_map_stripe *s)
{
	struct session_map_stripe more = {.size = 2 * s->size};

	more.places = calloc(more.size, sizeof(struct session_link *));
	if (more.places == NULL)
		return;
	for (size_t i = 0; i < s->size; i++)
		for (struct session_link *l = s->places[i], *next; l; l = next) {
			struct session_link **place = session_map_place(&more, l->hash);
			next = l->next;
			l->next = *place;
			*place = l;
		}
	free(s->places);
	s->places = more.places;
	s->size = more.size;
}

static void session_map_insert(struct session_map_stripe *s, struct session_link *l)
{
	if (s->n >= s->size)
		session_map_grow(s);
	struct session_link **place = session_map_place(s, l->hash);
	l->next = *place;
	*place = l;
	s->n++;
	held_get(&l->held);
}

static struct session_link *session_map_new_link(struct session_map *m, struct worker *w,
    const struct config_route *route, struct slice id)
{
	struct session_link *l = calloc(1, sizeof(*l) + id.n);

	if (l == NULL)
		return NULL;
	char *copy = (char *)(l + 1);
	held_init(&l->held, session_map_free_link);
	memcpy(copy, id.p, id.n);
	l->id = (struct slice){copy, id.n};
	l->map = m;
	l->worker = w;
	l->hash = siphash(&m->key, id);
	l->route = route->name;
	return l;
}

enum fault session_map_claim(struct session_map *m, struct worker *w,
    const struct config_route *route, struct slice id, struct session_link **link, bool *found)
{
	struct session_link *mine = session_map_new_link(m, w, route, id), *there;

	if (mine == NULL)
		return FAULT_NO_MEMORY;
	struct session_map_stripe *s = session_map_stripe(m, mine->hash);
	pthread_mutex_lock(&s->lock);
	there = session_map_look(s, mine->hash, route, id);
	if (there == NULL)
		session_map_insert(s, mine);
	pthread_mutex_unlock(&s->lock);
	*found = there != NULL;
	*link = there ? there : mine;
	if (there)
		held_put(&mine->held);
	return FAULT_NONE;
}

void session_map_remove(struct session_link *l)
{
	struct session_map_stripe *s = session_map_stripe(l->map, l->hash);

	pthread_mutex_lock(&s->lock);
	struct session_link **at = session_map_place(s, l->hash);
	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	s->n--;
	pthread_mutex_unlock(&s->lock);
	l->session = NULL;
	held_put(&l->held);
}
