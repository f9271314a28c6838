/*
 * What the gateway keeps once per worker: worker.gateway points here. Made before the worker's
 * thread starts, freed after it has ended, touched by that thread only in between.
 */
#ifndef GATEWAY_WORKER_H
#define GATEWAY_WORKER_H

#include "base/held.h"
#include "base/list.h"
#include "config/config.h"
#include "net/tls_ctx.h"

struct admission;
struct compress_pool;
struct elders;
struct errands;
struct http_site;
struct pool;
struct series;
struct session_map;

/* The tag of an accepted connection (listener.h): what its listener is. Lives in the snapshot. */
struct http_listener {
	const struct config_listener	*conf;
	struct tls_ctx			*tls;	/* NULL: plain */
	const struct config_limits	*limits;
	struct series			*counts;	/* NULL: nobody counts */
};

/* A client's connection as its worker sees it, whatever version of HTTP it speaks. */
struct connection {
	struct list			 link;	/* among the worker's connections */
	const struct connection_ops	*ops;
};

struct connection_ops {
	/*
	 * The worker is stopping. What idles is closed now; what runs is answered, with
	 * "Connection: close", and then closed. Of a tunnel nothing: its session is closed by
	 * channel_close.
	 */
	void	(*stop)(struct connection *);
	/*
	 * Another process serves from now on: the client is to come to it with what it asks for
	 * next, but gets everything that it has asked for. NULL: there is nothing to tell.
	 */
	void	(*retire)(struct connection *);
	/* Reset at once, whatever runs; handlers are told gone. */
	void	(*drop)(struct connection *);
};

struct gateway_worker {
	const struct http_site	*site;
	struct held		*snapshot;	/* for what is new; counted */
	struct list		 connections;	/* struct connection */
	struct list		 channels;	/* struct channel, while it is open */
	struct list		 sessions;	/* struct session: those across requests */
	/* Stopping: what is accepted, or asked for, from now on is refused: FAULT_SHUTDOWN. */
	bool			 stopping;
	bool			 retiring;	/* each answer is the last of its connection */
	struct admission	*admission;	/* shared by all workers */
	struct errands		*errands;	/* as well */
	struct session_map	*session_map;	/* and this */
	struct elders		*elders;	/* and this; NULL: there are none */
	struct compress_pool	*compress;	/* NULL until a message is compressed */
	struct pool		*pool;		/* idle connections to servers */
};

static inline bool gateway_worker_leaves(const struct gateway_worker *g)
{
	return g->stopping || g->retiring;
}

#endif
