#include "base/bucket.h"

enum { BUCKET_SHIFT = 20 };

static const uint64_t bucket_ages = UINT64_C(1) << 61;	/* longer makes no difference */

static uint64_t bucket_cost(const struct bucket_rate *rate, uint64_t n)
{
	double cost = (double)n * (double)(rate->per << BUCKET_SHIFT) / (double)rate->n;

	return cost < (double)bucket_ages ? (uint64_t)cost : bucket_ages;
}

uint64_t bucket_take(struct bucket *b, const struct bucket_rate *rate, uint64_t now, uint64_t cost)
{
	uint64_t at = now << BUCKET_SHIFT, burst = bucket_cost(rate, rate->burst);

	if (b->full_at < at)
		b->full_at = at;
	b->full_at += bucket_cost(rate, cost);
	uint64_t owed = b->full_at - at;
	return owed > burst ? ((owed - burst) >> BUCKET_SHIFT) + 1 : 0;
}

bool bucket_is_overdrawn(const struct bucket *b, const struct bucket_rate *rate, uint64_t now)
{
	return b->full_at > (now << BUCKET_SHIFT) + 2 * bucket_cost(rate, rate->burst);
}
