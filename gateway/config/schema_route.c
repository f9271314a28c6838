/* What happens to which request. */
#include "config/config.h"
#include "config/schema.h"
#include "config/settle.h"
#include "config/settle_http.h"
#include "config/type.h"

#define OWNER struct config_route

static const struct schema_word schema_redirects[] = {
    {"301", 301, false}, {"302", 302, false}, {"303", 303, false},
    {"307", 307, false}, {"308", 308, false}, {NULL, 0, false},
};

static const struct schema_word schema_services[] = {
    {"echo", SERVICE_ECHO, false},
    {"health", SERVICE_HEALTH, false},
    {"close", SERVICE_CLOSE, false},
    {"status", 0, true},
    {"metrics", 0, true},
    {NULL, 0, false},
};

static const struct schema_word schema_transports[] = {
    {"websocket", TRANSPORT_WEBSOCKET, false},
    {"sockjs", TRANSPORT_SOCKJS, false},
    {"sse", TRANSPORT_SSE, false},
    {"longpoll", TRANSPORT_LONGPOLL, false},
    {NULL, 0, false},
};

static const struct schema_word schema_framings[] = {
    {"binary", FRAMING_BINARY, false},
    {"text", FRAMING_TEXT, false},
    {"line", FRAMING_LINE, false},
    {"crlf", FRAMING_CRLF, false},
    {"nul", FRAMING_NUL, false},
    {"length8", FRAMING_LENGTH8, false},
    {"length16be", FRAMING_LENGTH16BE, false},
    {"length16le", FRAMING_LENGTH16LE, false},
    {"length32be", FRAMING_LENGTH32BE, false},
    {"length32le", FRAMING_LENGTH32LE, false},
    {"length64be", FRAMING_LENGTH64BE, false},
    {"length64le", FRAMING_LENGTH64LE, false},
    {"netstring", FRAMING_NETSTRING, false},
    {"base64", FRAMING_BASE64, false},
    {NULL, 0, false},
};

static const struct schema_word schema_invalids[] = {
    {"close", INVALID_CLOSE, false},
    {"replace", INVALID_REPLACE, false},
    {NULL, 0, false},
};

static const struct schema_word schema_message_types[] = {
    {"text", MESSAGE_TEXT, false},
    {"binary", MESSAGE_BINARY, false},
    {NULL, 0, false},
};

static const struct schema_word schema_refuses[] = {
    {"http", REFUSE_HTTP, false},
    {"close", REFUSE_CLOSE, false},
    {NULL, 0, false},
};

static const struct schema_word schema_on_reloads[] = {
    {"keep", ON_RELOAD_KEEP, false},
    {"close", ON_RELOAD_CLOSE, false},
    {NULL, 0, false},
};

static const struct schema_key schema_respond_keys[] = {
	{SCHEMA_KEY("status", count, "200", respond_status, "The status of the answer."),
	    .min = 200, .max = 599, .flags = SCHEMA_WITH_ACTION, .action = ACTION_RESPOND},
	{SCHEMA_KEY("type", string, "text/plain; charset=utf-8", respond_type,
	    "Its Content-Type."),
	    .flags = SCHEMA_WITH_ACTION, .action = ACTION_RESPOND},
	{SCHEMA_KEY("body", text, NULL, respond_body, "Its body. Not set: none."),
	    .flags = SCHEMA_WITH_ACTION, .action = ACTION_RESPOND,
	    .example = "\"Back in five minutes.\\n\""},
};

static const struct schema_key schema_deflate_keys[] = {
	{SCHEMA_KEY("enable", flag, "true", deflate.enable,
	    "Whether messages are compressed, where the client offers it.")},
	{SCHEMA_KEY("min_size", size, "256", deflate.min_size,
	    "Shorter messages are sent as they are.")},
	{SCHEMA_KEY("context_takeover", flag, "false", deflate.context_takeover,
	    "Whether messages may refer to those before them. That compresses short messages "
	    "that resemble each other much better, and costs each session about 300 KiB.")},
	{SCHEMA_KEY("level", count, "1", deflate.level,
	    "How hard to try: 1 is the fastest, 9 makes the shortest."),
	    .min = 1, .max = 9},
};

