/*
 * What a worker counts. One writer (the worker), any reader: relaxed atomics, no lock.
 */
#ifndef STATS_H
#define STATS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"

struct stats {
#define COUNTER(name, text) _Atomic uint64_t name;
#define GAUGE(name, text) _Atomic int64_t name;
#include "base/stats.def"
#undef COUNTER
#undef GAUGE
	_Atomic uint64_t refusals[FAULT_COUNT];	/* requests, handshakes, connections; why */
};

/* Only the owning worker adds, so a plain load and store are enough: no locked instruction. */
#define STATS_ADD(counter, amount) \
	atomic_store_explicit(&(counter), atomic_load_explicit(&(counter), memory_order_relaxed) + \
	    (amount), memory_order_relaxed)
#define STATS_GET(counter) atomic_load_explicit(&(counter), memory_order_relaxed)

#endif
