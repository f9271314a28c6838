#include "process/one_liner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "process/bridge.h"
#include "process/conf_text.h"
#include "process/gateway.h"
#include "process/websockify.h"

/* A port alone means all interfaces, as websockify has it; localhost has two addresses. */
static const char *one_liner_bind(struct bridge *b, const char *listen)
{
	static const char localhost[] = "localhost:";
	const size_t n = sizeof(localhost) - 1;

	if (strncmp(listen, localhost, n) == 0)
		return bridge_make(b, "127.0.0.1:%s", listen + n);
	return strchr(listen, ':') ? listen : bridge_make(b, "*:%s", listen);
}

static const char *one_liner_server(struct bridge *b, const struct arguments *a)
{
	const char *target = a->operands[1];

	if (a->value[OPTION_UNIX_TARGET])
		return bridge_make(b, "unix:%s", a->value[OPTION_UNIX_TARGET]);
	if (target == NULL || strstr(target, "://") || strncmp(target, "unix:", 5) == 0)
		return target;
	return bridge_make(b, "%s://%s", a->value[OPTION_SSL_TARGET] ? "tls" : "tcp", target);
}

void one_liner_write(FILE *out, const struct arguments *a)
{
	struct bridge b = {
	    .cert = a->value[OPTION_CERT],
	    .key = a->value[OPTION_KEY],
	    .map = a->value[OPTION_TOKEN_SOURCE],
	    .map_key = a->value[OPTION_TOKEN_SOURCE] ? "${query.token}" : NULL,
	    .framing = a->value[OPTION_FRAMING],
	    .transports = a->value[OPTION_TRANSPORTS],
	    .ping = a->value[OPTION_HEARTBEAT],
	    .web = a->value[OPTION_WEB],
	};

	b.bind = one_liner_bind(&b, a->operands[0]);
	b.server = one_liner_server(&b, a);
	bridge_write(out, &b);
	bridge_clear(&b);
}

/* Options that are nothing without another one. */
static const enum option_key one_liner_needs[][2] = {
    {OPTION_KEY, OPTION_CERT},
    {OPTION_SSL_ONLY, OPTION_CERT},
    {OPTION_TOKEN_PLUGIN, OPTION_TOKEN_SOURCE},
    {OPTION_TOKEN_SOURCE, OPTION_TOKEN_PLUGIN},
};

/* There is exactly one way to the service. Returns an enum command_exit. */
static int one_liner_check_target(const struct arguments *a)
{
	const char *target = a->operands[1], *plugin = a->value[OPTION_TOKEN_PLUGIN];
	const char *path = a->value[OPTION_UNIX_TARGET];
	int ways = (target != NULL) + (path != NULL) + (plugin != NULL);

	if (ways == 0)
		return command_misuse(a->command, "TARGET is missing");
	if (ways > 1)
		return command_misuse(a->command,
		    "only one of TARGET, --unix-target and --token-plugin can be given");
	if (plugin && !websockify_is_token_file(plugin))
		return command_misuse(a->command, "option '--token-plugin' takes TokenFile, not "
		    "'%s'", plugin);
	if (a->value[OPTION_SSL_TARGET] && (!target || strstr(target, "://") ||
	    strncmp(target, "unix:", 5) == 0))
		return command_misuse(a->command,
		    "option '--ssl-target' needs host:port as TARGET");
	return COMMAND_DONE;
}

static int one_liner_check(const struct arguments *a)
{
	const char *seconds = a->value[OPTION_HEARTBEAT];

	for (size_t i = 0; i < sizeof(one_liner_needs) / sizeof(one_liner_needs[0]); i++)
		if (a->value[one_liner_needs[i][0]] && !a->value[one_liner_needs[i][1]])
			return command_misuse(a->command, "option '--%s' needs '--%s'",
			    option_table[one_liner_needs[i][0]].name,
			    option_table[one_liner_needs[i][1]].name);
	if (seconds && (!*seconds || seconds[strspn(seconds, "0123456789")]))
		return command_misuse(a->command, "option '--heartbeat' takes seconds, not '%s'",
		    seconds);
	return one_liner_check_target(a);
}

/* That a file cannot be read is no mistake in the command line. */
static bool one_liner_can_read(const struct arguments *a)
{
	static const enum option_key files[] = {OPTION_CERT, OPTION_KEY, OPTION_WEB,
	    OPTION_TOKEN_SOURCE};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const char *path = a->value[files[i]];
		if (path && access(path, R_OK) != 0) {
			fprintf(stderr, "framegate: cannot read %s: %s\n", path, strerror(errno));
			return false;
		}
	}
	return true;
}

int one_liner_run(const struct arguments *a)
{
	char *text = NULL;
	size_t n;

	int wrong = one_liner_check(a);
	if (wrong)
		return wrong;
	if (!one_liner_can_read(a))
		return COMMAND_NO_START;
	FILE *out = open_memstream(&text, &n);
	if (out) {
		one_liner_write(out, a);
		fclose(out);
	}
	struct config *config = text ? conf_text_parse(text) : NULL;
	free(text);
	if (config == NULL)
		return COMMAND_USAGE;
	log_line(LOG_LEVEL_WARN, "pages from any origin may connect; a configuration file can "
	    "name those that may (origins)");
	return gateway_run(config, NULL, NULL);
}