static const struct schema_key schema_route_limits_keys[] = {
	{SCHEMA_KEY("sessions", count, "0", limits.sessions,
	    "Sessions at the same time. Others are refused with 429. 0: no limit.")},
	{SCHEMA_KEY("per_ip", count, "0", limits.per_ip,
	    "Sessions from one address, of IPv6 from one /64. Others are refused with 429. 0: no "
	    "limit.")},
	{SCHEMA_KEY("messages", rate, "0", limits.messages,
	    "Messages from the client of a session. Beyond that it is not read for a while. "
	    "\"0\": no limit.")},
	{SCHEMA_KEY("bytes", rate, "0", limits.bytes,
	    "Bytes from the client of a session. Beyond that it is not read for a while; when "
	    "more than twice the burst comes in one piece the session is closed with 1008. "
	    "\"0\": no limit.")},
};

static const struct schema_key schema_rewrite_keys[] = {
	{SCHEMA_KEY("strip", path_prefix, NULL, rewrite.strip,
	    "What is cut off the front of the path, where a segment ends: \"/app\" makes /x of "
	    "/app/x, / of /app, and leaves /apple alone."),
	    .example = "\"/app\""},
	{SCHEMA_KEY("path", template, NULL, rewrite.path,
	    "The path that the backend sees, instead of the one that was asked for. The query is "
	    "kept unless a '?' stands in it. Values are percent-encoded; a request that would put "
	    "\"..\" into the path by one is refused with 400."),
	    .flags = SCHEMA_TEMPLATE, .example = "\"/users/${path.id}\""},
	{SCHEMA_KEY("host", template, NULL, rewrite.host,
	    "The Host that the backend sees, instead of the one that was asked for."),
	    .flags = SCHEMA_TEMPLATE, .example = "\"app.internal\""},
	{SCHEMA_KEY("set_headers", fields, NULL, rewrite.set_headers,
	    "Headers of the request that the backend sees, in place of what the client sent under "
	    "these names."),
	    .flags = SCHEMA_TEMPLATE,
	    .example = "{ X-Client = \"${client.ip}\"; }"},
	{SCHEMA_KEY("remove_headers", removed, NULL, rewrite.remove_headers,
	    "Headers of the request that the backend does not see, nor their twins with \"_\" for "
	    "\"-\", which many servers cannot tell from them."),
	    .example = "[ \"X-Debug\" ]"},
	{SCHEMA_KEY("set_response_headers", answer_fields, NULL, rewrite.set_response_headers,
	    "Headers of every answer of this route, whoever makes it, in place of those of the "
	    "same names; also of the answers that refuse, and of accepted WebSockets. What "
	    "'defaults' says is in answers to requests that no route takes, too. The example "
	    "tells browsers to come by TLS only (HSTS), for a year."),
	    .example = "{ Strict-Transport-Security = \"max-age=31536000\"; }"},
	{SCHEMA_KEY("remove_response_headers", answer_removed, NULL,
	    rewrite.remove_response_headers,
	    "Headers that are taken out of every answer of this route."),
	    .example = "[ \"X-Powered-By\" ]"},
};

static const struct schema_key schema_cors_keys[] = {
	{SCHEMA_KEY("origins", origins, NULL, cors.origins,
	    "Origins whose pages may read answers: \"https://*.example.com\", \"same\", \"null\" "
	    "(local files and sandboxed frames of anyone), or \"*\" for all."),
	    .flags = SCHEMA_REQUIRED, .example = "[ \"https://app.example.com\" ]"},
	{SCHEMA_KEY("methods", cors_methods, NULL, cors.methods,
	    "Methods that they may use. Not set: GET, HEAD and POST, for which browsers do not "
	    "ask."),
	    .example = "[ \"GET\", \"PUT\", \"DELETE\" ]"},
	{SCHEMA_KEY("headers", asked, NULL, cors.headers,
	    "Headers that they may send, besides those for which browsers do not ask. \"*\": any."),
	    .example = "[ \"Content-Type\", \"X-Requested-With\" ]"},
	{SCHEMA_KEY("expose", asked, NULL, cors.expose,
	    "Headers of answers that they may read, besides Cache-Control, Content-Language, "
	    "Content-Length, Content-Type, Expires, Last-Modified and Pragma. \"*\": all, but "
	    "not with 'credentials'."),
	    .example = "[ \"ETag\", \"Location\" ]"},
	{SCHEMA_KEY("credentials", flag, "false", cors.credentials,
	    "Whether cookies, client certificates and passwords may come with it. Then \"*\" is "
	    "not allowed in 'origins': any page could act for its visitor.")},
	{SCHEMA_KEY("max_age", duration, "0", cors.max_age,
	    "How long browsers may remember what they were told before a request. \"0\": as long "
	    "as they do by themselves, which is 5 seconds."),
	    .max = 24 * 60 * 60 * 1000},
};

