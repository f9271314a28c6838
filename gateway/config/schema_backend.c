/* The servers behind the gateway; who may use them. */
#include "config/config.h"
#include "config/schema.h"
#include "config/settle.h"
#include "config/type.h"

static const struct schema_word schema_backend_versions[] = {
    {"1.2", 0x0303, false},	/* as in listeners' profiles */
    {"1.3", 0x0304, false},
    {NULL, 0, false},
};

static const struct schema_word schema_balances[] = {
    {"roundrobin", BALANCE_ROUNDROBIN, false},
    {"leastconn", BALANCE_LEASTCONN, false},
    {"random", BALANCE_RANDOM, false},
    {"hash:", BALANCE_HASH, false},
    {NULL, 0, false},
};

static const struct schema_word schema_modes[] = {
    {"proxy", MODE_PROXY, false},
    {"longpoll", MODE_LONGPOLL, false},
    {"ws-over-http", MODE_WS_OVER_HTTP, false},
    {NULL, 0, false},
};

static const struct schema_word schema_health_types[] = {
    {"tcp", HEALTH_TCP, false},
    {"tls", HEALTH_TLS, false},
    {"http", HEALTH_HTTP, false},
    {"expect", HEALTH_EXPECT, false},
    {NULL, 0, false},
};

static const struct schema_word schema_proxies[] = {
    {"v1", SEND_PROXY_V1, false},
    {"v2", SEND_PROXY_V2, false},
    {NULL, 0, false},
};

static const struct schema_word schema_auth_types[] = {
    {"basic", 0, false},
    {"jwt", 0, false},
    {"subrequest", 0, false},
    {"mtls", 0, false},
    {NULL, 0, false},
};

static const struct schema_word schema_expiries[] = {
    {"close", 0, false},
    {"keep", 0, false},
    {NULL, 0, false},
};

#define OWNER struct config_backend

static const struct schema_key schema_backend_tls_keys[] = {
	{SCHEMA_KEY("ca", file, NULL, tls.ca,
	    "PEM file of the authorities that the server's certificate must come from. Not set: "
	    "those that the system trusts."),
	    .example = "\"/etc/framegate/backend-ca.pem\""},
	{SCHEMA_KEY("sni", string, NULL, tls.sni,
	    "The name to ask for, which the certificate must be for. Not set: the server's host."),
	    .example = "\"internal.example.com\""},
	{SCHEMA_KEY("verify", flag, "true", tls.verify,
	    "Whether the certificate is verified. Without that, anybody in between can read and "
	    "change what passes.")},
	{SCHEMA_KEY("cert", file, NULL, tls.cert,
	    "PEM file of a certificate to show to the server."),
	    .example = "\"/etc/framegate/client.pem\""},
	{SCHEMA_KEY("key", file, NULL, tls.key,
	    "PEM file of its key. Not set: it is in the file of 'cert'."),
	    .example = "\"/etc/framegate/client.key\""},
	{SCHEMA_KEY("min_version", word, "1.2", tls.min_version,
	    "The oldest version of TLS that is spoken."),
	    .words = schema_backend_versions},
};

static const struct schema_key schema_poll_keys[] = {
	{SCHEMA_KEY("path", string, NULL, poll.path,
	    "The path that is asked, with GET, for the next message to the client. The server "
	    "holds its answer back until there is one: 200 with the message, or 204 when there "
	    "was none for a while. 404 or 410 ends the session."),
	    .flags = SCHEMA_REQUIRED, .example = "\"/events\""},
	{SCHEMA_KEY("send", string, NULL, poll.send,
	    "The path that messages of the client are posted to, one after the other."),
	    .flags = SCHEMA_REQUIRED, .example = "\"/send\""},
};

static const struct schema_key schema_queue_keys[] = {
	{SCHEMA_KEY("length", count, "100", queue.length,
	    "Sessions that may wait. Others are refused with 503."),
	    .min = 1, .max = 1000000},
	{SCHEMA_KEY("timeout", duration, "10s", queue.timeout,
	    "How long each may wait before it is refused with 504."),
	    .min = 1},
};

