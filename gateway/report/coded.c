#include "report/coded.h"

#include <string.h>

/* Only its writer makes a counter, so what was free stays free until it is used. */
static struct coded_count *coded_find(struct coded *c, uint32_t key, unsigned most)
{
	for (unsigned i = 0; i < CODED_MOST; i++) {
		struct coded_count *at = &c->counts[i];
		uint32_t used = atomic_load_explicit(&at->key, memory_order_relaxed);
		if (used == key)
			return at;
		if (used == 0 && i >= most)
			return NULL;
		if (used == 0) {
			atomic_store_explicit(&at->key, key, memory_order_relaxed);
			return at;
		}
	}
	return NULL;
}

void coded_add(struct coded *c, unsigned number, bool own)
{
	struct coded_count *at = coded_find(c, number + 1, own ? CODED_MOST : CODED_PEERS);

	if (at)
		STATS_ADD(at->count, 1);
	else
		STATS_ADD(c->other, 1);
}

static void coded_gather_one(struct coded_sum *sum, unsigned number, uint64_t count)
{
	unsigned i = 0;

	while (i < sum->n && sum->v[i].number < number)
		i++;
	if (i < sum->n && sum->v[i].number == number) {
		sum->v[i].count += count;
	} else if (sum->n == CODED_SUM) {
		sum->other += count;
	} else {
		memmove(&sum->v[i + 1], &sum->v[i], (sum->n - i) * sizeof(sum->v[0]));
		sum->n++;
		sum->v[i].number = number;
		sum->v[i].count = count;
	}
}

void coded_gather(const struct coded *c, struct coded_sum *sum)
{
	for (unsigned i = 0; i < CODED_MOST; i++) {
		uint32_t key = atomic_load_explicit(&c->counts[i].key, memory_order_relaxed);
		if (key == 0)
			break;
		coded_gather_one(sum, key - 1,
		    STATS_GET(c->counts[i].count));
	}
	sum->other += STATS_GET(c->other);
}