static const struct schema_key schema_sockjs_keys[] = {
	{SCHEMA_KEY("heartbeat", duration, "25s", sockjs.heartbeat,
	    "How long nothing may be said to a client before it gets a heartbeat, which keeps "
	    "what is in between from closing the connection, and ends a poll."),
	    .min = 1000, .max = 60 * 60 * 1000},
	{SCHEMA_KEY("disconnect", duration, "5s", sockjs.disconnect,
	    "How long a session lasts without a request that waits for its messages, and how long "
	    "the end of a session is told to who asks."),
	    .min = 1000, .max = 24 * 60 * 60 * 1000},
	{SCHEMA_KEY("response_limit", size, "128K", sockjs.response_limit,
	    "After so many bytes a streaming answer ends and the client asks anew, since browsers "
	    "keep all of an answer in memory."),
	    .min = 1024, .max = 1024 * 1024 * 1024},
	{SCHEMA_KEY("cookie_needed", flag, "false", sockjs.cookie_needed,
	    "Whether answers set the cookie JSESSIONID, by which some balancers in front send all "
	    "requests of a client to the same place. Between the workers of one gateway it is not "
	    "needed.")},
	{SCHEMA_KEY("client_url", string,
	    "https://cdn.jsdelivr.net/npm/sockjs-client@1.6.1/dist/sockjs.min.js",
	    sockjs.client_url,
	    "Where the iframe that some old browsers need loads the client from: an URL, or a path "
	    "on this host. The script acts as a page of this host, so better serve a copy of your "
	    "own.")},
	{SCHEMA_KEY("websocket", flag, "true", sockjs.websocket,
	    "Whether clients are told that they may use WebSocket, and may.")},
};

static const struct schema_key schema_session_keys[] = {
	{SCHEMA_KEY("resume", duration, "30s", session.resume,
	    "How long a session lasts without a request that waits for its messages. So long its "
	    "client may be away, and so long the end of a session is told to who asks."),
	    .min = 1000, .max = 24 * 60 * 60 * 1000},
	{SCHEMA_KEY("replay", size, "256K", session.replay,
	    "What a session keeps of its messages until the client has said that they arrived, "
	    "which it does with 'after' in the next poll and with 'ack'. When more than that "
	    "waits the backend is stopped. With \"sse\", for a client that says nothing, the "
	    "oldest that were sent are dropped, and a client that comes back too late gets 410."),
	    .min = 1024, .max = 1024 * 1024 * 1024},
	{SCHEMA_KEY("poll", duration, "25s", session.poll,
	    "How long a poll waits for a message. Then it is answered with 204."),
	    .min = 1000, .max = 60 * 60 * 1000},
	{SCHEMA_KEY("max_per_ip", count, "0", session.max_per_ip,
	    "Sessions of these kinds and of SockJS from one address, of IPv6 from one /64, with "
	    "those that wait for their client. Others are refused with 429. 0: no limit.")},
};

static const struct schema_group schema_respond = {.what = "respond",
    SCHEMA_KEYS(schema_respond_keys)};
static const struct schema_group schema_deflate = {.what = "deflate",
    SCHEMA_KEYS(schema_deflate_keys)};
static const struct schema_group schema_route_limits = {
	.what = "limits",
	SCHEMA_KEYS(schema_route_limits_keys),
};
static const struct schema_group schema_rewrite = {.what = "rewrite",
    SCHEMA_KEYS(schema_rewrite_keys)};

static bool schema_has_cors(const void *base)
{
	const struct config_route *route = base;

	return route->cors.origins.n > 0;
}

