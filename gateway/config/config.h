/*
 * The checked configuration: what the file says after defaults are filled in, names are resolved
 * to pointers and every value is known to be good. Immutable; everything in it lives in its arena
 * and dies with the last config_free. How a file becomes this stands in schema.h; where a key
 * belongs, in the schema table.
 *
 * Durations are milliseconds (0: off), sizes bytes (0: no limit where the key says so). Absent
 * strings are NULL. Arrays come as pointer and count. The order is the file's. Relative paths were
 * relative to the file that said them and are absolute here; in text that is no file they stay as
 * they are.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/bucket.h"
#include "base/held.h"
#include "base/log.h"

struct template;

/* Where in the files something was said; for messages about it. */
struct config_place {
	const char	*file;
	unsigned	 line;
};

/* Socket address of a listener or an address-literal server. */
struct config_address {
	struct sockaddr_storage	 sa;
	socklen_t		 size;
	const char		*text;		/* as written */
};

struct config_network {
	uint8_t	 addr[16];	/* IPv4 as ::ffff:a.b.c.d */
	unsigned prefix;	/* of 128 */
};

struct config_list {		/* of strings */
	const char	**v;
	size_t		 n;
};

struct config_networks {
	struct config_network	*v;
	size_t			 n;
};

struct config_certificate {
	const char		*cert, *key;	/* the same file when it holds both */
	struct config_place	 place;
};

enum config_client_verify {
	CLIENT_VERIFY_NONE, CLIENT_VERIFY_OPTIONAL, CLIENT_VERIFY_REQUIRE
};

/* Whether changed files are used by themselves. */
enum config_tls_reload { TLS_RELOAD_AUTO, TLS_RELOAD_MANUAL };

struct config_tls {			/* tls: { NAME: {...} } */
	const char			*name;	/* "self-signed": the built-in one */
	/* globs expanded, sorted; [0]: the default */
	struct config_certificate	*certificates;
	size_t				 n_certificates;
	/* TLS1_2_VERSION …; 0: any */
	int				 min_version, max_version;
	/* NULL: good ones, the others OpenSSL's */
	const char			*ciphers, *ciphersuites, *groups;
	const char			*client_ca;
	enum config_client_verify	 client_verify;
	bool				 tickets;
	uint64_t			 ticket_rotation;
	enum config_tls_reload		 reload;
	struct config_place		 place;
};

struct config_listener {
	const char		*name;
	struct config_address	*bind;		/* "*:80" is one address: [::]:80, dual stack */
	size_t			 n_bind;
	bool			*bind_dual;	/* [n_bind] */
	const struct config_tls	*tls;		/* NULL: plain */
	bool			 http2;
	bool			 redirect;	/* redirect_https */
	uint16_t		 redirect_port;
	bool			 accept_proxy;
	struct config_networks	 trust;
	int			 backlog;
	unsigned		 mode;		/* unix sockets; 0: by umask */
	struct config_place	 place;
};

enum config_server_kind {
	SERVER_TCP, SERVER_TLS, SERVER_UNIX, SERVER_WS, SERVER_WSS, SERVER_HTTP, SERVER_HTTPS
};

/* Web servers, which a proxy stands in front of. */
static inline bool config_server_has_http(enum config_server_kind kind)
{
	return kind == SERVER_HTTP || kind == SERVER_HTTPS;
}

/* Those that speak WebSocket themselves. */
static inline bool config_server_has_ws(enum config_server_kind kind)
{
	return kind == SERVER_WS || kind == SERVER_WSS;
}

static inline bool config_server_has_tls(enum config_server_kind kind)
{
	return kind == SERVER_TLS || kind == SERVER_WSS || kind == SERVER_HTTPS;
}

struct config_server {
	const char		*text;		/* "tcp://host:port", for logs */
	enum config_server_kind	 kind;
	/* name or address literal without brackets; unix: path */
	const char		*host;
	uint16_t		 port;
	/* of a WebSocket server, with its query; NULL: none was given */
	const char		*path;
	unsigned		 weight;	/* at least 1 */
	unsigned		 max;		/* sessions; 0: max_sessions of the backend */
	bool			 backup;
	struct config_place	 place;
};

struct config_backend_tls {
	const char	*ca;			/* NULL: the system's */
	const char	*sni;			/* NULL: the server's host name */
	bool		 verify;
	const char	*cert, *key;
	int		 min_version;
};

enum config_balance { BALANCE_ROUNDROBIN, BALANCE_LEASTCONN, BALANCE_RANDOM, BALANCE_HASH };
enum config_health_type { HEALTH_PASSIVE, HEALTH_TCP, HEALTH_TLS, HEALTH_HTTP, HEALTH_EXPECT };

enum config_mode { MODE_PROXY, MODE_LONGPOLL, MODE_WS_OVER_HTTP };
/* What MODE_LONGPOLL asks at; each with a query or without. */
struct config_poll {
	const char	*path, *send;
};

enum config_send_proxy { SEND_PROXY_OFF, SEND_PROXY_V1, SEND_PROXY_V2 };

struct config_queue {
	unsigned	length;		/* 0: there is none */
	uint64_t	timeout;
};

