#include "http/admission.h"

#include <assert.h>
#include <limits.h>

enum fault admission_init(struct admission *a)
{
	a->by_address = tally_new();
	pthread_mutex_init(&a->lock, NULL);
	return a->by_address ? FAULT_NONE : FAULT_NO_MEMORY;
}

void admission_fini(struct admission *a)
{
	assert(a->open == 0 && a->refused == 0);
	tally_free(a->by_address);
	pthread_mutex_destroy(&a->lock);
}

static int64_t admission_memory_of(const struct stats *stats)
{
	return atomic_load_explicit(&stats->queued, memory_order_relaxed) +
	    atomic_load_explicit(&stats->stashed, memory_order_relaxed) +
	    atomic_load_explicit(&stats->assembled, memory_order_relaxed) +
	    atomic_load_explicit(&stats->unposted, memory_order_relaxed) +
	    atomic_load_explicit(&stats->compression, memory_order_relaxed) +
	    atomic_load_explicit(&stats->kept, memory_order_relaxed) +
	    atomic_load_explicit(&stats->posted, memory_order_relaxed) +
	    atomic_load_explicit(&stats->heads, memory_order_relaxed) +
	    atomic_load_explicit(&stats->tls, memory_order_relaxed) * ADMISSION_TLS +
	    atomic_load_explicit(&stats->tls_handshakes, memory_order_relaxed) *
	    ADMISSION_HANDSHAKE;
}

/* What waits anywhere, and something for each connection: a ceiling before the kernel's. */
static uint64_t admission_memory(const struct admission *a)
{
	unsigned open = atomic_load_explicit(&a->open, memory_order_relaxed);
	int64_t bytes = (int64_t)open * ADMISSION_CONNECTION;

	for (unsigned i = 0; i < a->n_workers; i++)
		bytes += admission_memory_of(&a->workers[i]->stats);
	return bytes > 0 ? (uint64_t)bytes : 0;
}

const struct address *admission_counted(const struct config_listener *l, const struct address *a)
{
	bool many = !a->known || (l->trust.n > 0 && address_in(a, &l->trust));

	return many ? NULL : a;
}

/* False: it would be more than most. */
static bool admission_add(_Atomic unsigned *sum, unsigned n, uint64_t most)
{
	bool room = atomic_fetch_add_explicit(sum, n, memory_order_relaxed) + (uint64_t)n <= most;

	if (!room)
		atomic_fetch_sub_explicit(sum, n, memory_order_relaxed);
	return room;
}

/* It has no place, but maybe one from which it can hear so. */
static struct admitted admission_refuse(struct admission *a, bool tls)
{
	unsigned cost = ADMISSION_CONNECTION + (tls ? ADMISSION_TLS + ADMISSION_HANDSHAKE : 0);

	return (struct admitted){
	    .refused = admission_add(&a->refused, cost, ADMISSION_REFUSED) ? cost : 0};
}

enum fault admission_take_address(struct admission *a, const struct config_limits *limits,
    const struct address *address, bool *taken)
{
	*taken = false;
	if (limits->per_ip == 0)
		return FAULT_NONE;
	enum fault f = tally_take(a->by_address, address->ip, limits->per_ip, FAULT_PER_IP);
	*taken = f == FAULT_NONE;
	return f;
}

void admission_release_address(struct admission *a, const struct address *address)
{
	tally_release(a->by_address, address->ip);
}

static enum fault admission_take_place(struct admission *a, const struct config_limits *limits,
    struct admitted *admitted)
{
	uint64_t most = limits->connections ? limits->connections : UINT_MAX;

	admitted->open = admission_add(&a->open, 1, most);
	if (!admitted->open)
		return FAULT_CONNECTIONS;
	if (limits->memory && admission_memory(a) > limits->memory)
		return FAULT_MEMORY_LIMIT;
	return FAULT_NONE;
}

/* Who is refused gives back what it took: one address must not take the places of all others. */
enum fault admission_enter(struct admission *a, const struct config_limits *limits,
    const struct address *address, bool tls, struct admitted *admitted)
{
	*admitted = (struct admitted){.by_address = false};
	enum fault f = admission_take_place(a, limits, admitted);
	if (f == FAULT_NONE && address) {
		admitted->address = *address;
		f = admission_take_address(a, limits, address, &admitted->by_address);
	}
	if (f == FAULT_NONE)
		return f;
	admission_leave(a, admitted);
	*admitted = admission_refuse(a, tls);
	return f;
}

void admission_leave(struct admission *a, const struct admitted *admitted)
{
	if (admitted->open)
		atomic_fetch_sub_explicit(&a->open, 1, memory_order_relaxed);
	atomic_fetch_sub_explicit(&a->refused, admitted->refused, memory_order_relaxed);
	if (admitted->by_address)
		admission_release_address(a, &admitted->address);
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