static const struct schema_group schema_cors = {
	.what = "cors",
	SCHEMA_KEYS(schema_cors_keys),
	.applies = schema_has_cors,
	.finish = settle_cors_group,
};
static bool schema_has_sockjs(const void *base)
{
	return config_route_has(base, 1u << TRANSPORT_SOCKJS);
}

static const struct schema_group schema_sockjs = {
	.what = "sockjs",
	SCHEMA_KEYS(schema_sockjs_keys),
	.applies = schema_has_sockjs,
	.finish = settle_sockjs_group,
};

static bool schema_has_sessions(const void *base)
{
	return config_route_has(base, CONFIG_FALLBACK);
}

static const struct schema_group schema_session = {
	.what = "session",
	SCHEMA_KEYS(schema_session_keys),
	.applies = schema_has_sessions,
};

/* Of a route's backend: its servers' kind; a map's are SERVER_TCP, as is who is none. */
static enum config_server_kind schema_servers(const void *base)
{
	const struct config_backend *b = ((const struct config_route *)base)->backend;

	return b && b->n_servers > 0 ? b->servers[0].kind : SERVER_TCP;
}

/* Nobody looks into the messages of a web server. */
static bool schema_has_messages(const void *base)
{
	const struct config_backend *b = ((const struct config_route *)base)->backend;

	return b == NULL || !config_backend_is_proxied(b);
}

/* Who knows messages gets them as they are. */
static bool schema_has_framing(const void *base)
{
	return !config_server_has_http(schema_servers(base)) &&
	    !config_server_has_ws(schema_servers(base));
}

