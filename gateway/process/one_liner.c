#include "process/one_liner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "process/conf_text.h"
#include "process/gateway.h"

/* A port alone means all interfaces, as websockify has it; localhost has two addresses. */
static void one_liner_write_listener(FILE *out, const struct arguments *a)
{
	static const char localhost[] = "localhost:";
	const char *listen = a->operands[0];

	fputs("listeners: { main: { bind = ", out);
	if (strncmp(listen, localhost, sizeof(localhost) - 1) == 0)
		conf_text_string(out, "127.0.0.1:", listen + sizeof(localhost) - 1);
	else
		conf_text_string(out, strchr(listen, ':') ? "" : "*:", listen);
	fprintf(out, ";%s }; };\n", a->value[OPTION_CERT] ? " tls = \"main\";" : "");
}

static void one_liner_write_tls(FILE *out, const char *cert, const char *key)
{
	fputs("tls: { main: { certificates = ( { cert = ", out);
	conf_text_string(out, "", cert);
	fputs("; key = ", out);
	conf_text_string(out, "", key ? key : cert);
	fputs("; } ); }; };\n", out);
}

/* "a,b" becomes [ "a", "b" ]. */
static void one_liner_write_list(FILE *out, const char *list)
{
	char *words = strdup(list), *rest = words;

	putc('[', out);
	for (char *word; (word = strsep(&rest, ",")) != NULL;) {
		conf_text_string(out, "", word);
		fputs(rest ? ", " : "", out);
	}
	putc(']', out);
	free(words);
}

/* Every WebSocket of any version of HTTP says its own version; nothing else does. */
static void one_liner_write_routes(FILE *out, const struct arguments *a)
{
	fprintf(out, "routes: {\n\tbridge: {%s backend = \"target\"; origins = [\"*\"];\n"
	    "\t\tsubprotocols = [\"binary\", \"base64\", \"\"];"
	    " subprotocol_framing = [\"base64=base64\"];",
	    a->value[OPTION_WEB] ? " header: { Sec-WebSocket-Version = \"13\"; };" : "");
	if (a->value[OPTION_FRAMING]) {
		fputs(" framing = ", out);
		conf_text_string(out, "", a->value[OPTION_FRAMING]);
		putc(';', out);
	}
	if (a->value[OPTION_TRANSPORTS]) {
		fputs(" transports = ", out);
		one_liner_write_list(out, a->value[OPTION_TRANSPORTS]);
		putc(';', out);
	}
	fputs(" };\n", out);
	if (a->value[OPTION_WEB]) {
		fputs("\tfiles: { static = ", out);
		conf_text_string(out, "", a->value[OPTION_WEB]);
		fputs("; };\n", out);
	}
	fputs("};\n", out);
}

void one_liner_write(FILE *out, const struct arguments *a)
{
	const char *target = a->operands[1];
	bool has_scheme = strstr(target, "://") || strncmp(target, "unix:", 5) == 0;

	one_liner_write_listener(out, a);
	if (a->value[OPTION_CERT])
		one_liner_write_tls(out, a->value[OPTION_CERT], a->value[OPTION_KEY]);
	fputs("backends: { target: { servers = [", out);
	conf_text_string(out, has_scheme ? "" : "tcp://", target);
	fputs("]; }; };\n", out);
	one_liner_write_routes(out, a);
}

/* That a file cannot be read is no mistake in the command line. */
static bool one_liner_can_read(const struct arguments *a)
{
	static const enum option_key files[] = {OPTION_CERT, OPTION_KEY, OPTION_WEB};

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

	if (a->value[OPTION_KEY] && a->value[OPTION_CERT] == NULL)
		return command_misuse(NULL, "option '--key' needs '--cert'");
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
	return gateway_run(config, NULL);
}
