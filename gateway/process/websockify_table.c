#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/measure.h"
#include "process/websockify.h"

/* websockify was started somewhere, framegate will be somewhere else. */
static const char *websockify_path(struct websockify *w, const char *path)
{
	char *here = path[0] == '/' ? NULL : getcwd(NULL, 0);

	if (here)
		path = bridge_make(&w->bridge, "%s/%s", here, path);
	free(here);
	return path;
}

bool websockify_is_number(const char *value)
{
	return *value && value[strspn(value, "0123456789")] == '\0';
}

static bool websockify_is_seconds(const char *value)
{
	uint64_t ms;

	return websockify_is_number(value) && measure_duration(slice_of(value), &ms);
}

static bool websockify_is_mode(const char *value)
{
	unsigned mode;

	/* However many zeros stand in front. */
	while (value[0] == '0' && value[1])
		value++;
	return measure_mode(slice_of(value), &mode);
}

/* It holds anyhow, or is read where another option or an address is looked at. */
static void websockify_nothing(struct websockify *w, const char *value)
{
	(void)w;
	(void)value;
}

static void websockify_auth_plugin(struct websockify *w, const char *value)
{
	(void)value;
	w->bridge.closed = true;
	w->noted[WEBSOCKIFY_AUTH_PLUGIN] = true;
}

static void websockify_web_auth(struct websockify *w, const char *value)
{
	(void)value;
	w->bridge.web_closed = true;
	w->noted[WEBSOCKIFY_WEB_AUTH] = true;
}

static void websockify_verify_client(struct websockify *w, const char *value)
{
	const char *ca = w->value[WEBSOCKIFY_CAFILE];

	(void)value;
	if (w->value[WEBSOCKIFY_CERT] == NULL && w->value[WEBSOCKIFY_SSL_ONLY] == NULL) {
		w->bridge.closed = w->bridge.web_closed = true;
		w->noted[WEBSOCKIFY_VERIFY_CLIENT] = true;
		return;
	}
	w->bridge.client_ca = ca ? websockify_path(w, ca) : "/etc/ssl/certs/ca-certificates.crt";
}

static void websockify_cert(struct websockify *w, const char *value)
{
	w->bridge.cert = websockify_path(w, value);
	w->bridge.also_plain = w->value[WEBSOCKIFY_SSL_ONLY] == NULL;
}

/* Without a --cert it takes the one that lies beside it. */
static void websockify_ssl_only(struct websockify *w, const char *value)
{
	(void)value;
	if (w->value[WEBSOCKIFY_CERT] == NULL)
		w->bridge.cert = websockify_path(w, "self.pem");
}

static void websockify_key(struct websockify *w, const char *value)
{
	w->bridge.key = websockify_path(w, value);
}

static void websockify_ssl_ciphers(struct websockify *w, const char *value)
{
	w->bridge.ciphers = value;
}

static void websockify_ssl_version(struct websockify *w, const char *value)
{
	if (strcmp(value, "tlsv1_2") == 0)
		w->bridge.min_version = "1.2";
	else if (strcmp(value, "tlsv1_3") == 0)
		w->bridge.min_version = "1.3";
	w->noted[WEBSOCKIFY_SSL_VERSION] = strcmp(value, "tlsv1_1") == 0;
}

static void websockify_heartbeat(struct websockify *w, const char *value)
{
	w->bridge.ping = value;
}

static void websockify_log_file(struct websockify *w, const char *value)
{
	w->bridge.log_to = websockify_path(w, value);
}

static void websockify_syslog(struct websockify *w, const char *value)
{
	w->bridge.log_to = "syslog";
	w->noted[WEBSOCKIFY_SYSLOG] = strcmp(value, "/dev/log") != 0;
}

static void websockify_verbose(struct websockify *w, const char *value)
{
	(void)value;
	w->bridge.log_level = "debug";
}

static void websockify_web(struct websockify *w, const char *value)
{
	w->bridge.web = websockify_path(w, value);
	w->noted[WEBSOCKIFY_WEB] = w->value[WEBSOCKIFY_FILE_ONLY] == NULL;
}

static void websockify_map(struct websockify *w, const char *value)
{
	w->bridge.map = websockify_path(w, value);
	w->bridge.map_key = w->value[WEBSOCKIFY_HOST_TOKEN] ? "${host}" : "${query.token}";
	w->noted[WEBSOCKIFY_SSL_TARGET] = w->value[WEBSOCKIFY_SSL_TARGET] != NULL;
}

