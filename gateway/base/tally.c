#include "base/tally.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/siphash.h"

enum { TALLY_STRIPES = 16, TALLY_SLOTS = 256 };	/* of each stripe; longer chains still work */

struct tally_entry {
	struct tally_entry	*next;
	unsigned		 n;
	uint8_t			 key[TALLY_KEY];
};

struct tally_stripe {
	pthread_mutex_t		 lock;
	struct tally_entry	*slots[TALLY_SLOTS];
};

struct tally {
	struct siphash_key	 key;
	struct tally_stripe	 stripes[TALLY_STRIPES];
};

struct tally *tally_new(void)
{
	struct tally *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	random_bytes(&t->key, sizeof(t->key));
	for (size_t i = 0; i < TALLY_STRIPES; i++)
		pthread_mutex_init(&t->stripes[i].lock, NULL);
	return t;
}

void tally_free(struct tally *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < TALLY_STRIPES; i++) {
		for (size_t k = 0; k < TALLY_SLOTS; k++)
			assert(t->stripes[i].slots[k] == NULL);
		pthread_mutex_destroy(&t->stripes[i].lock);
	}
	free(t);
}

static void tally_key(const uint8_t ip[TALLY_KEY], uint8_t key[TALLY_KEY])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	memcpy(key, ip, TALLY_KEY);
	if (memcmp(ip, mapped, sizeof(mapped)) != 0)
		memset(key + 8, 0, 8);
}

/* The stripe, locked, and where the key's entry hangs, or would. */
static struct tally_entry **tally_lock(struct tally *t, const uint8_t key[TALLY_KEY],
    struct tally_stripe **stripe)
{
	uint64_t hash = siphash(&t->key, (struct slice){(const char *)key, TALLY_KEY});
	struct tally_entry **at;

	*stripe = &t->stripes[hash % TALLY_STRIPES];
	pthread_mutex_lock(&(*stripe)->lock);
	at = &(*stripe)->slots[hash / TALLY_STRIPES % TALLY_SLOTS];
	while (*at && memcmp((*at)->key, key, TALLY_KEY) != 0)
		at = &(*at)->next;
	return at;
}

enum fault tally_take(struct tally *t, const uint8_t ip[TALLY_KEY], unsigned most,
    enum fault full)
{
	enum fault f = FAULT_NONE;
	struct tally_stripe *stripe;
	uint8_t key[TALLY_KEY];

	tally_key(ip, key);
	struct tally_entry **at = tally_lock(t, key, &stripe);
	if (*at == NULL) {
		*at = calloc(1, sizeof(**at));
		if (*at)
			memcpy((*at)->key, key, sizeof(key));
	}
	if (*at == NULL)
		f = FAULT_NO_MEMORY;
	else if ((*at)->n >= most)
		f = full;
	else
		(*at)->n++;
	pthread_mutex_unlock(&stripe->lock);
	return f;
}

void tally_release(struct tally *t, const uint8_t ip[TALLY_KEY])
{
	struct tally_stripe *stripe;
	uint8_t key[TALLY_KEY];

	tally_key(ip, key);
	struct tally_entry **at = tally_lock(t, key, &stripe), *e = *at;
	if (--e->n == 0) {
		*at = e->next;
		free(e);
	}
	pthread_mutex_unlock(&stripe->lock);
}
