#include "http/exchange_life.h"

#include "http/admission.h"
#include "http/gateway_worker.h"
#include "report/counts.h"

enum fault exchange_life_begin(struct exchange *x, enum http_protocol protocol)
{
	x->request = arena_alloc(&x->arena, sizeof(*x->request));
	if (x->request == NULL)
		return FAULT_NO_MEMORY;
	x->request->protocol = protocol;
	x->handler = NULL;
	x->started = x->client->worker->now;
	x->forwarded.known = false;
	x->refused = FAULT_NONE;
	x->server = NULL;
	x->session = NULL;
	x->json = false;
	random_id(x->id);
	STATS_ADD(x->client->worker->stats.requests_total, 1);
	return FAULT_NONE;
}

void exchange_life_count(struct exchange *x)
{
	x->head = (uint32_t)x->arena.used;
	STATS_ADD(x->client->worker->stats.heads, x->head);
}

void exchange_life_answer(struct exchange *x, int status)
{
	struct counts_route *counts = exchange_counts(x);

	x->status = status;
	if (counts)
		coded_add(&counts->requests, (unsigned)status, true);
}

void exchange_life_clear(struct exchange *x)
{
	STATS_ADD(x->client->worker->stats.heads, -(int64_t)x->head);
	x->head = 0;
	arena_fini(&x->arena);
	x->request = NULL;
}

void exchange_life_finish(struct exchange *x)
{
	const struct http_site *site = x->client->worker->gateway->site;

	if (x->request && site->done)
		site->done(x);
	if (x->by_address)
		admission_release_address(x->client->worker->gateway->admission, &x->forwarded);
	x->by_address = false;
	exchange_life_clear(x);
	held_put(x->snapshot);
	x->snapshot = NULL;
	x->route = NULL;
	x->handler = NULL;
	x->state = NULL;
}
