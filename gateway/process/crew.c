#include "process/crew.h"

#include <stdlib.h>

#include "base/log.h"
#include "channel/compress.h"
#include "front/session.h"
#include "http/admission.h"
#include "http/gateway_worker.h"
#include "loop/errand.h"
#include "net/resolver.h"
#include "net/stream.h"
#include "process/farewell.h"
#include "process/freshness.h"
#include "process/turnover.h"
#include "route/snapshot.h"
#include "upstream/pool.h"

struct crew_member {
	struct worker		 worker;
	struct gateway_worker	 gateway;
	struct farewell		 farewell;
	struct turnover		 turnover;
	struct freshness	 freshness;	/* of the first */
	struct letter		 stop, retire, hurry, end, renew;
	struct crew		*crew;
};

struct crew {
	struct crew_member	 *members;
	struct worker		**workers;
	unsigned		  n, running;
	uint64_t		  stop_time, retire_time;
	_Atomic unsigned	  left;		/* workers that have something to do */
	struct admission	  admission;
	struct errands		 *errands;
	struct session_map	 *session_map;
	void			(*ended)(void);
	struct held		*next;		/* the snapshot that comes into force; counted */
	_Atomic unsigned	  unrenewed;	/* workers that do not have it yet */
	void			(*renewed)(void *);
	void			*renewed_arg;
};

static void crew_open_end(struct worker *w, struct letter *l)
{
	(void)l;
	worker_stop(w);
}

/*
 * A worker that has nothing left to do may own a session whose receiver, on another worker, is to
 * get the last of it: all end together.
 */
static void crew_member_ended(struct farewell *f)
{
	struct crew *crew = LIST_OWNER(f, struct crew_member, farewell)->crew;

	if (atomic_fetch_sub(&crew->left, 1) != 1)
		return;
	for (unsigned i = 0; i < crew->running; i++)
		worker_post(crew->workers[i], &crew->members[i].end);
	crew->ended();
}

static void crew_open_stop(struct worker *w, struct letter *l)
{
	struct crew_member *m = LIST_OWNER(l, struct crew_member, stop);

	(void)w;
	farewell_begin(&m->farewell, m->crew->stop_time);
}

static void crew_open_retire(struct worker *w, struct letter *l)
{
	struct crew_member *m = LIST_OWNER(l, struct crew_member, retire);

	(void)w;
	farewell_retire(&m->farewell, m->crew->retire_time);
}

static void crew_open_hurry(struct worker *w, struct letter *l)
{
	(void)w;
	farewell_hurry(&LIST_OWNER(l, struct crew_member, hurry)->farewell);
}

static struct snapshot *crew_snapshot(struct held *h)
{
	return LIST_OWNER(h, struct snapshot, held);
}

static void crew_member_renew(struct crew_member *m)
{
	struct crew *crew = m->crew;
	struct held *next = crew->next, *before = m->gateway.snapshot;

	m->gateway.snapshot = held_get(next);
	held_put(before);
	turnover_begin(&m->turnover, crew_snapshot(next)->config);
	if (atomic_fetch_sub(&crew->unrenewed, 1) > 1)
		return;
	crew->next = NULL;
	held_put(next);
	crew->renewed(crew->renewed_arg);
}

static void crew_open_renew(struct worker *w, struct letter *l)
{
	(void)w;
	crew_member_renew(LIST_OWNER(l, struct crew_member, renew));
}

static void crew_member_fini(struct crew_member *m)
{
	struct worker *w = &m->worker;

	if (w->index == 0)
		snapshot_retire(crew_snapshot(m->gateway.snapshot));
	resolver_fini(w);
	pool_free(m->gateway.pool);
	net_worker_fini(w);
	freshness_fini(&m->freshness);
	turnover_fini(&m->turnover);
	farewell_fini(&m->farewell);
	worker_fini(w);		/* letters that were not opened may speak of backends */
	held_put(m->gateway.snapshot);
	compress_pool_free(m->gateway.compress);
}