static const struct schema_key schema_health_keys[] = {
	{SCHEMA_KEY("type", word, NULL, health.type,
	    "What is tried: \"tcp\" a connection, \"tls\" a TLS handshake as well, \"http\" a "
	    "request, \"expect\" whether certain bytes come."),
	    .words = schema_health_types, .flags = SCHEMA_REQUIRED, .example = "\"tcp\""},
	{SCHEMA_KEY("interval", duration, "5s", health.interval,
	    "How long after one check the next begins, a tenth more or less."),
	    .min = 10},
	{SCHEMA_KEY("timeout", duration, "2s", health.timeout,
	    "How long each check may take."),
	    .min = 1},
	{SCHEMA_KEY("rise", count, "2", health.rise,
	    "Good checks in a row after which a server is up again."),
	    .min = 1, .max = 1000},
	{SCHEMA_KEY("fall", count, "3", health.fall,
	    "Bad checks or failed sessions in a row after which a server is down."),
	    .min = 1, .max = 1000},
	{SCHEMA_KEY("path", string, "/", health.path,
	    "For \"http\": the path to request; a query may follow.")},
	{SCHEMA_KEY("status", count, NULL, health.status,
	    "For \"http\": the status to expect. Not set: any from 200 to 399."),
	    .min = 100, .max = 599, .example = "204"},
	{SCHEMA_KEY("send", text, NULL, health.send,
	    "For \"expect\": the bytes to send first. Not set: none."),
	    .example = "\"PING\\r\\n\""},
	{SCHEMA_KEY("expect", text, NULL, health.expect,
	    "For \"expect\": what must be in the first 4096 bytes that the server sends."),
	    .example = "\"+PONG\""},
};

static const struct schema_key schema_keepalive_keys[] = {
	{SCHEMA_KEY("idle", duration, "60s", keepalive.idle,
	    "How long an idle connection is kept; less where the server announces that it will "
	    "close it earlier.")},
	{SCHEMA_KEY("max", count, "64", keepalive.max,
	    "How many idle connections to each server each worker keeps. 0: none, each request "
	    "gets a connection of its own."),
	    .max = 100000},
};

static bool schema_has_tls(const void *base)
{
	const struct config_backend *b = base;

	return b->n_servers > 0 && config_server_has_tls(b->servers[0].kind);
}

static const struct schema_group schema_backend_tls = {
	.what = "tls",
	SCHEMA_KEYS(schema_backend_tls_keys),
	.applies = schema_has_tls,
};

static bool schema_has_poll(const void *base)
{
	return ((const struct config_backend *)base)->mode == MODE_LONGPOLL;
}

static bool schema_has_retries(const void *base)
{
	return ((const struct config_backend *)base)->mode != MODE_PROXY;
}

static const struct schema_group schema_poll = {
	.what = "poll",
	SCHEMA_KEYS(schema_poll_keys),
	.applies = schema_has_poll,
};

static bool schema_has_queue(const void *base)
{
	const struct config_backend *b = base;

	return b->queue.length > 0;
}

static const struct schema_group schema_queue = {
	.what = "queue",
	SCHEMA_KEYS(schema_queue_keys),
	.applies = schema_has_queue,
};

static bool schema_has_health(const void *base)
{
	const struct config_backend *b = base;

	return b->health.type != HEALTH_PASSIVE;
}

static const struct schema_group schema_health = {
	.what = "health",
	SCHEMA_KEYS(schema_health_keys),
	.applies = schema_has_health,
};
static bool schema_has_http(const void *base)
{
	const struct config_backend *b = base;

	return b->n_servers > 0 && config_server_has_http(b->servers[0].kind);
}

static const struct schema_group schema_keepalive = {
	.what = "keepalive",
	SCHEMA_KEYS(schema_keepalive_keys),
};