bool websockify_is_token_file(const char *plugin)
{
	static const char package[] = "websockify.token_plugins.";

	if (strncmp(plugin, package, sizeof(package) - 1) == 0)
		plugin += sizeof(package) - 1;
	return strcmp(plugin, "TokenFile") == 0 || strcmp(plugin, "ReadOnlyTokenFile") == 0;
}

static void websockify_token_plugin(struct websockify *w, const char *value)
{
	const char *source = w->value[WEBSOCKIFY_TOKEN_SOURCE];

	if (websockify_is_token_file(value) && source)
		websockify_map(w, source);
	else
		w->noted[WEBSOCKIFY_TOKEN_PLUGIN] = true;
}

static void websockify_unix_listen(struct websockify *w, const char *value)
{
	w->bridge.bind = bridge_make(&w->bridge, "unix:%s", websockify_path(w, value));
	w->bridge.mode = "0600";
}

static void websockify_unix_listen_mode(struct websockify *w, const char *value)
{
	if (w->value[WEBSOCKIFY_UNIX_LISTEN])
		w->bridge.mode = bridge_make(&w->bridge, "%04lo", strtoul(value, NULL, 8));
}

static void websockify_unix_target(struct websockify *w, const char *value)
{
	w->bridge.server = bridge_make(&w->bridge, "unix:%s", websockify_path(w, value));
	w->noted[WEBSOCKIFY_SSL_TARGET] = w->value[WEBSOCKIFY_SSL_TARGET] != NULL;
}

