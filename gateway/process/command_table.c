#include "process/check_config.h"
#include "process/command.h"
#include "process/control.h"
#include "process/demo.h"
#include "process/explain_request.h"
#include "process/help.h"
#include "process/one_liner.h"
#include "process/run_config.h"
#include "process/show_config.h"
#include "process/version.h"
#include "process/websockify.h"

const struct command_option option_table[OPTION_COUNT] = {
	[OPTION_AGAINST] = {
		.name = "against", .value = "FILE",
		.text = "With --diff: the configuration to compare with.",
	},
	[OPTION_BACKEND] = {
		.name = "backend", .value = "NAME",
		.text = "Only sessions with this backend.",
	},
	[OPTION_CERT] = {
		.name = "cert", .value = "PEM",
		.text = "Speak TLS with this certificate, its chain behind it in the same file.",
	},
	[OPTION_CLIENT] = {
		.name = "client", .value = "ADDRESS",
		.text = "Only sessions of clients at this address.",
	},
	[OPTION_CODE] = {
		.name = "code", .value = "CODE",
		.text = "The close code that the client is told, 1000 to 4999; 1001 when it is not "
		    "given.",
	},
	[OPTION_CONFIG] = {
		.name = "config", .letter = 'c', .value = "FILE",
		.text = "The configuration; /etc/framegate/framegate.conf when it is not given.",
	},
	[OPTION_DIFF] = {
		.name = "diff",
		.text = "Say what a reload would change, and what becomes of the sessions that are "
		    "open.",
	},
	[OPTION_FRAMING] = {
		.name = "framing", .value = "FRAMING",
		.text = "How messages become bytes: binary (the default), text, line and so on, as "
		    "in framegate.conf(5).",
	},
	[OPTION_HEADER] = {
		.name = "header", .letter = 'H', .value = "'NAME: VALUE'", .many = true,
		.text = "A header field of the request. May be given several times.",
	},
	[OPTION_HEARTBEAT] = {
		.name = "heartbeat", .value = "SECONDS",
		.text = "Ping clients that have been silent for so long; 25 when it is not given, "
		    "0 for never.",
	},
	[OPTION_HELP] = {
		.name = "help", .letter = 'h',
		.text = "Show how a command is used.",
	},
	[OPTION_JSON] = {
		.name = "json",
		.text = "Write JSON, for programs.",
	},
	[OPTION_KEY] = {
		.name = "key", .value = "PEM",
		.text = "The private key, when it is not in the certificate's file.",
	},
	[OPTION_METHOD] = {
		.name = "method", .letter = 'X', .value = "METHOD",
		.text = "The request's method; GET when it is not given.",
	},
	[OPTION_REASON] = {
		.name = "reason", .value = "TEXT",
		.text = "The reason that the client is told.",
	},
	[OPTION_ROUTE] = {
		.name = "route", .value = "NAME",
		.text = "Only sessions of this route.",
	},
	[OPTION_SOCKET] = {
		.name = "socket", .letter = 's', .value = "PATH",
		.text = "The control socket of the framegate that is meant; "
		    "/run/framegate/admin.sock when it is not given.",
	},
	[OPTION_SSL_ONLY] = {
		.name = "ssl-only",
		.text = "What --cert means anyhow; understood for the sake of websockify's users.",
	},
	[OPTION_SSL_TARGET] = {
		.name = "ssl-target",
		.text = "Speak TLS to TARGET, as tls:// in front of it does.",
	},
	[OPTION_TOKEN_PLUGIN] = {
		.name = "token-plugin", .value = "TokenFile",
		.text = "Let each request choose its target, by a token in its query: ?token=NAME. "
		    "TARGET is left out then.",
	},
	[OPTION_TOKEN_SOURCE] = {
		.name = "token-source", .value = "PATH",
		.text = "The file of the tokens, a line \"token: host:port\" for each, or a "
		    "directory of such files.",
	},
	[OPTION_TRANSPORT] = {
		.name = "transport", .value = "TRANSPORT",
		.text = "Only sessions by this transport: websocket, sse, longpoll, "
		    "sockjs/xhr_streaming and so on.",
	},
	[OPTION_TRANSPORTS] = {
		.name = "transports", .value = "LIST",
		.text = "What clients may use, separated by commas; websocket when it is not "
		    "given.",
	},
	[OPTION_UNDO] = {
		.name = "undo",
		.text = "Let them have new sessions again.",
	},
	[OPTION_UNIX_TARGET] = {
		.name = "unix-target", .value = "PATH",
		.text = "The unix socket to go to, instead of a TARGET.",
	},
	[OPTION_WEB] = {
		.name = "web", .value = "DIR",
		.text = "Serve the files of this directory to whoever does not ask for a "
		    "WebSocket.",
	},
};

