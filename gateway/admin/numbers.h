/*
 * All that can be said in numbers of the gateway at one moment: gathered by gather.h, shown by
 * metrics.h, status_json.h and whatever else shows it. Strings and arrays are the arena's.
 */
#ifndef NUMBERS_H
#define NUMBERS_H

#include "base/arena.h"
#include "report/counts.h"

struct numbers_traffic {
	uint64_t	bytes, messages;
};

struct numbers_route {
	const char	*name;			/* "-": of requests that no route took */
	const char	*backend;		/* "": none, or the route is gone */
	bool		 gone;			/* an earlier one's: sessions are left */
	bool		 exchanges_messages;
	unsigned	 transports;		/* bits of enum counts_transport */
	struct numbers_traffic traffic[COUNTS_WAYS];
	int64_t		 held[COUNTS_WAYS];
	uint64_t	 held_ms[COUNTS_WAYS];
	int64_t		 sessions[COUNTS_TRANSPORTS];
	uint64_t	 sessions_total[COUNTS_TRANSPORTS];
	struct coded_sum handshakes, closes, requests;
};

struct numbers_listener {
	const char	*name;
	int64_t		 connections;
	uint64_t	 connections_total;
	bool		 tls;
	struct histogram_sum handshakes;
};

struct numbers_server {
	const char	*name;
	bool		 up, draining;
	unsigned	 sessions;
};

struct numbers_backend {
	const char	*name;
	struct histogram_sum dials;
	struct numbers_server *servers;
	size_t		 n_servers;
	unsigned	 waiting;
};

struct numbers_worker {
	int64_t		connections, sessions;
	uint64_t	cpu;			/* us */
};

struct numbers_certificate {
	const char	*profile, *subject;
	int64_t		 expires;		/* seconds since 1970 */
};

/* What stats.def counts, of all workers. */
struct numbers_totals {
#define COUNTER(name, text) uint64_t name;
#define GAUGE(name, text) int64_t name;
#include "base/stats.def"
#undef COUNTER
#undef GAUGE
	uint64_t	refusals[FAULT_COUNT];
};

struct numbers_process {
	uint64_t	cpu;			/* us */
	uint64_t	resident, virtual;	/* bytes; 0: not known */
	uint64_t	open_files, max_files;	/* 0: not known */
};

/* What a chart shows of one moment: sums of all routes and workers. */
struct numbers_moment {
	uint64_t	time;			/* clock_wall_ms() */
	struct numbers_traffic traffic[COUNTS_WAYS];
	int64_t		sessions, connections;
	uint64_t	refusals;
};

struct numbers {
	struct arena		   *arena;
	uint64_t		    now;	/* clock_wall_ms() */
	uint64_t		    started, reload_time;
	bool			    ready, leaving, held_up, reload_failed;
	uint64_t		    reloads, reload_failures;
	struct numbers_totals	    totals;
	struct numbers_process	    process;
	struct numbers_route	   *routes;
	struct numbers_listener	   *listeners;
	struct numbers_backend	   *backends;
	struct numbers_worker	   *workers;
	struct numbers_certificate *certificates;
	size_t			    n_routes, n_listeners, n_backends, n_workers, n_certificates;
};

#endif