static enum fault crew_member_init(struct crew_member *m, struct crew *crew, unsigned index,
    const struct http_site *site, struct held *snapshot)
{
	struct worker *w = &m->worker;
	enum fault f = worker_init(w, index, true);

	if (f != FAULT_NONE)
		return f;
	m->crew = crew;
	m->stop.open = crew_open_stop;
	m->retire.open = crew_open_retire;
	m->hurry.open = crew_open_hurry;
	m->end.open = crew_open_end;
	m->renew.open = crew_open_renew;
	m->gateway = (struct gateway_worker){
	    .site = site, .snapshot = held_get(snapshot), .admission = &crew->admission,
	    .errands = crew->errands, .session_map = crew->session_map};
	list_init(&m->gateway.sessions);
	list_init(&m->gateway.connections);
	list_init(&m->gateway.channels);
	w->gateway = &m->gateway;
	f = farewell_init(&m->farewell, w, crew_member_ended);
	enum fault t = turnover_init(&m->turnover, w);
	f = f == FAULT_NONE ? t : f;
	if (f == FAULT_NONE && index == 0)
		f = freshness_init(&m->freshness, w, crew->errands);
	m->gateway.pool = pool_new(w);
	if (f == FAULT_NONE && m->gateway.pool == NULL)
		f = FAULT_NO_MEMORY;
	if (f == FAULT_NONE)
		f = net_worker_init(w);
	if (f == FAULT_NONE)
		f = resolver_init(w, NULL);
	if (f == FAULT_NONE && index == 0)
		f = snapshot_enter(crew_snapshot(snapshot), NULL, w);
	if (f != FAULT_NONE)
		crew_member_fini(m);
	return f;
}

enum fault crew_new(unsigned n, const struct http_site *site, struct held *snapshot,
    void (*ended)(void), struct crew **result)
{
	struct crew *crew = calloc(1, sizeof(*crew));
	enum fault f = FAULT_NO_MEMORY;

	if (crew == NULL)
		return f;
	crew->members = calloc(n, sizeof(*crew->members));
	crew->workers = calloc(n, sizeof(struct worker *));
	crew->ended = ended;
	crew->admission.workers = crew->workers;
	crew->admission.n_workers = n;
	crew->errands = errands_new(ERRAND_THREADS);
	crew->session_map = session_map_new();
	if (crew->members && crew->workers && crew->errands && crew->session_map)
		f = admission_init(&crew->admission);
	while (f == FAULT_NONE && crew->n < n) {
		struct crew_member *m = &crew->members[crew->n];
		f = crew_member_init(m, crew, crew->n, site, snapshot);
		if (f == FAULT_NONE)
			crew->workers[crew->n++] = &m->worker;
	}
	if (f == FAULT_NONE) {
		*result = crew;
		return f;
	}
	log_fault(f, "worker %u", crew->n);
	crew_free(crew);
	return f;
}

void crew_free(struct crew *crew)
{
	errands_free(crew->errands);
	/* What they know of visits holds as long as all mailboxes do. */
	for (unsigned i = 0; i < crew->n; i++)
		session_drop_all(crew->workers[i]);
	while (crew->n > 0)
		crew_member_fini(&crew->members[--crew->n]);
	held_put(crew->next);
	admission_fini(&crew->admission);
	session_map_free(crew->session_map);
	free(crew->members);
	free(crew->workers);
	free(crew);
}

enum fault crew_start(struct crew *crew)
{
	enum fault f = FAULT_NONE;

	atomic_init(&crew->left, 0);
	while (f == FAULT_NONE && crew->running < crew->n) {
		atomic_fetch_add(&crew->left, 1);
		f = worker_start(crew->workers[crew->running]);
		if (f == FAULT_NONE)
			crew->running++;
		else
			atomic_fetch_sub(&crew->left, 1);
	}
	return f;
}

struct worker *const *crew_workers(const struct crew *crew, unsigned *n)
{
	*n = crew->n;
	return crew->workers;
}

void crew_renew(struct crew *crew, struct held *snapshot, void (*renewed)(void *), void *arg)
{
	struct crew_member *first = &crew->members[0];
	struct held *before = first->gateway.snapshot;

	crew->next = held_get(snapshot);
	crew->renewed = renewed;
	crew->renewed_arg = arg;
	atomic_store(&crew->unrenewed, crew->n);
	if (snapshot_enter(crew_snapshot(snapshot), crew_snapshot(before), &first->worker) !=
	    FAULT_NONE)
		log_fault(FAULT_NO_MEMORY, "not all servers are checked until the next reload");
	for (unsigned i = 1; i < crew->n; i++)
		worker_post(crew->workers[i], &crew->members[i].renew);
	crew_member_renew(first);
}

void crew_stop(struct crew *crew, uint64_t ms)
{
	crew->stop_time = ms;
	for (unsigned i = 0; i < crew->running; i++)
		worker_post(crew->workers[i], &crew->members[i].stop);
}

void crew_retire(struct crew *crew, uint64_t ms)
{
	crew->retire_time = ms;
	for (unsigned i = 0; i < crew->running; i++)
		worker_post(crew->workers[i], &crew->members[i].retire);
}

void crew_hurry(struct crew *crew)
{
	for (unsigned i = 0; i < crew->running; i++)
		worker_post(crew->workers[i], &crew->members[i].hurry);
}

bool crew_has_ended(const struct crew *crew)
{
	return atomic_load(&crew->left) == 0;
}

void crew_join(struct crew *crew)
{
	for (unsigned i = 0; i < crew->running; i++)
		worker_join(crew->workers[i]);
}