struct config_health {
	enum config_health_type	 type;
	uint64_t		 interval, timeout;
	unsigned		 rise, fall;
	const char		*path;
	unsigned		 status;	/* 0: from 200 to 399 */
	const char		*send, *expect;
};

/* Idle connections to HTTP servers, of each worker to each server. */
struct config_keepalive {
	uint64_t	idle;
	unsigned	max;		/* 0: none is kept */
};

struct config_backend {
	const char			*name;
	struct config_server		*servers;
	size_t				 n_servers;
	const char			*map;		/* instead of servers; NULL: none */
	const struct template		*key;
	struct config_networks		 allow_targets;	/* n 0: any */
	enum config_balance		 balance;
	const struct template		*hash;		/* BALANCE_HASH */
	unsigned			 max_sessions;	/* for each server; 0: no limit */
	struct config_queue		 queue;
	struct config_health		 health;
	uint64_t			 connect_timeout;
	unsigned			 tries;
	struct config_backend_tls	 tls;
	enum config_send_proxy		 send_proxy;
	const struct template		*preamble;
	uint64_t			 response_timeout, body_timeout;
	struct config_keepalive		 keepalive;
	enum config_mode		 mode;
	struct config_poll		 poll;
	uint64_t			 retry_for;	/* 0: for ever */
	uint64_t			 resolve;
	struct config_place		 place;
};

/* Web servers that are spoken to as such; with another mode they are behind messages. */
static inline bool config_backend_is_proxied(const struct config_backend *b)
{
	return b->n_servers > 0 && config_server_has_http(b->servers[0].kind) &&
	    b->mode == MODE_PROXY;
}

enum config_action {
	ACTION_BACKEND, ACTION_STATIC, ACTION_REDIRECT, ACTION_RESPOND, ACTION_SERVICE
};
enum config_transport {
	TRANSPORT_WEBSOCKET, TRANSPORT_SOCKJS, TRANSPORT_SSE, TRANSPORT_LONGPOLL
};
enum config_service { SERVICE_ECHO, SERVICE_CLOSE, SERVICE_HEALTH };
/* index into framing_table */
enum config_framing {
	FRAMING_BINARY, FRAMING_TEXT, FRAMING_LINE, FRAMING_CRLF, FRAMING_NUL, FRAMING_LENGTH8,
	FRAMING_LENGTH16BE, FRAMING_LENGTH16LE, FRAMING_LENGTH32BE, FRAMING_LENGTH32LE,
	FRAMING_LENGTH64BE, FRAMING_LENGTH64LE, FRAMING_NETSTRING, FRAMING_BASE64
};
/* MESSAGE_BY_FRAMING: whatever its framing's are */
enum config_message_type { MESSAGE_BY_FRAMING, MESSAGE_TEXT, MESSAGE_BINARY };
enum config_invalid { INVALID_CLOSE, INVALID_REPLACE };
enum config_refuse { REFUSE_HTTP, REFUSE_CLOSE };
enum config_path { PATH_ANY, PATH_PREFIX, PATH_EXACT, PATH_REGEX };

struct config_pair {
	const char	*name, *value;
};

struct config_pairs {
	struct config_pair	*v;
	size_t			 n;
};

struct config_subprotocol_framing {
	const char		*subprotocol;
	enum config_framing	 framing;
};

struct config_subprotocol_framings {
	struct config_subprotocol_framing	*v;
	size_t					 n;
};

struct config_deflate {
	bool		enable;
	uint64_t	min_size;
	bool		context_takeover;
	unsigned	level;		/* 1 to 9 */
};

struct config_field {			/* a header to set */
	const char		*name;
	const struct template	*value;
};

struct config_fields {
	struct config_field	*v;
	size_t			 n;
};

struct config_rewrite {
	const char		*strip;		/* "/app": without a slash at its end; NULL: none */
	const struct template	*path, *host;	/* NULL: as it was asked for */
	struct config_fields	 set_headers;
	struct config_list	 remove_headers;
	struct config_pairs	 set_response_headers;
	struct config_list	 remove_response_headers;
};

struct config_cors {
	struct config_list	 origins;	/* n 0: off */
	struct config_list	 methods;	/* n 0: GET, HEAD and POST */
	struct config_list	 headers;	/* "*" in it: any */
	struct config_list	 expose;
	bool			 credentials;
	uint64_t		 max_age;
};

struct config_sockjs {
	uint64_t	 heartbeat, disconnect, response_limit;
	bool		 cookie_needed, websocket;
	const char	*client_url;
};

/* Of `sse` and `longpoll`; max_per_ip of `sockjs`, too. */
struct config_session {
	uint64_t	resume, replay, poll;
	unsigned	max_per_ip;	/* 0: no limit */
};

/* Of sessions whose route a reload changes or removes. */
enum config_on_reload { ON_RELOAD_KEEP, ON_RELOAD_CLOSE };

enum { CONFIG_SET_HEADERS = 64 };	/* the most that set_headers and such may have */

struct config_route_limits {
	unsigned		 sessions, per_ip;
	struct bucket_rate	 messages, bytes;
};

