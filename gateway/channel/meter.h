/*
 * What a client may send: messages and bytes by time. Who sends more is not read for a while; only
 * who got far beyond a burst in one go is refused.
 */
#ifndef METER_H
#define METER_H

#include "base/bucket.h"
#include "framing/framing.h"

struct meter {
	struct bucket	messages, bytes;
};

/* Counts what came; *wait: ms for which no more is to be read, 0: go on. RATE. */
enum fault	meter_take(struct meter *, const struct bucket_rate *messages,
		    const struct bucket_rate *bytes, const struct msg *, uint64_t now,
		    uint64_t *wait) MUST_USE;

#endif
