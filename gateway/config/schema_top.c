/* The top level, and the groups in it that hold no items. */
#include "config/config.h"
#include "config/schema.h"
#include "config/type.h"

#define OWNER struct config

static const struct schema_word schema_levels[] = {
    {"error", LOG_LEVEL_ERROR, false},
    {"warn", LOG_LEVEL_WARN, false},
    {"info", LOG_LEVEL_INFO, false},
    {"debug", LOG_LEVEL_DEBUG, false},
    {NULL, 0, false},
};

static const struct schema_word schema_formats[] = {
    {"text", LOG_FORMAT_TEXT, false},
    {"json", LOG_FORMAT_JSON, false},
    {NULL, 0, false},
};

static const struct schema_word schema_log_to[] = {
    {"stderr", 0, false},
    {"syslog", 0, false},
    {"journal", 0, false},
    {NULL, 0, false},
};

static const struct schema_word schema_access_to[] = {
    {"stdout", 0, false},
    {"stderr", 0, false},
    {"syslog", 0, false},
    {"journal", 0, false},
    {NULL, 0, false},
};

static const struct schema_word schema_access_formats[] = {
    {"json", 0, false},
    {"combined", 0, false},
    {NULL, 0, false},
};

static const struct schema_word schema_apply[] = {
    {"new", APPLY_NEW, false},
    {"now", APPLY_NOW, true},
    {NULL, 0, false},
};

static const struct schema_key schema_log_keys[] = {
	{SCHEMA_KEY("level", word, "info", log.level,
	    "Lines of this level and of those before it in the list are written."),
	    .words = schema_levels},
	{SCHEMA_KEY("to", sink, "stderr", log.to,
	    "Where lines go. A path contains a '/'; SIGUSR1 opens such a file anew."),
	    .words = schema_log_to, .example = "\"/var/log/framegate/error.log\""},
	{SCHEMA_KEY("format", word, "text", log.format,
	    "How lines look: for people, or one JSON object each."),
	    .words = schema_formats},
};

static const struct schema_key schema_access_log_keys[] = {
	{SCHEMA_KEY("to", sink, NULL, access_to,
	    "Where records go. A path contains a '/'; SIGUSR1 opens such a file anew."),
	    .words = schema_access_to, .flags = SCHEMA_REQUIRED,
	    .example = "\"/var/log/framegate/access.log\""},
	{SCHEMA_KEY("format", word_text, "json", access_format,
	    "How records look: one JSON object each, or the combined format of web servers."),
	    .words = schema_access_formats, .flags = SCHEMA_TEMPLATE},
};

static const struct schema_key schema_limits_keys[] = {
	{SCHEMA_KEY("connections", count, "0", limits.connections,
	    "Client connections open at the same time. Others are refused with 503. 0: no limit.")},
	{SCHEMA_KEY("per_ip", count, "0", limits.per_ip,
	    "Connections open at the same time from one address, of IPv6 from one /64. Behind a "
	    "proxy in 'trust' the sessions and requests of each client that it names count "
	    "instead. Others are refused with 429. 0: no limit.")},
	{SCHEMA_KEY("handshakes", rate, "0", limits.handshakes,
	    "TLS and WebSocket handshakes, all clients together. A TLS handshake beyond that is "
	    "not answered, a WebSocket handshake with 429. \"0\": no limit.")},
	{SCHEMA_KEY("memory", size, "0", limits.memory,
	    "When requests and data that wait, 16K for each connection and 32K for each one over "
	    "TLS, to clients and servers (160K in its handshake), come to more than this, new "
	    "connections are refused with 503. \"0\": no limit.")},
	{SCHEMA_KEY("head", size, "16K", limits.head,
	    "The head of a request: its first line and its headers. Longer ones get 431."),
	    .min = 1024, .max = 64 * 1024},
	{SCHEMA_KEY("headers", count, "100", limits.headers,
	    "Header lines of a request. More of them get 431."),
	    .min = 1, .max = CONFIG_HEADERS_MAX},
	{SCHEMA_KEY("streams", count, "100", limits.streams,
	    "Requests and sessions that an HTTP/2 connection may have open at the same time; more "
	    "are refused by its own means."),
	    .min = 1, .max = 10000},
	{SCHEMA_KEY("head_timeout", duration, "10s", limits.head_timeout,
	    "How long the head of a request may take to arrive. After that: 408. "
	    "\"0\": for ever.")},
	{SCHEMA_KEY("keepalive", duration, "75s", limits.keepalive,
	    "How long a connection is kept without a request, and an answer of which its client "
	    "takes nothing. \"0\": for ever.")},
	{SCHEMA_KEY("apply", word, "new", limits.apply,
	    "Whether new limits are for what is new, or hold for what is open as well: with "
	    "\"now\" a reload counts the connections and sessions that are open by 'connections' "
	    "and 'per_ip', here and in the limits of routes, and closes those that are too many, "
	    "the youngest first; the rates of routes hold for open sessions from then on. "
	    "\"now\" is not supported yet."),
	    .words = schema_apply},
};

static bool schema_has_socket(const void *base)
{
	return ((const struct config *)base)->admin_socket != NULL;
}

static const struct schema_key schema_admin_keys[] = {
	{SCHEMA_KEY("socket", path, NULL, admin_socket,
	    "The control socket, a path, for the commands status, sessions, close, reload and "
	    "stop. Whoever may write to it may use them all; they speak HTTP, as the address of "
	    "'http' does."),
	    .example = "\"/run/framegate/admin.sock\""},
	{SCHEMA_KEY("mode", mode, "0660", admin_mode, "The mode of the control socket."),
	    .applies = schema_has_socket},
	{SCHEMA_KEY("http", address, NULL, admin_http,
	    "An address for the status page at /, its data at /status.json, metrics for Prometheus "
	    "at /metrics (see framegate-metrics(7)), and health checks at /health/live and "
	    "/health/ready. It has a thread of its own, and asks nobody who they are: let it be an "
	    "address that only admins and their programs reach. At an address of the loopback, "
	    "requests for other names than localhost and addresses are refused, so that no page "
	    "in an admin's browser can get there by a name of its own."),
	    .example = "\"127.0.0.1:9901\""},
};