const struct websockify_option websockify_table[WEBSOCKIFY_COUNT] = {
	[WEBSOCKIFY_AUTH_PLUGIN] = {
		.name = "auth-plugin", .value = "CLASS", .become = websockify_auth_plugin,
		.note = "a class in Python cannot be taken over. The route lets nobody in until it "
		    "is said who may.",
	},
	[WEBSOCKIFY_AUTH_SOURCE] = {
		.name = "auth-source", .value = "ARG", .needs = "auth-plugin",
		.note = "belongs to --auth-plugin. It is not repeated here, since it may hold a "
		    "password.",
	},
	[WEBSOCKIFY_CAFILE] = {
		.name = "cafile", .value = "FILE", .become = websockify_nothing,
	},
	[WEBSOCKIFY_CERT] = {
		.name = "cert", .value = "CERT", .become = websockify_cert,
	},
	[WEBSOCKIFY_DAEMON] = {
		.name = "daemon", .letter = 'D',
		.note = "it stays in the foreground, for whoever supervises it, such as systemd.",
	},
	[WEBSOCKIFY_FILE_ONLY] = {
		.name = "file-only", .become = websockify_nothing,
	},
	[WEBSOCKIFY_HEARTBEAT] = {
		.name = "heartbeat", .value = "INTERVAL", .fits = websockify_is_seconds,
		.wants = "a number of seconds", .become = websockify_heartbeat,
	},
	[WEBSOCKIFY_HOST_TOKEN] = {
		.name = "host-token", .needs = "token-plugin", .become = websockify_nothing,
	},
	[WEBSOCKIFY_IDLE_TIMEOUT] = {
		.name = "idle-timeout", .value = "IDLE_TIMEOUT", .fits = websockify_is_number,
		.wants = "a number",
		.note = "it does not exit for lack of connections. (The route key 'idle' is "
		    "something else: it ends sessions in which nothing is said.)",
	},
	[WEBSOCKIFY_INETD] = {
		.name = "inetd",
		.note = "no listening socket is taken from standard input. The address in 'bind' "
		    "stands in for it: put the one that inetd had.",
	},
	[WEBSOCKIFY_KEY] = {
		.name = "key", .value = "KEY", .become = websockify_key,
	},
	[WEBSOCKIFY_KEY_PASSWORD] = {
		.name = "key-password", .value = "KEY_PASSWORD",
		.note = "keys must not be encrypted; openssl pkey -in OLD -out NEW decrypts one. "
		    "Started as root, it reads a key that only root may read.",
	},
	[WEBSOCKIFY_LEGACY_SYSLOG] = {
		.name = "legacy-syslog", .needs = "syslog",
		.note = "the format is that of the C library's syslog(3).",
	},
	[WEBSOCKIFY_LIBSERVER] = {
		.name = "libserver",
		.note = "chooses between two engines of websockify's; there is one here.",
	},
	[WEBSOCKIFY_LOG_FILE] = {
		.name = "log-file", .value = "FILE", .become = websockify_log_file,
	},
	[WEBSOCKIFY_PREFER_IPV6] = {
		.name = "prefer-ipv6", .letter = '6', .become = websockify_nothing,
	},
	[WEBSOCKIFY_RECORD] = {
		.name = "record", .value = "FILE",
		.note = "sessions are not recorded.",
	},
	[WEBSOCKIFY_RUN_ONCE] = {
		.name = "run-once",
		.note = "it serves until it is stopped.",
	},
	[WEBSOCKIFY_SSL_CIPHERS] = {
		.name = "ssl-ciphers", .value = "CIPHERS", .become = websockify_ssl_ciphers,
	},
	[WEBSOCKIFY_SSL_ONLY] = {
		.name = "ssl-only", .become = websockify_ssl_only,
	},
	[WEBSOCKIFY_SSL_TARGET] = {
		.name = "ssl-target", .become = websockify_nothing,
		.note = "TLS is spoken to servers with a host and a port that stand in the "
		    "configuration: not over unix sockets, nor to targets from a token file.",
	},
	[WEBSOCKIFY_SSL_VERSION] = {
		.name = "ssl-version", .value = "VERSION",
		.choices = "default|tlsv1_1|tlsv1_2|tlsv1_3", .become = websockify_ssl_version,
		.note = "nothing older than TLS 1.2 is spoken.",
	},
	[WEBSOCKIFY_SYSLOG] = {
		.name = "syslog", .value = "SERVER", .become = websockify_syslog,
		.note = "lines go to this machine's syslog daemon, which may pass them on.",
	},
	[WEBSOCKIFY_TARGET_CONFIG] = {
		.name = "target-config", .value = "FILE", .become = websockify_map,
	},
	[WEBSOCKIFY_TIMEOUT] = {
		.name = "timeout", .value = "TIMEOUT", .fits = websockify_is_number,
		.wants = "a number",
		.note = "it does not exit after some time: use whatever supervises it.",
	},
	[WEBSOCKIFY_TOKEN_PLUGIN] = {
		.name = "token-plugin", .value = "CLASS", .become = websockify_token_plugin,
		.note = "only the tokens of TokenFile and ReadOnlyTokenFile with a --token-source "
		    "can be taken over. The route answers 503 until it has a backend.",
	},
	[WEBSOCKIFY_TOKEN_SOURCE] = {
		.name = "token-source", .value = "ARG", .needs = "token-plugin",
		.become = websockify_nothing,
	},
	[WEBSOCKIFY_TRAFFIC] = {
		.name = "traffic",
		.note = "frames are not shown; 'access_log' counts them and their bytes.",
	},
	[WEBSOCKIFY_UNIX_LISTEN] = {
		.name = "unix-listen", .value = "FILE", .become = websockify_unix_listen,
	},
	[WEBSOCKIFY_UNIX_LISTEN_MODE] = {
		.name = "unix-listen-mode", .value = "MODE", .fits = websockify_is_mode,
		.wants = "an octal mode such as 660",
		.become = websockify_unix_listen_mode,
	},
	[WEBSOCKIFY_UNIX_TARGET] = {
		.name = "unix-target", .value = "FILE", .become = websockify_unix_target,
		.note = "with tokens, websockify goes there for every token that it knows; here "
		    "each leads to its own target.",
	},
	[WEBSOCKIFY_VERBOSE] = {
		.name = "verbose", .letter = 'v', .become = websockify_verbose,
	},
	[WEBSOCKIFY_VERIFY_CLIENT] = {
		.name = "verify-client", .become = websockify_verify_client,
		.note = "without --cert it would take self.pem from where it was started, if there "
		    "is one: say --cert. As it is, the routes let nobody in.",
	},
	[WEBSOCKIFY_WEB] = {
		.name = "web", .value = "DIR", .become = websockify_web,
		.note = "directories without an index.html are not listed; websockify lists them, "
		    "unless --file-only is given.",
	},
	[WEBSOCKIFY_WEB_AUTH] = {
		.name = "web-auth", .needs = "auth-plugin", .become = websockify_web_auth,
		.note = "the files are shown to nobody, as with --auth-plugin.",
	},
	[WEBSOCKIFY_WRAP_MODE] = {
		.name = "wrap-mode", .value = "MODE", .choices = "exit|ignore|respawn",
		.note = "no program is wrapped.",
	},
};
