#include "process/demo.h"

#include <stdlib.h>
#include <string.h>

#include "process/conf_text.h"
#include "process/console_page.h"
#include "process/gateway.h"

/* Only for this machine: the page may reach what no one else should. */
static const char demo_listeners[] =
    "listeners: {\n"
    "	plain: { bind = \"127.0.0.1:8080\"; };\n"
    "	secure: { bind = \"127.0.0.1:8443\"; tls = \"self-signed\"; };\n"
    "};\n";

#define DEMO_HELLO \
    "\n" \
    "Open one of these in a browser on this machine:\n" \
    "\n" \
    "    http://localhost:8080\n" \
    "    https://localhost:8443    (the certificate is self-signed: the browser will ask)\n" \
    "\n" \
    "The page talks to %s. Ctrl-C ends this.\n" \
    "\n"

static void demo_write_respond(FILE *out, const char *route, const char *path, const char *type)
{
	fprintf(out, "	%s: { path = \"=%s\"; respond: { status = 200; type = \"%s\"; body = ",
	    route, path, type);
}

/* The page asks about.json whom it talks to. */
static void demo_write_about(FILE *out, const char *target)
{
	demo_write_respond(out, "about", "/about.json", "application/json");
	if (target)
		fprintf(out, "\"{\\\"tcp\\\": \\\"%s\\\"}\"", target);
	else
		fputs("\"{}\"", out);
	fputs("; }; };\n", out);
}

void demo_write(FILE *out, const char *target)
{
	fputs(demo_listeners, out);
	if (target)
		fprintf(out, "backends: { target: { servers = [\"tcp://%s\"]; }; };\n", target);
	fprintf(out, "routes: {\n\tsocket: { path = \"/socket\"; "
	    "transports = [\"websocket\", \"sse\", \"longpoll\"]; "
	    "subprotocols = [\"console\", \"\"]; %s };\n",
	    target ? "backend = \"target\"; framing = \"text\"; invalid = \"replace\";"
	    : "service = \"echo\";");
	demo_write_about(out, target);
	demo_write_respond(out, "page", "/", "text/html; charset=utf-8");
	conf_text_string(out, "", console_page);
	fputs("; }; };\n};\n", out);
}

/* Nothing that would need to be escaped anywhere. */
static bool demo_is_address(const char *target)
{
	return target[strspn(target, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789.-_:[]")] == '\0';
}

static struct config *demo_config(const char *target)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (out) {
		demo_write(out, target);
		fclose(out);
	}
	struct config *config = text ? conf_text_parse(text) : NULL;
	free(text);
	return config;
}

int demo_run(const struct arguments *a)
{
	const char *target = a->operands[0];
	char *hello;

	if (target && !demo_is_address(target))
		return command_misuse(a->command, "'%s' is not HOST:PORT", target);
	struct config *config = demo_config(target);
	if (config == NULL)
		return COMMAND_USAGE;
	if (asprintf(&hello, DEMO_HELLO, target ? target : "a built-in echo") < 0)
		hello = NULL;
	int status = gateway_run(config, NULL, hello);
	free(hello);
	return status;
}
