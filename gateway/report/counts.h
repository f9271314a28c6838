/*
 * What is counted of a route, a backend, a listener: the blocks of a series (series.h). A block is
 * one worker's, whose thread alone writes it (STATS_ADD); anybody reads.
 */
#ifndef COUNTS_H
#define COUNTS_H

#include "report/coded.h"
#include "report/histogram.h"

enum counts_way { COUNTS_IN, COUNTS_OUT, COUNTS_WAYS };	/* from clients, to clients */

enum counts_transport {
	COUNTS_WEBSOCKET, COUNTS_SSE, COUNTS_LONGPOLL, COUNTS_SOCKJS_WEBSOCKET, COUNTS_SOCKJS_XHR,
	COUNTS_SOCKJS_XHR_STREAMING, COUNTS_SOCKJS_EVENTSOURCE, COUNTS_SOCKJS_HTMLFILE,
	COUNTS_SOCKJS_JSONP, COUNTS_TRANSPORTS
};

enum counts_closer { COUNTS_CLIENT, COUNTS_BACKEND, COUNTS_GATEWAY, COUNTS_CLOSERS };

extern const char *const counts_ways[COUNTS_WAYS];		/* "in", "out" */
extern const char *const counts_transports[COUNTS_TRANSPORTS];	/* as in the access log */
extern const char *const counts_closers[COUNTS_CLOSERS];	/* as well */

/* What messages count: the only part of it that is on the fast path. */
struct counts_traffic {
	_Atomic uint64_t	bytes, messages;
};

struct counts_route {
	struct counts_traffic	traffic[COUNTS_WAYS];
	/* What is held because its target takes no more: sessions now, and ms of those before. */
	_Atomic int64_t		held[COUNTS_WAYS];
	_Atomic uint64_t	held_ms[COUNTS_WAYS];
	_Atomic int64_t		sessions[COUNTS_TRANSPORTS];
	_Atomic uint64_t	sessions_total[COUNTS_TRANSPORTS];
	struct coded		handshakes;	/* enum fault; FAULT_NONE: a session began */
	struct coded		closes;		/* COUNTS_CLOSE() */
	struct coded		requests;	/* statuses */
};

#define COUNTS_CLOSE(code, closer)	((unsigned)(code) * COUNTS_CLOSERS + (unsigned)(closer))

struct counts_backend {
	struct histogram	dials;		/* those that succeeded */
};

struct counts_listener {
	_Atomic int64_t		connections;
	_Atomic uint64_t	connections_total;
	struct histogram	handshakes;	/* of TLS, those that succeeded */
};

/* The place of a name in counts_transports. */
enum counts_transport	counts_transport(const char *name);

#endif
