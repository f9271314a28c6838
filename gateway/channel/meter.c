#include "channel/meter.h"

static enum fault meter_bucket(struct bucket *b, const struct bucket_rate *rate, uint64_t now,
    uint64_t cost, uint64_t *wait)
{
	if (rate->n == 0 || cost == 0)
		return FAULT_NONE;
	uint64_t own = bucket_take(b, rate, now, cost);
	if (own > *wait)
		*wait = own;
	return bucket_is_overdrawn(b, rate, now) ? FAULT_RATE : FAULT_NONE;
}

enum fault meter_take(struct meter *m, const struct bucket_rate *messages,
    const struct bucket_rate *bytes, const struct msg *msg, uint64_t now, uint64_t *wait)
{
	*wait = 0;
	enum fault f = meter_bucket(&m->messages, messages, now, !msg->more, wait);
	return f == FAULT_NONE ? meter_bucket(&m->bytes, bytes, now, msg->n, wait) : f;
}
