#include "http/admission.h"

enum fault admission_init(struct admission *a)
{
	a->by_address = tally_new();
	pthread_mutex_init(&a->lock, NULL);
	return a->by_address ? FAULT_NONE : FAULT_NO_MEMORY;
}

void admission_fini(struct admission *a)
{
	tally_free(a->by_address);
	pthread_mutex_destroy(&a->lock);
}

/* What waits anywhere, and something for each connection: a ceiling before the kernel's. */
static uint64_t admission_memory(const struct admission *a, unsigned open)
{
	int64_t bytes = (int64_t)open * ADMISSION_CONNECTION;

	for (unsigned i = 0; i < a->n_workers; i++) {
		const struct stats *stats = &a->workers[i]->stats;
		bytes += atomic_load_explicit(&stats->queued, memory_order_relaxed);
		bytes += atomic_load_explicit(&stats->stashed, memory_order_relaxed);
		bytes += atomic_load_explicit(&stats->assembled, memory_order_relaxed);
	}
	return bytes > 0 ? (uint64_t)bytes : 0;
}

enum fault admission_enter(struct admission *a, const struct config_limits *limits,
    const struct address *address, bool trusted, struct admitted *admitted)
{
	unsigned open = atomic_fetch_add_explicit(&a->open, 1, memory_order_relaxed) + 1;

	*admitted = (struct admitted){.address = *address};
	if (limits->connections && open > limits->connections)
		return FAULT_CONNECTIONS;
	if (limits->memory && admission_memory(a, open) > limits->memory)
		return FAULT_MEMORY_LIMIT;
	return trusted ? FAULT_NONE : admission_count(a, limits, address, &admitted->by_address);
}

void admission_leave(struct admission *a, const struct admitted *admitted)
{
	atomic_fetch_sub_explicit(&a->open, 1, memory_order_relaxed);
	if (admitted->by_address)
		admission_uncount(a, &admitted->address);
}

enum fault admission_count(struct admission *a, const struct config_limits *limits,
    const struct address *address, bool *counted)
{
	bool limited = limits->per_ip > 0 && address->known;

	*counted = limited && tally_take(a->by_address, address->ip, limits->per_ip);
	return limited && !*counted ? FAULT_PER_IP : FAULT_NONE;
}

void admission_uncount(struct admission *a, const struct address *address)
{
	tally_release(a->by_address, address->ip);
}

/* What is refused costs nothing, or a flood would keep everybody out for as long as it lasts. */
enum fault admission_handshake(struct admission *a, const struct config_limits *limits,
    uint64_t now)
{
	if (limits->handshakes.n == 0)
		return FAULT_NONE;
	pthread_mutex_lock(&a->lock);
	struct bucket after = a->handshakes;
	bool room = bucket_take(&after, &limits->handshakes, now, 1) == 0;
	if (room)
		a->handshakes = after;
	pthread_mutex_unlock(&a->lock);
	return room ? FAULT_NONE : FAULT_HANDSHAKE_RATE;
}