static const struct schema_key schema_backend_keys[] = {
	{SCHEMA_KEY("servers", servers, NULL, servers,
	    "The servers, all of one kind: \"tcp://host:port\", \"tls://host:port\" or "
	    "\"unix:/path\" for services that know only bytes, \"ws://host:port/path\" or "
	    "\"wss://host:port/path\" for WebSocket servers (without a path they are asked for "
	    "the client's path and query), \"http://host:port\" or "
	    "\"https://host:port\" for web servers. A host is a name or an address; names are "
	    "looked up while the gateway runs, so that it starts without them. Options may "
	    "follow, with a space in front of each: weight=N (its share, 1), max=N (sessions), "
	    "backup (used while no other server is up)."),
	    .flags = SCHEMA_CHOICE,
	    .example = "[ \"tcp://localhost:5900\" ]"},
	{SCHEMA_KEY("map", entry, NULL, map,
	    "Instead of 'servers': a token file in websockify's format, a line "
	    "\"token: host:port\" for each target, or a directory of such files. A change counts "
	    "for the next session, and touches none that is open. An unknown token is refused "
	    "with 404. When the file cannot be read, its tokens stay as they were; in a directory, "
	    "what cannot be read is left out. All of it has at most 64M."),
	    .example = "\"/etc/framegate/tokens\""},
	{SCHEMA_KEY("key", template, NULL, key,
	    "What is looked up in 'map'."),
	    .flags = SCHEMA_TEMPLATE, .example = "\"${query.token}\""},
	{SCHEMA_KEY("allow_targets", networks, NULL, allow_targets,
	    "Networks that the targets of 'map' must be in, whatever their names resolve to. "
	    "Others are refused with 403. Not set: any that is in the map."),
	    .example = "[ \"10.0.0.0/8\" ]"},
	{SCHEMA_ROW("poll", group, NULL,
	    "The paths for mode \"longpoll\". The client's query is added to a path that has none "
	    "of its own."),
	    .group = &schema_poll},
	{SCHEMA_KEY("mode", word, "proxy", mode,
	    "How web servers are spoken to: \"proxy\" passes requests and answers on, and "
	    "opens a tunnel for a WebSocket that the server accepts. With the others "
	    "clients speak messages to the gateway, and the server gets requests of the "
	    "gateway's own, which name the client as those of a proxy do. \"longpoll\" "
	    "asks for messages at 'path' of 'poll', and posts those of the client to "
	    "'send', each once the one before was answered: text messages are "
	    "\"text/plain; charset=utf-8\", others \"application/octet-stream\", and "
	    "answers are text if their type is \"text/...\". Framegate-Session is the "
	    "session's id; Framegate-Received says how many messages of the server have "
	    "come, so that it can repeat one whose answer was cut; Framegate-Seq counts "
	    "those that are posted. \"ws-over-http\" speaks application/websocket-events, "
	    "as servers behind Pushpin do."),
	    .words = schema_modes, .applies = schema_has_http},
	{SCHEMA_KEY("retry_for", duration, "1m", retry_for,
	    "For the modes \"longpoll\" and \"ws-over-http\": how long a session outlives "
	    "a server that cannot be reached, breaks off, or answers that it is busy. It "
	    "is asked again with growing pauses, or after Retry-After. What it may have "
	    "had all of is never said twice: if that fails, the session ends. \"0\": for "
	    "ever."),
	    .applies = schema_has_retries},
	{SCHEMA_KEY("balance", balance, "roundrobin", balance,
	    "Which server is tried first: \"roundrobin\" each in its turn, \"leastconn\" the one "
	    "with the fewest sessions, \"random\" the better of two drawn at random; with "
	    "\"hash:KEY\" those with the same key meet the same server, where KEY holds "
	    "variables such as ${client.ip} or ${cookie.NAME}. Weights count with all of them."),
	    .words = schema_balances},
	{SCHEMA_KEY("connect_timeout", duration, "3s", connect_timeout,
	    "How long connecting to a server may take. A client waits no longer than that for all "
	    "the servers that are tried for it together; its time in a 'queue' does not count. The "
	    "answer of a WebSocket server to its handshake may take as long again."),
	    .min = 1},
	{SCHEMA_KEY("response_timeout", duration, "60s", response_timeout,
	    "How long a web server may take to begin its answer once it has the request. \"0\": "
	    "for ever. A poll of mode \"longpoll\" may always take for ever."),
	    .applies = schema_has_http},
	{SCHEMA_KEY("body_timeout", duration, "5m", body_timeout,
	    "How long the body of a request to a web server, or of its answer, may stand still. "
	    "\"0\": for ever."),
	    .applies = schema_has_http},
	{SCHEMA_KEY("tries", count, "2", tries,
	    "How many servers are tried, if there are that many, before the client is told that it "
	    "failed. One that does not answer does not hold the others up: of two, the second is "
	    "tried beside the first after half of 'connect_timeout', and who is connected first is "
	    "taken."),
	    .min = 1, .max = 100},
	{SCHEMA_KEY("max_sessions", count, "0", max_sessions,
	    "Sessions that each server takes at the same time, unless it says max=N itself. 0: no "
	    "limit.")},
	{SCHEMA_ROW("queue", group, NULL,
	    "Where sessions beyond 'max_sessions' wait, the first one first. Without this group "
	    "they are refused with 503; so are those that wait when the last server goes down."),
	    .group = &schema_queue},
	{SCHEMA_ROW("health", group, NULL,
	    "How servers are watched. Without this group a server that three sessions in a row "
	    "could not reach gets no more of them, and is asked with growing pauses until it can "
	    "be reached again. One that came back gets its full share after 30 seconds."),
	    .group = &schema_health},
	{SCHEMA_ROW("tls", group, NULL,
	    "How TLS is spoken with servers that begin with \"tls://\", \"wss://\" or "
	    "\"https://\"."),
	    .group = &schema_backend_tls},
	{SCHEMA_KEY("send_proxy", word, NULL, send_proxy,
	    "Begin each connection with a PROXY header, in front of TLS too, that says who the "
	    "client is. \"v2\" also says ALPN, authority, TLS version, the client's certificate "
	    "and the request's id. Health checks are said to be from nobody."),
	    .words = schema_proxies, .example = "\"v2\""},
	{SCHEMA_KEY("preamble", preamble, NULL, preamble,
	    "What each connection is sent first, before the client's bytes. A session whose "
	    "request would put control characters into it is refused with 400."),
	    .flags = SCHEMA_TEMPLATE, .example = "\"USER ${query.user} ${client.ip}\\r\\n\""},
	{SCHEMA_ROW("keepalive", group, NULL,
	    "Idle connections to web servers that are kept for the next request. None are kept "
	    "with 'send_proxy', since each of those is one client's."),
	    .group = &schema_keepalive, .applies = schema_has_http},
	{SCHEMA_KEY("resolve", duration, "30s", resolve,
	    "How long an answer of the name server is used before the name is looked up again. If "
	    "that fails, the old answer stays."),
	    .min = 1000},
};