static bool schema_has_access_log(const void *base)
{
	return ((const struct config *)base)->access_to != NULL;
}

static bool schema_has_admin(const void *base)
{
	return ((const struct config *)base)->admin_http.n_bind > 0 || schema_has_socket(base);
}

static const struct schema_group schema_log = {
	.what = "log",
	SCHEMA_KEYS(schema_log_keys),
};

static const struct schema_group schema_access_log = {
	.what = "access_log",
	SCHEMA_KEYS(schema_access_log_keys),
	.applies = schema_has_access_log,
};

static const struct schema_group schema_limits = {
	.what = "limits",
	SCHEMA_KEYS(schema_limits_keys),
};

static const struct schema_group schema_admin = {
	.what = "admin",
	SCHEMA_KEYS(schema_admin_keys),
	.applies = schema_has_admin,
};

static const struct schema_key schema_top_keys[] = {
	{SCHEMA_KEY("user", string, NULL, user,
	    "When started as root: the user to become after ports are bound and keys are read."),
	    .flags = SCHEMA_FIXED, .example = "\"framegate\""},
	{SCHEMA_KEY("group", string, NULL, group,
	    "When started as root: the group to become. Not set: the user's own."),
	    .flags = SCHEMA_FIXED, .example = "\"framegate\""},
	{SCHEMA_KEY("sandbox", flag, "true", sandbox,
	    "After the start the program keeps what it needs and no more: it executes nothing, "
	    "gains no privileges, of capabilities has ports below 1024 (root's, without "
	    "\"user\", also files of others), makes system calls that it has a use for "
	    "(others fail, and are on the log), writes and removes files only where its logs, "
	    "its sockets and its pid_file are (Landlock, where the kernel has it), and leaves "
	    "no core behind, since keys are in memory. A reload may read files anywhere; logs "
	    "and unix sockets in other directories need SIGUSR2, which starts a new program. "
	    "\"false\" is for looking into the program with a debugger."),
	    .flags = SCHEMA_FIXED},
	{SCHEMA_KEY("workers", count, "0", workers,
	    "Threads that move the data. 0: one for each processor."),
	    .max = 1024, .flags = SCHEMA_FIXED},
	{SCHEMA_ROW("include", include, NULL,
	    "More files, as paths or patterns, relative to the file that says it. What a pattern "
	    "matches is read in sorted order; that it matches nothing is no mistake. Each file is "
	    "read by itself, and its groups are joined to those of the same name: a file may add "
	    "routes or backends, but cannot say again what another one said. Routes of an "
	    "included file stand where the include stands."),
	    .example = "[ \"conf.d/*.conf\" ]"},
	{SCHEMA_KEY("pid_file", path, NULL, pid_file,
	    "A file to write the process id to."),
	    .flags = SCHEMA_FIXED, .example = "\"/run/framegate/framegate.pid\""},
	{SCHEMA_KEY("drain", drain, "keep", drain,
	    "What a reload does to the sessions that are open: \"keep\" lets each go on by the "
	    "configuration that it began with, for as long as it lives; with a duration they are "
	    "closed with 1012, spread evenly over it.")},
	{SCHEMA_KEY("stop_timeout", duration, "30s", stop_timeout,
	    "On SIGTERM and SIGINT, open sessions are closed with 1001, spread over this time; "
	    "then the program ends. A second signal ends it at once.")},
	{SCHEMA_KEY("upgrade_timeout", duration, "1m", upgrade_timeout,
	    "On SIGUSR2, a new program that is not ready to take over by then is ended, and this "
	    "one goes on as if it had not been asked."),
	    .min = 1},
	{SCHEMA_ROW("log", group, NULL,
	    "The error log: what went wrong, one line for each failure."),
	    .group = &schema_log},
	{SCHEMA_ROW("access_log", group, NULL,
	    "The access log: one record for each request and each session, at its end. Without "
	    "this group there is none."),
	    .group = &schema_access_log},
	{SCHEMA_ROW("admin", group, NULL,
	    "The control socket and the status pages."),
	    .group = &schema_admin},
	{SCHEMA_ROW("limits", group, NULL,
	    "What clients may use, all of them together."),
	    .group = &schema_limits},
	{SCHEMA_ROW("defaults", defaults, NULL,
	    "Keys of routes, for all routes: a route that does not say such a key itself has it "
	    "from here. An action given here is for routes that have none."),
	    .group = &schema_route, .example = "{ origins = [ \"same\" ]; ping = \"1m\"; }"},
	{SCHEMA_ROW("listeners", collection, NULL,
	    "Where clients connect."),
	    .group = &schema_listener},
	{SCHEMA_ROW("tls", collection, NULL,
	    "How listeners speak TLS: profiles, which listeners name."),
	    .group = &schema_tls},
	{SCHEMA_ROW("backends", collection, NULL,
	    "The servers behind the gateway, which routes name."),
	    .group = &schema_backend},
	{SCHEMA_YET("auth", collection, NULL,
	    "Who may use a route."),
	    .group = &schema_auth},
	{SCHEMA_ROW("routes", collection, NULL,
	    "What happens to which request. The first route in the order of the file that matches "
	    "a request takes it."),
	    .group = &schema_route},
};

const struct schema_group schema_top = {
	.what = "the top level",
	SCHEMA_KEYS(schema_top_keys),
};
