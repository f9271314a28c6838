#include "process/bridge.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "process/conf_text.h"

static const char bridge_also_plain[] =
    "\t# A listener speaks either with TLS or without: clients that come with ws:// or http://\n"
    "\t# need one of their own, on another port:\n"
    "\t# plain: { bind = \"*:PORT\"; };\n";

static const char bridge_closed[] =
    "\t\t# Nobody, until it is said here who may (auth, allow):\n"
    "\t\tdeny = [\"0.0.0.0/0\", \"::/0\"];\n";

const char *bridge_make(struct bridge *b, const char *fmt, ...)
{
	char *s;
	va_list ap;

	if (b->n_made == BRIDGE_MADE)
		return "";
	va_start(ap, fmt);
	int n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		return "";
	b->made[b->n_made++] = s;
	return s;
}

void bridge_clear(struct bridge *b)
{
	for (size_t i = 0; i < b->n_made; i++)
		free(b->made[i]);
	*b = (struct bridge){0};
}

static void bridge_write_word(FILE *out, const char *key, const char *value)
{
	if (value == NULL)
		return;
	fprintf(out, " %s = ", key);
	conf_text_string(out, "", value);
	putc(';', out);
}

/* A line of its own, or nothing. */
static void bridge_write_key(FILE *out, const char *key, const char *value)
{
	if (value == NULL)
		return;
	fprintf(out, "\t\t%s = ", key);
	conf_text_string(out, "", value);
	fputs(";\n", out);
}

static void bridge_write_log(FILE *out, const struct bridge *b)
{
	if (b->log_to == NULL && b->log_level == NULL)
		return;
	fputs("log: {", out);
	bridge_write_word(out, "to", b->log_to);
	bridge_write_word(out, "level", b->log_level);
	fputs(" };\n", out);
}

static void bridge_write_listener(FILE *out, const struct bridge *b)
{
	fputs("listeners: {\n\tmain: {\n", out);
	bridge_write_key(out, "bind", b->bind);
	bridge_write_key(out, "mode", b->mode);
	bridge_write_key(out, "tls", b->cert ? "main" : NULL);
	fprintf(out, "\t};\n%s};\n", b->also_plain ? bridge_also_plain : "");
}

static void bridge_write_tls(FILE *out, const struct bridge *b)
{
	if (b->cert == NULL)
		return;
	fputs("tls: {\n\tmain: {\n\t\tcertificates = ( { cert = ", out);
	conf_text_string(out, "", b->cert);
	fputs("; key = ", out);
	conf_text_string(out, "", b->key ? b->key : b->cert);
	fputs("; } );\n", out);
	bridge_write_key(out, "min_version", b->min_version);
	bridge_write_key(out, "ciphers", b->ciphers);
	bridge_write_key(out, "client_ca", b->client_ca);
	bridge_write_key(out, "client_verify", b->client_ca ? "require" : NULL);
	fputs("\t};\n};\n", out);
}

/* "a,b" becomes [ "a", "b" ]. */
static void bridge_write_list(FILE *out, const char *key, const char *list)
{
	char *words = list ? strdup(list) : NULL, *rest = words;

	if (words == NULL)
		return;
	fprintf(out, "\t\t%s = [", key);
	for (char *word; (word = strsep(&rest, ",")) != NULL;) {
		conf_text_string(out, "", word);
		fputs(rest ? ", " : "", out);
	}
	fputs("];\n", out);
	free(words);
}

static void bridge_write_backend(FILE *out, const struct bridge *b)
{
	if (b->server == NULL && b->map == NULL)
		return;
	fputs("backends: {\n\ttarget: {\n", out);
	if (b->server) {
		fputs("\t\tservers = [", out);
		conf_text_string(out, "", b->server);
		fputs("];\n", out);
	}
	bridge_write_key(out, "map", b->map);
	bridge_write_key(out, "key", b->map_key);
	fputs("\t};\n};\n", out);
}

/* Every WebSocket of any version of HTTP says its own version; nothing else does. */
static void bridge_write_sockets(FILE *out, const struct bridge *b)
{
	fputs("\tbridge: {\n", out);
	if (b->web)
		fputs("\t\theader: { Sec-WebSocket-Version = \"13\"; };\n", out);
	if (b->server == NULL && b->map == NULL) {
		fputs("\t\trespond: { status = 503; type = \"text/plain\";"
		    " body = \"no backend\"; };\n", out);
	} else {
		fputs("\t\tbackend = \"target\";\n\t\torigins = [\"*\"];\n"
		    "\t\tsubprotocols = [\"binary\", \"base64\", \"\"];\n"
		    "\t\tsubprotocol_framing = [\"base64=base64\"];\n", out);
		bridge_write_key(out, "framing", b->framing);
		bridge_write_list(out, "transports", b->transports);
		if (b->ping)
			fprintf(out, "\t\tping = \"%ss\";\n", b->ping);
	}
	fprintf(out, "%s\t};\n", b->closed ? bridge_closed : "");
}

static void bridge_write_routes(FILE *out, const struct bridge *b)
{
	fputs("routes: {\n", out);
	bridge_write_sockets(out, b);
	if (b->web) {
		fputs("\tfiles: {\n", out);
		bridge_write_key(out, "static", b->web);
		fprintf(out, "%s\t};\n", b->web_closed ? bridge_closed : "");
	}
	fputs("};\n", out);
}

void bridge_write(FILE *out, const struct bridge *b)
{
	bridge_write_log(out, b);
	bridge_write_listener(out, b);
	bridge_write_tls(out, b);
	bridge_write_backend(out, b);
	bridge_write_routes(out, b);
}