static const struct schema_key schema_auth_keys[] = {
	{SCHEMA_YET("type", word, NULL, "How clients prove who they are."),
	    .words = schema_auth_types},
	{SCHEMA_YET("file", file, NULL, "For \"basic\": a htpasswd file.")},
	{SCHEMA_YET("key", file, NULL, "For \"jwt\": the key that signs tokens.")},
	{SCHEMA_YET("jwks", file, NULL, "For \"jwt\": a set of keys.")},
	{SCHEMA_YET("algorithms", strings, NULL, "For \"jwt\": those that are accepted.")},
	{SCHEMA_YET("issuer", string, NULL, "For \"jwt\": who must have made the token.")},
	{SCHEMA_YET("audience", string, NULL, "For \"jwt\": who the token must be for.")},
	{SCHEMA_YET("from", strings, NULL, "For \"jwt\": where in the request the token is.")},
	{SCHEMA_YET("at_expiry", word, "close", "For \"jwt\": what happens when a token expires."),
	    .words = schema_expiries},
	{SCHEMA_YET("url", string, NULL, "For \"subrequest\": where to ask.")},
};

const struct schema_group schema_backend = {
	.what = "backend",
	SCHEMA_KEYS(schema_backend_keys),
	SCHEMA_ITEMS(backends, n_backends, struct config_backend),
	.sample = "vnc",
	.finish = settle_backend,
};

/* Items of it are no part of the configuration yet. */
const struct schema_group schema_auth = {
	.what = "auth",
	SCHEMA_KEYS(schema_auth_keys),
	.item_size = 1,
};