struct config_route {
	const char		*name;

	/* match: all that is given must hold */
	struct config_list	 host;		/* lower case; "*.example.com" */
	enum config_path	 path_kind;
	/*
	 * Prefix or exact path in normalised form, or the pattern. A prefix ends at a segment
	 * boundary: "/x" takes "/x" and "/x/y" but not "/xy"; "/x/" only what is below it.
	 */
	const char		*path;
	struct config_list	 method;
	struct config_pairs	 header, query;	/* all of them, each with exactly that value */
	struct config_networks	 source;

	/* action */
	enum config_action	 action;
	const struct config_backend *backend;	/* ACTION_BACKEND */
	const char		*static_dir, *index;
	const struct template	*redirect;	/* of literals and variables: template.h */
	/* of redirect or respond, whichever the action is */
	int			 status;
	int			 redirect_status, respond_status;	/* as the keys say */
	const char		*respond_type, *respond_body;
	enum config_service	 service;

	/* sessions */
	unsigned		 transports;	/* bits 1 << enum config_transport */
	enum config_framing	 framing;	/* unless the subprotocol's is another */
	struct config_list	 subprotocols;	/* "" in it: none in common is fine */
	struct config_subprotocol_framings subprotocol_framing;
	enum config_message_type message_type;
	enum config_invalid	 invalid;
	struct config_list	 origins;
	uint64_t		 max_message;	/* 0: no limit */
	uint64_t		 ping, ping_timeout, idle, max_lifetime;
	uint64_t		 buffer;
	struct config_deflate	 deflate;
	enum config_refuse	 refuse;
	struct config_networks	 allow, deny;
	struct config_route_limits limits;
	struct config_rewrite	 rewrite;
	struct config_cors	 cors;
	struct config_sockjs	 sockjs;
	struct config_session	 session;
	enum config_on_reload	 on_reload;
	struct config_place	 place;
};

/* Sets of transports: those of plain requests, and all for clients that cannot speak WebSocket. */
enum {
	CONFIG_PLAIN = 1u << TRANSPORT_SSE | 1u << TRANSPORT_LONGPOLL,
	CONFIG_FALLBACK = CONFIG_PLAIN | 1u << TRANSPORT_SOCKJS
};

static inline bool config_route_has(const struct config_route *r, unsigned transports)
{
	return (r->transports & transports) != 0;
}

enum { CONFIG_HEADERS_MAX = 1000 };	/* the most that limits.headers may say */

enum config_apply { APPLY_NEW, APPLY_NOW };

struct config_limits {
	uint64_t	 connections;
	unsigned	 per_ip;
	struct bucket_rate handshakes;
	uint64_t	 memory;
	uint64_t	 head;
	unsigned	 headers;
	unsigned	 streams;	/* of an HTTP/2 connection */
	uint64_t	 head_timeout, keepalive;
	enum config_apply apply;
};

/* Of config.drain: sessions of before a reload stay. */
#define CONFIG_KEEP	UINT64_MAX

struct config {
	struct held		 held;		/* by whatever has parts of it in use */
	struct arena		 arena;
	const char		*user, *group;
	unsigned		 workers;	/* never 0: one per CPU is filled in */
	bool			 sandbox;
	const char		*pid_file;
	uint64_t		 drain;		/* or CONFIG_KEEP */
	uint64_t		 stop_timeout;
	uint64_t		 upgrade_timeout;
	struct log_settings	 log;
	const char		*access_to;	/* NULL: off */
	const char		*access_format;	/* "json", "combined", or a template */
	struct config_listener	 admin_http;	/* n_bind 0: off */
	const char		*admin_socket;	/* a path; NULL: off */
	unsigned		 admin_mode;
	struct config_limits	 limits;
	struct config_listener	*listeners;
	size_t			 n_listeners;
	struct config_tls	*tls;
	size_t			 n_tls;
	struct config_backend	*backends;
	size_t			 n_backends;
	struct config_route	*routes;
	size_t			 n_routes;
	/* What `defaults` says, for requests that no route takes; its name is "". */
	struct config_route	 unrouted;
};

/*
 * Messages go here one by one, as FILE:LINE: error: … with the quoted line; NULL:
 * standard error.
 */
struct config_report {
	/* several lines, no last \n */
	void	(*say)(struct config_report *, const char *text);
	unsigned errors, warnings;
};

/*
 * Reads and checks a file and what it includes. NULL when there was any error: all of them have
 * been reported by then. Never aborts on bad input; names are not resolved, no port is bound.
 */
struct config	*config_load(const char *path, struct config_report *);
/*
 * The same for text that is no file (the one-liner, the demo); name stands in messages. Such text
 * cannot include files.
 */
struct config	*config_parse(const char *name, const char *text, struct config_report *);
void		 config_free(struct config *);	/* lets go of it; NULL is fine */

/* The effective configuration, all defaults filled in, as a file that means the same. */
void		 config_dump(FILE *, const struct config *);
/* The whole schema as a file: every key with its default and what it is for, in comments. */
void		 config_defaults(FILE *);
/* The key reference of framegate.conf(5), as mdoc. */
void		 config_manual(FILE *);

#endif