static const struct schema_key schema_route_keys[] = {
	/* match */
	{SCHEMA_KEY("host", hosts, NULL, host,
	    "The host that is asked for, without its port: exactly, or \"*.example.com\" for all "
	    "names below example.com. Not set: any."),
	    .example = "[ \"example.com\", \"*.example.com\" ]"},
	{SCHEMA_KEY("path", path_match, NULL, path_kind,
	    "The path, in normal form: \"/x\" takes /x and all below it, but not /xy; \"=/x\" "
	    "takes /x only; \"~^/x/(?<id>[0-9]+)$\" is a regular expression (PCRE2), whose named "
	    "captures templates can use. Not set: any."),
	    .flags = SCHEMA_SAMPLE, .example = "\"/\""},
	{SCHEMA_KEY("method", methods, NULL, method,
	    "The method. A WebSocket begins with GET. Not set: any."),
	    .example = "[ \"GET\", \"HEAD\" ]"},
	{SCHEMA_KEY("header", pairs, NULL, header,
	    "Headers that must have exactly these values."),
	    .example = "{ X-Stage = \"beta\"; }"},
	{SCHEMA_KEY("query", pairs, NULL, query,
	    "Parameters of the query that must have exactly these values."),
	    .example = "{ version = \"2\"; }"},
	{SCHEMA_KEY("source", networks, NULL, source,
	    "Networks that the client's address must be in."),
	    .example = "[ \"10.0.0.0/8\", \"fd00::/8\" ]"},

	/* action */
	{SCHEMA_KEY("backend", reference, NULL, backend,
	    "Connect the client to a server of this backend."),
	    .group = &schema_backend, .flags = SCHEMA_ACTION, .action = ACTION_BACKEND,
	    .example = "\"vnc\""},
	{SCHEMA_KEY("static", directory, NULL, static_dir,
	    "Serve files from this directory: what follows the route's path prefix is looked up "
	    "in it. Where \"app.js.br\" or \"app.js.gz\" lies beside app.js and is not older, "
	    "clients get it instead if they accept it; not of types that are compressed by "
	    "themselves, such as images and archives. Nothing outside is served, and nothing "
	    "hidden but .well-known."),
	    .flags = SCHEMA_ACTION, .action = ACTION_STATIC,
	    .example = "\"/usr/share/novnc\""},
	{SCHEMA_KEY("index", string, "index.html", index,
	    "With 'static': the file that stands for a directory."),
	    .flags = SCHEMA_WITH_ACTION, .action = ACTION_STATIC},
	{SCHEMA_KEY("redirect", template, NULL, redirect,
	    "Answer with this as the new location. Variables such as ${host} stand for parts of "
	    "the request; a value that would lead to another host than is written here is "
	    "refused with 400."),
	    .flags = SCHEMA_ACTION | SCHEMA_TEMPLATE, .action = ACTION_REDIRECT,
	    .example = "\"https://${host}${path}\""},
	{SCHEMA_KEY("status", code, "308", redirect_status,
	    "With 'redirect': the status of the answer."),
	    .words = schema_redirects, .flags = SCHEMA_WITH_ACTION, .action = ACTION_REDIRECT},
	{SCHEMA_ROW("respond", group, NULL, "Answer with a fixed text."),
	    .group = &schema_respond, .flags = SCHEMA_ACTION, .action = ACTION_RESPOND},
	{SCHEMA_KEY("service", word, NULL, service,
	    "What the gateway does itself: \"echo\" returns each message as it came, \"close\" "
	    "ends each session at once, with 3000, which tests of clients want, and \"health\" "
	    "answers requests with 200 while the gateway serves."),
	    .words = schema_services, .flags = SCHEMA_ACTION | SCHEMA_SAMPLE,
	    .action = ACTION_SERVICE, .example = "\"echo\""},

	/* sessions */
	{SCHEMA_KEY("transports", words, "websocket", transports,
	    "What clients may use to exchange messages: \"websocket\", and, for those that "
	    "cannot, plain requests of HTTP below the route's 'path': \"sse\" (server-sent "
	    "events) and \"longpoll\", or \"sockjs\", which is all of SockJS. The 'path' is a "
	    "prefix then."),
	    .words = schema_transports},
	{SCHEMA_KEY("framing", word, "binary", framing,
	    "How messages become bytes for the backend, and bytes messages. With \"binary\" and "
	    "\"text\" the backend sees one stream of bytes; what it sends becomes binary messages "
	    "as it comes, or text messages, which never cut a character. \"base64\" is \"binary\" "
	    "in base64, for clients that know only text. With the others each message is whole: "
	    "a line that ends in LF, CRLF or NUL, bytes after a length of 8 to 64 bits (big or "
	    "little endian), or a netstring. WebSocket servers get messages as they are."),
	    .words = schema_framings,
	    .applies = schema_has_framing},
	{SCHEMA_KEY("subprotocols", subprotocols, "", subprotocols,
	    "Subprotocols that are spoken, the preferred one first. A client that offers some, "
	    "but none of these, is refused with 400, unless \"\" is in the list. Empty: none is "
	    "chosen, whatever is offered. A WebSocket server chooses itself: of what the client "
	    "offers it is offered what is in this list, or, if that is empty, all."),
	    .example = "[ \"binary\", \"\" ]",
	    .applies = schema_has_messages},
	{SCHEMA_KEY("subprotocol_framing", subprotocol_framings, NULL, subprotocol_framing,
	    "The framing of sessions that speak a subprotocol, where it is another than 'framing'. "
	    "The subprotocol must stand in 'subprotocols'."),
	    .words = schema_framings,
	    .example = "[ \"binary=binary\", \"base64=base64\" ]",
	    .applies = schema_has_framing},
	{SCHEMA_KEY("invalid", word, "close", invalid,
	    "Where text is sent (the framing \"text\", lines, or by 'message_type'): what happens "
	    "to bytes of the backend that are no UTF-8. "
	    "\"replace\" puts U+FFFD in their place, \"close\" ends the session with 1007."),
	    .words = schema_invalids,
	    .applies = schema_has_framing},
	{SCHEMA_KEY("origins", origins, "same", origins,
	    "Pages that may connect, by their origin: \"https://www.example.com\", "
	    "\"https://*.example.com\", \"same\" (the host that the request is for), \"null\" "
	    "or \"*\" (any). Others get 403. Clients that are no browsers send no origin, and "
	    "pass."),
	    .example = "[ \"same\", \"https://*.example.com\" ]"},
	{SCHEMA_KEY("max_message", size, "1M", max_message,
	    "The longest message, from either side. Longer ones end the session with 1009. It does "
	    "not apply to the framings \"binary\" and \"text\" before a backend, since those pass "
	    "on what comes as it comes; with \"base64\" it is for what clients send. \"0\": no "
	    "limit, which the other framings do not take."),
	    .applies = schema_has_messages},
	{SCHEMA_KEY("message_type", word, NULL, message_type,
	    "How messages of the backend are sent, where the framing has messages. Not set: lines "
	    "as text, the others as binary. From clients either is taken."),
	    .words = schema_message_types, .example = "\"text\"",
	    .applies = schema_has_framing},
	{SCHEMA_KEY("ping", duration, "25s", ping,
	    "How long a session is silent before the client is sent a ping, and a WebSocket "
	    "server, too. On a stream of events it is a comment. \"0\": none is sent."),
	    .applies = schema_has_messages},
	{SCHEMA_KEY("ping_timeout", duration, "20s", ping_timeout,
	    "How long the answer to a ping may take before the session is closed with 1011."),
	    .applies = schema_has_messages},
	{SCHEMA_KEY("idle", duration, "0", idle,
	    "How long a session may last without a message before it is closed with 1001. "
	    "\"0\": for ever.")},
	{SCHEMA_KEY("max_lifetime", duration, "0", max_lifetime,
	    "How long a session may last at all before it is closed with 1012. \"0\": for ever.")},
	{SCHEMA_KEY("buffer", size, "64K", buffer,
	    "What may wait for a slow receiver, in each direction, before the sender is stopped."),
	    .min = 1024, .max = 1024 * 1024 * 1024},
	{SCHEMA_ROW("deflate", group, NULL,
	    "Compression of messages (permessage-deflate, RFC 7692), with clients that offer it, "
	    "and with WebSocket servers that take our offer, whatever the other side does."),
	    .group = &schema_deflate, .applies = schema_has_messages},
	{SCHEMA_KEY("refuse", word, "http", refuse,
	    "How a client is refused: with an HTTP status, or, since scripts in browsers cannot "
	    "see that, by completing the handshake and closing with a code and the reason. What "
	    "'defaults' says holds for handshakes that no route takes, too. What a WebSocket "
	    "server answers instead of accepting, a redirection or an error, is the client's "
	    "answer with \"http\"; with \"close\" its status becomes the code: 4401, 4403, "
	    "4404, 4429, 1013 (503), 1014 (others from 500 on) or 4400."),
	    .words = schema_refuses,
	    .applies = schema_has_messages},
	{SCHEMA_YET("auth", reference, NULL, "Who may use this route."), .group = &schema_auth},
	{SCHEMA_KEY("allow", networks, NULL, allow,
	    "Networks whose clients may use this route. Others get 403."),
	    .example = "[ \"192.0.2.0/24\" ]"},
	{SCHEMA_KEY("deny", networks, NULL, deny,
	    "Networks whose clients may not, even if 'allow' has them."),
	    .example = "[ \"192.0.2.66\" ]"},
	{SCHEMA_ROW("limits", group, NULL, "What sessions of this route may use."),
	    .group = &schema_route_limits},
	{SCHEMA_KEY("on_reload", word, "keep", on_reload,
	    "Whether sessions end, with 1012, when a reload changes or removes their route or its "
	    "backend."),
	    .words = schema_on_reloads, .applies = schema_has_messages},
	{SCHEMA_ROW("rewrite", group, NULL,
	    "What is changed on the way: of requests to web and WebSocket servers, and of all "
	    "answers."),
	    .group = &schema_rewrite},
	{SCHEMA_ROW("cors", group, NULL,
	    "What pages of other origins may do with this route by HTTP. Browsers' questions "
	    "about it (preflights) are answered here, and what the backend says about it is "
	    "replaced. Whose WebSockets are accepted says 'origins'."),
	    .group = &schema_cors},
	{SCHEMA_ROW("sockjs", group, NULL,
	    "For the transport \"sockjs\". Below the route's path it is all that clients of "
	    "SockJS 0.3 ask for; servers behind are asked for the route's path itself. Text "
	    "messages travel as text, others as base64 strings; what clients send is text."),
	    .group = &schema_sockjs},
	{SCHEMA_ROW("session", group, NULL,
	    "Sessions of the transports \"sse\" and \"longpoll\"."),
	    .group = &schema_session, .applies = schema_has_messages},
};

const struct schema_group schema_route = {
	.what = "route",
	SCHEMA_KEYS(schema_route_keys),
	SCHEMA_ITEMS(routes, n_routes, struct config_route),
	.sample = "echo",
	.start = settle_route_start,
	.finish = settle_route,
};