const struct command command_table[] = {
	{
		.name = "run", .implied = true, .options = OPTION(CONFIG), .run = run_config_run,
		.brief = "run in the foreground, by a configuration file",
		.text = "SIGTERM or SIGINT stop it gracefully, a second one at once; SIGHUP has it "
		    "read its configuration again, which is for what is new and cuts no session; "
		    "SIGUSR1 opens the log files anew.",
	},
	{
		.operands = {"LISTEN", "[TARGET]"}, .run = one_liner_run,
		.options = OPTION(WEB) | OPTION(CERT) | OPTION(KEY) | OPTION(FRAMING) |
		    OPTION(TRANSPORTS) | OPTION(HEARTBEAT) | OPTION(SSL_ONLY) | OPTION(SSL_TARGET) |
		    OPTION(TOKEN_PLUGIN) | OPTION(TOKEN_SOURCE) | OPTION(UNIX_TARGET),
		.brief = "run without a file: every WebSocket that comes in at LISTEN goes to "
		    "TARGET",
		.text = "LISTEN is a port on all interfaces, an address and a port, or "
		    "unix:/path. TARGET is host:port, tls://host:port or unix:/path. Pages from "
		    "any origin may connect.",
	},
	{
		.name = "check", .run = check_config_run,
		.options = OPTION(CONFIG) | OPTION(DIFF) | OPTION(AGAINST),
		.brief = "say every mistake in the configuration",
		.text = "Certificates and keys are read; names that do not resolve are warned "
		    "about. Nothing is bound.",
	},
	{
		.name = "explain", .operands = {"URL"}, .run = explain_request_run,
		.options = OPTION(CONFIG) | OPTION(METHOD) | OPTION(HEADER),
		.brief = "say which route takes a request, why, and what happens to it",
	},
	{
		.name = "config", .operands = {"defaults|dump"}, .options = OPTION(CONFIG),
		.run = show_config_run,
		.brief = "write out every key with its default, or the configuration in effect",
	},
	{
		.name = "import", .operands = {"websockify"}, .rest = "ARGS", .run = websockify_run,
		.brief = "write out a configuration that does what websockify does with these "
		    "arguments",
		.text = "Comments in it name what has no equivalent, and why.",
	},
	{
		.name = "demo", .operands = {"[HOST:PORT]"}, .run = demo_run,
		.brief = "serve a page for trying out WebSockets on http://localhost:8080 and "
		    "https://localhost:8443",
		.text = "The page talks to a built-in echo, or to the TCP service at HOST:PORT.",
	},
	{
		.name = "reload", .options = OPTION(SOCKET), .run = control_reload,
		.brief = "make a running framegate read its configuration again",
		.text = "Waits for what comes of it, and says every mistake and warning. No "
		    "session is cut.",
	},
	{
		.name = "status", .options = OPTION(SOCKET) | OPTION(JSON), .run = control_status,
		.brief = "say how a running framegate is",
	},
	{
		.name = "sessions", .operands = {"[ID]"}, .run = control_sessions,
		.options = OPTION(SOCKET) | OPTION(ROUTE) | OPTION(BACKEND) | OPTION(TRANSPORT) |
		    OPTION(CLIENT) | OPTION(JSON),
		.brief = "list the open sessions of a running framegate, or what is known of one",
	},
	{
		.name = "close", .operands = {"ID"}, .run = control_close,
		.options = OPTION(SOCKET) | OPTION(CODE) | OPTION(REASON),
		.brief = "close a session of a running framegate",
	},
	{
		.name = "drain", .operands = {"BACKEND", "[SERVER]"}, .run = control_drain,
		.options = OPTION(SOCKET) | OPTION(UNDO),
		.brief = "give a server of a backend, or all of them, no new sessions",
		.text = "Sessions that are open go on. SERVER is what the configuration calls it, "
		    "as in tcp://10.0.0.1:5900. It lasts, across reloads that keep the server, "
		    "until --undo, or until framegate ends.",
	},
	{
		.name = "stop", .options = OPTION(SOCKET), .run = control_stop,
		.brief = "stop a running framegate",
		.text = "As SIGTERM does: sessions are closed within stop_timeout.",
	},
	{
		.name = "version", .run = version_run,
		.brief = "say the version, the features and the versions of the libraries",
	},
	{
		.name = "help", .operands = {"[COMMAND]"}, .run = help_run,
		.brief = "show how framegate, or one of its commands, is used",
	},
};
const size_t command_count = sizeof(command_table) / sizeof(command_table[0]);
