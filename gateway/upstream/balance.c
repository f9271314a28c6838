#include "upstream/balance.h"

#include <math.h>

#include "base/random.h"
#include "base/siphash.h"

/*
 * Each in its turn, by weight, and smoothly: with weights 5 and 1 not five in a row. Whoever is
 * owed most is taken and owes what all of them were promised.
 */
static struct target *balance_roundrobin(const struct balance_choice *c)
{
	struct target *best = c->targets[0];
	int64_t total = 0;

	for (size_t i = 0; i < c->n; i++) {
		struct target *t = c->targets[i];
		int64_t weight = (int64_t)target_weight(t, c->now);
		total += weight;
		t->turn += weight;
		if (t->turn > best->turn)
			best = t;
	}
	best->turn -= total;
	return best;
}

/* Fewer sessions for its weight; the next session is counted, so that weights count at none. */
static bool balance_is_freer(const struct target *a, const struct target *b, uint64_t now)
{
	return (uint64_t)(a->sessions + 1) * target_weight(b, now) <
	    (uint64_t)(b->sessions + 1) * target_weight(a, now);
}

static bool balance_is_equal(const struct target *a, const struct target *b, uint64_t now)
{
	return !balance_is_freer(a, b, now) && !balance_is_freer(b, a, now);
}

/* Among those with the fewest, each in its turn. */
static struct target *balance_leastconn(const struct balance_choice *c)
{
	struct target *best = c->targets[0];

	for (size_t i = 1; i < c->n; i++)
		if (balance_is_freer(c->targets[i], best, c->now))
			best = c->targets[i];
	for (size_t i = 0; i < c->n; i++) {
		struct target *t = c->targets[i];
		if (!balance_is_equal(t, best, c->now))
			continue;
		t->turn++;
		if (t->turn > best->turn)
			best = t;
	}
	best->turn = 0;
	return best;
}

static uint64_t balance_share(const struct balance_choice *c, size_t i, const struct target *but)
{
	return c->targets[i] == but ? 0 : target_weight(c->targets[i], c->now);
}

/* Any but that one; NULL: there is no other. */
static struct target *balance_draw(const struct balance_choice *c, const struct target *but)
{
	uint64_t total = 0, at;
	size_t i;

	for (i = 0; i < c->n; i++)
		total += balance_share(c, i, but);
	if (total == 0)
		return NULL;
	random_bytes(&at, sizeof(at));
	at %= total;
	for (i = 0; at >= balance_share(c, i, but); i++)
		at -= balance_share(c, i, but);
	return c->targets[i];
}

/* Two at random, the freer one of them: nearly as even as the best of all, and without a herd. */
static struct target *balance_random(const struct balance_choice *c)
{
	struct target *a = balance_draw(c, NULL), *b = balance_draw(c, a);

	return b && balance_is_freer(b, a, c->now) ? b : a;
}

/*
 * Rendezvous hashing: each server scores with the key, the highest score takes it. A server that
 * comes takes its share from all the others, one that goes leaves its own to all of them, and no
 * other key moves. Weights by -w / ln(u) for a u between 0 and 1 (Schindelhauer and Schomaker,
 * "Weighted Distributed Hash Tables", 2005). Slow start would move keys, so it is not looked at.
 */
static struct target *balance_hash(const struct balance_choice *c)
{
	struct target *best = c->targets[0];
	double best_score = -1;

	for (size_t i = 0; i < c->n; i++) {
		struct target *t = c->targets[i];
		const struct siphash_key key = {c->hash, 0};	/* everywhere the same */
		uint64_t h = siphash(&key, slice_of(t->server.text));
		double u = ((double)(h >> 11) + 0.5) / (double)(UINT64_C(1) << 53);
		double score = -(double)t->server.weight / log(u);
		if (score > best_score) {
			best_score = score;
			best = t;
		}
	}
	return best;
}

const struct balancer balance_table[] = {
	[BALANCE_ROUNDROBIN] = {balance_roundrobin},
	[BALANCE_LEASTCONN] = {balance_leastconn},
	[BALANCE_RANDOM] = {balance_random},
	[BALANCE_HASH] = {balance_hash},
};
