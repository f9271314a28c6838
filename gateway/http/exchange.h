/*
 * An exchange is one HTTP request with its answer, the same over every version of HTTP. A
 * WebSocket is an exchange whose two bodies never end: a tunnel.
 *
 * Two parties: the HTTP layer below (exchange_ops) and a handler above. The HTTP layer owns the
 * exchange. The handler may use it until it has called exchange_end, exchange_fail or
 * exchange_reset, or was told gone; no event comes after that. Events never come from within a call
 * of these functions, only from the loop.
 */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include <sys/uio.h>

#include "base/arena.h"
#include "base/held.h"
#include "base/random.h"
#include "codec/http1.h"
#include "config/config.h"
#include "framing/framing.h"
#include "http/amend.h"
#include "loop/worker.h"
#include "net/address.h"

struct backend;
struct exchange;
struct handler;
struct back_kind;
struct counts_listener;
struct counts_route;
struct series;
struct tally;

/*
 * What sessions of a route take of its limits; shared by all workers, and with the route of the
 * same name in later configurations. Tallies are there once a limit has needed them.
 */
struct route_use {
	struct held		 held;
	_Atomic unsigned	 sessions;
	/* How often reloads have changed what stands under the name, at last by its removal. */
	_Atomic unsigned	 version;
	struct tally		*by_address;
	/* Of those, with the ones that have ended but are still told, that last across requests. */
	struct tally		*kept_by_address;
};

/* What was learnt of the directory of a route with files; shared by all workers. */
struct route_files {
	/* Whether something has to be waited for it says without waiting. */
	_Atomic bool		 tells;
};

/* What routes are made into; lives in the snapshot. */
struct route {
	const struct config_route *conf;
	const struct handler	*handler;
	struct framing		 framing;	/* unless the subprotocol's is another */
	struct framing		*framings;	/* of conf->subprotocol_framing */
	const struct back_kind	*back;		/* for sessions: who stands behind */
	struct backend		*backend;	/* ACTION_BACKEND */
	struct amend		*amend;		/* NULL: answers are left as they are */
	struct route_use	*use;		/* counted */
	unsigned		 version;	/* which one of that it is */
	struct series		*counts;	/* NULL: nobody counts */
	struct route_files	*files;		/* ACTION_STATIC */
	void			*pattern;	/* compiled path, owned by the router */
};

enum http_protocol { HTTP_1_0, HTTP_1_1, HTTP_2 };

/* The connection that requests come over. */
struct client {
	struct worker			*worker;
	const struct config_listener	*listener;	/* of the snapshot at accept time */
	const struct config_limits	*limits;	/* of the same */
	struct counts_listener		*counts;	/* of the same, the worker's; or NULL */
	struct held			*snapshot;	/* what they live in, held */
	struct address			 peer;		/* the other end of the socket */
	/* Whom it is from: the peer, or whom a PROXY header names; and where to, if it says so. */
	struct address			 address, local;
	int				 fd;		/* the socket */
	/* TLS: taken up again; a certificate was shown and verified. */
	bool				 resumed, certificate;
	const char			*tls;		/* "TLSv1.3", NULL: plain */
	struct slice			 sni, client_cn;
};

struct request {
	enum http_protocol	 protocol;
	struct slice		 method;
	struct slice		 authority;	/* as sent: host[:port]; may be empty in 1.0 */
	struct slice		 path;		/* normalised */
	struct slice		 resource;	/* of that what is no transport's own; n 0: all */
	bool			 doubled;	/* as sent it held "//" */
	struct slice		 query;		/* raw; p NULL: none */
	const struct header	*headers;
	unsigned		 n_headers;
	bool			 has_body;
	uint64_t		 length;	/* of the body, or UINT64_MAX when unknown */
	bool			 expect_continue;
	/* asks for one; http1 below is what the codec checks */
	bool			 websocket;
	const struct http1_request *http1;	/* HTTP/1 only */
	/* Named groups of the route's pattern, by the router. */
	struct header		*captures;
	unsigned		 n_captures;
};

enum { RESPONSE_LENGTH_UNKNOWN = -1 };

struct response {
	int			 status;
	/* without framing and Connection, which are ours, as is a Date that is not there */
	const struct header	*headers;
	unsigned		 n_headers;
	int64_t			 length;	/* of the body; also for HEAD, which sends none */
};

struct exchange_ops {
	/*
	 * 100 Continue: the client may send the body, for which request->expect_continue says that
	 * it waits. Before respond; at most once.
	 */
	void		(*proceed)(struct exchange *);
	enum flow	(*respond)(struct exchange *, const struct response *);
	/*
	 * 101 with the accept value for HTTP/1.1, 200 for HTTP/2. Then body and write are
	 * the tunnel's.
	 */
	enum flow	(*upgrade)(struct exchange *, const struct header *, unsigned n);
	enum flow	(*write)(struct exchange *, const struct iovec *, int n);
	void		(*pause)(struct exchange *, unsigned why);	/* PAUSE_* of stream.h */
	void		(*resume)(struct exchange *, unsigned why);
	void		(*set_buffer)(struct exchange *, uint64_t bytes);
	/* Bytes of the answer that the client did not take yet. */
	uint64_t	(*queued)(const struct exchange *);
	void		(*end)(struct exchange *);
	void		(*reset)(struct exchange *, enum fault);
};

