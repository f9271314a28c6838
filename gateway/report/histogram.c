#include "report/histogram.h"

const uint32_t histogram_bounds[HISTOGRAM_BUCKETS] = {
	500, 1000, 2500, 5000, 10 * 1000, 25 * 1000, 50 * 1000, 100 * 1000, 250 * 1000, 500 * 1000,
	1000 * 1000, 2500 * 1000, 5000 * 1000, 10 * 1000 * 1000
};

void histogram_observe(struct histogram *h, uint64_t us)
{
	unsigned i = 0;

	while (i < HISTOGRAM_BUCKETS && us > histogram_bounds[i])
		i++;
	STATS_ADD(h->counts[i], 1);
	STATS_ADD(h->sum, us);
}

void histogram_gather(const struct histogram *h, struct histogram_sum *sum)
{
	for (unsigned i = 0; i <= HISTOGRAM_BUCKETS; i++)
		sum->counts[i] += STATS_GET(h->counts[i]);
	sum->sum += STATS_GET(h->sum);
}