struct handler {
	const char	*name;
	/* It says exchange_proceed itself; else that is said when open has not answered. */
	bool		 proceeds;
	/* Who ends its side while it waits for the answer has left: gone. Else half is enough. */
	bool		 attended;
	bool		 json;		/* what a request is refused with is read by a program */
	bool		 cors;		/* it says itself whose pages may read its answers */
	/* Of what refuses a WebSocket by a Close frame: it is asked to, by x->refused. */
	bool		 closes;
	/*
	 * It answers at once that the request is a mistake, whatever follows the head, so it may be
	 * said of one that is refused for its form; the connection ends all the same.
	 */
	bool		 corrects;
	/*
	 * The head is there. May answer at once or later. A fault: nothing was answered, and the
	 * HTTP layer answers for it.
	 */
	enum fault	(*open)(struct exchange *);
	/*
	 * Of a tunnel: returns how much was consumed, as stream_events.bytes does. Of a request:
	 * takes all of it (pause to get no more). NULL: request bodies are drained.
	 */
	size_t		(*body)(struct exchange *, uint8_t *p, size_t n);
	void		(*body_end)(struct exchange *);	/* complete; of a tunnel: the peer's end */
	void		(*full)(struct exchange *);	/* stop writing; NULL: never writes much */
	void		(*room)(struct exchange *);
	void		(*gone)(struct exchange *, enum fault);
};

struct exchange {
	const struct exchange_ops *ops;
	const struct handler	*handler;
	void			*state;		/* the handler's */
	struct client		*client;
	const struct route	*route;		/* of snapshot; NULL until routed */
	struct held		*snapshot;
	struct request		*request;	/* in the arena; NULL once it is a tunnel */
	/* of the request's strings; gone once it is a tunnel */
	struct arena		 arena;
	uint64_t		 started;	/* worker.now */
	struct address		 forwarded;	/* whom a trusted proxy's header names */
	/* The id that logs know its session by, where it has one; or NULL. */
	const char		*session;
	uint64_t		 bytes_in, bytes_out;	/* of the bodies */
	int			 status;	/* 0: not answered yet */
	const char		*server;	/* who is asked; of the snapshot; NULL: none */
	/*
	 * Before it is routed: by the connection. Then by a rule, for the front to say. In the end:
	 * what the answer was for, or was cut by.
	 */
	enum fault		 refused;
	uint32_t		 head;		/* bytes of the request, as counted in stats */
	bool			 tunnel;
	bool			 json;		/* a failure is told in JSON */
	bool			 by_address;	/* forwarded counts for limits.per_ip */
	char			 id[RANDOM_ID + 1];
};

/* What the HTTP layer reaches up to. */
struct http_site {
	/* Takes snapshot and route, picks the handler, checks the route's rules. */
	enum fault	(*route)(struct exchange *);
	void		(*done)(struct exchange *);	/* before it dies: the record */
};

static inline void exchange_proceed(struct exchange *x)
{
	x->ops->proceed(x);
}

static inline enum flow exchange_respond(struct exchange *x, const struct response *r)
{
	return x->route && x->route->amend ? amend_respond(x, r) : x->ops->respond(x, r);
}

/* The path that those behind are told of. */
static inline struct slice exchange_resource(const struct exchange *x)
{
	return x->request->resource.n > 0 ? x->request->resource : x->request->path;
}

/* For the log: "-" where no route took it. */
static inline const char *exchange_route_name(const struct exchange *x)
{
	return x->route && x->route->conf->name[0] ? x->route->conf->name : "-";
}

static inline enum flow exchange_upgrade(struct exchange *x, const struct header *h, unsigned n)
{
	return x->route && x->route->amend ? amend_upgrade(x, h, n) : x->ops->upgrade(x, h, n);
}

static inline enum flow exchange_write(struct exchange *x, const struct iovec *iov, int n)
{
	return x->ops->write(x, iov, n);
}

static inline void exchange_pause(struct exchange *x, unsigned why)
{
	x->ops->pause(x, why);
}

static inline void exchange_resume(struct exchange *x, unsigned why)
{
	x->ops->resume(x, why);
}

/* The answer is complete (of a tunnel: flush, then the end). */
static inline void exchange_end(struct exchange *x)
{
	x->ops->end(x);
}

/* Broken off so that the peer can see that something is missing. */
static inline void exchange_reset(struct exchange *x, enum fault f)
{
	x->ops->reset(x, f);
}

/*
 * A whole small answer; type NULL: no body. Ends the exchange; headers and body are the caller's
 * again. At most 9 headers.
 */
void	exchange_answer(struct exchange *, int status, const struct header *, unsigned n,
	    const char *type, struct slice body);
/* The same with any number of headers and their own type: the whole answer of another server. */
void	exchange_relay(struct exchange *, const struct response *, struct slice body);
/* Answers for a fault with its status and a small page, or resets if the head is out. Ends it. */
void	exchange_fail(struct exchange *, enum fault);
/* With further headers, at most 5, which are the caller's again. */
void	exchange_fail_with(struct exchange *, enum fault, const struct header *, unsigned n);
/*
 * Of a request for a WebSocket: is its handshake right? WS_HANDSHAKE with *why (static) saying what
 * is wrong, or WS_VERSION.
 */
enum fault exchange_check_handshake(const struct exchange *, const char **why) MUST_USE;
/* Of sessions with that subprotocol. */
const struct framing *exchange_framing(const struct exchange *, struct slice subprotocol);
/* Where its worker counts what is its route's; NULL: nobody does. */
struct counts_route *exchange_counts(const struct exchange *);
/* Counts that it is refused: all that is asked for, or the WebSocket. */
void	exchange_count_refusal(const struct exchange *, enum fault);
struct slice exchange_header(const struct exchange *, struct slice name);	/* p NULL: absent */
/* Whom the request is from: what rules, limits, logs and templates go by. */
static inline const struct address *exchange_client(const struct exchange *x)
{
	return x->forwarded.known ? &x->forwarded : &x->client->address;
}

/* The host that the request is for, without port and trailing dot; IPv6 keeps its brackets. */
struct slice exchange_host(const struct exchange *);

#endif
