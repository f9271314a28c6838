#include "process/websockify.h"

#include <stdlib.h>
#include <string.h>

#include "config/endpoint.h"
#include "config/nearest.h"

enum { WEBSOCKIFY_COLUMNS = 80 };

/* A command line of websockify's that is being read. */
struct websockify_line {
	struct websockify	*to;
	size_t			 n, at;
	char *const		*args;
	const char		*words[3];	/* one more than there may be */
	size_t			 n_words;
};

static const char websockify_wraps[] =
    "a program to wrap: none is started. Let it listen by itself, started by what supervises it, "
    "and put its address into 'servers'. The route answers 503 until it has a backend.";

static bool websockify_refuse(const char *arg, size_t n)
{
	char name[32];
	struct nearest nearest = {.to = name};
	const char *best = NULL;

	snprintf(name, sizeof(name), "%.*s", (int)n, arg);
	for (size_t i = 0; i < WEBSOCKIFY_COUNT; i++)
		if (nearest_try(&nearest, websockify_table[i].name))
			best = websockify_table[i].name;
	if (best)
		command_misuse(NULL, "websockify has no option '--%.*s'; did you mean '--%s'?",
		    (int)n, arg, best);
	else
		command_misuse(NULL, "websockify has no option '--%.*s'", (int)n, arg);
	return false;
}

static bool websockify_fits(const struct websockify_option *o, const char *value)
{
	if (o->fits && !o->fits(value)) {
		command_misuse(NULL, "websockify's --%s takes %s, not '%s'", o->name, o->wants,
		    value);
		return false;
	}
	if (o->choices && !command_is_choice(o->choices, value)) {
		command_misuse(NULL, "websockify's --%s takes %s, not '%s'", o->name, o->choices,
		    value);
		return false;
	}
	return true;
}

/* The value may stand in the same argument, or be the next one. */
static bool websockify_take(struct websockify_line *l, size_t key, const char *attached)
{
	const struct websockify_option *o = &websockify_table[key];

	if (o->value == NULL && attached) {
		command_misuse(NULL, "websockify's --%s takes no value", o->name);
		return false;
	}
	if (o->value && attached == NULL && l->at < l->n)
		attached = l->args[l->at++];
	if (o->value && attached == NULL) {
		command_misuse(NULL, "websockify's --%s needs a value: --%s %s", o->name, o->name,
		    o->value);
		return false;
	}
	l->to->value[key] = o->value ? attached : o->name;
	return o->value == NULL || websockify_fits(o, attached);
}

/* Names may be cut short, as long as they mean one option. */
static bool websockify_read_long(struct websockify_line *l, const char *arg)
{
	size_t n = strcspn(arg, "="), found = WEBSOCKIFY_COUNT, likely = 0;

	for (size_t i = 0; i < WEBSOCKIFY_COUNT; i++) {
		if (strncmp(websockify_table[i].name, arg, n) != 0)
			continue;
		bool whole = websockify_table[i].name[n] == '\0';
		likely = whole ? 1 : likely + 1;
		found = i;
		if (whole)
			break;
	}
	if (likely != 1)
		return websockify_refuse(arg, n);
	return websockify_take(l, found, arg[n] == '=' ? arg + n + 1 : NULL);
}

/* Several flags may share a dash. */
static bool websockify_read_letters(struct websockify_line *l, const char *letters)
{
	for (; *letters; letters++) {
		size_t i = 0;
		while (i < WEBSOCKIFY_COUNT && websockify_table[i].letter != *letters)
			i++;
		if (i == WEBSOCKIFY_COUNT) {
			command_misuse(NULL, "websockify has no option '-%c'", *letters);
			return false;
		}
		if (!websockify_take(l, i, NULL))
			return false;
	}
	return true;
}

static bool websockify_read(struct websockify_line *l)
{
	while (l->at < l->n) {
		const char *arg = l->args[l->at++];
		bool fine = true;

		if (strcmp(arg, "--") == 0) {
			l->to->wraps = true;
			return true;
		}
		if (strncmp(arg, "--", 2) == 0)
			fine = websockify_read_long(l, arg + 2);
		else if (arg[0] == '-' && arg[1])
			fine = websockify_read_letters(l, arg + 1);
		else if (l->n_words < sizeof(l->words) / sizeof(l->words[0]))
			l->words[l->n_words++] = arg;
		if (!fine)
			return false;
	}
	return true;
}

/* Which of the addresses must be there depends on the options. */
static bool websockify_place_words(struct websockify *w, const struct websockify_line *l)
{
	bool listens = !w->value[WEBSOCKIFY_INETD] && !w->value[WEBSOCKIFY_UNIX_LISTEN];
	bool aims = !w->wraps && !w->value[WEBSOCKIFY_UNIX_TARGET] &&
	    !w->value[WEBSOCKIFY_TOKEN_PLUGIN] && !w->value[WEBSOCKIFY_TARGET_CONFIG];
	size_t used = 0;

	if (listens && used < l->n_words)
		w->listen = l->words[used++];
	if (aims && used < l->n_words)
		w->target = l->words[used++];
	if (used < l->n_words)
		command_misuse(NULL, "too many arguments for websockify: '%s'", l->words[used]);
	else if (listens && w->listen == NULL)
		command_misuse(NULL, "websockify's [source_addr:]source_port is missing");
	else if (aims && w->target == NULL)
		command_misuse(NULL, "websockify's target_addr:target_port is missing");
	else
		return true;
	return false;
}

static bool websockify_check_needs(const struct websockify *w)
{
	for (size_t i = 0; i < WEBSOCKIFY_COUNT; i++) {
		const char *needs = websockify_table[i].needs;
		for (size_t k = 0; w->value[i] && needs && k < WEBSOCKIFY_COUNT; k++)
			if (w->value[k] == NULL && strcmp(websockify_table[k].name, needs) == 0) {
				command_misuse(NULL, "websockify's --%s needs --%s",
				    websockify_table[i].name, needs);
				return false;
			}
	}
	return true;
}

/*
 * An address as websockify takes it, where brackets around IPv6 are optional: host, in brackets if
 * it must be, and port. NULL when there is no port.
 */
static const char *websockify_address(struct websockify *w, const char *s, const char *scheme,
    const char *otherwise)
{
	const char *colon = strrchr(s, ':'), *port = colon ? colon + 1 : s;
	int n = colon ? (int)(colon - s) : 0;

	if (!websockify_is_number(port))
		return NULL;
	if (n == 0)
		return bridge_make(&w->bridge, "%s%s:%s", scheme, otherwise, port);
	bool bare = *s != '[' && memchr(s, ':', (size_t)n);
	return bridge_make(&w->bridge, "%s%s%.*s%s:%s", scheme, bare ? "[" : "", n, s,
	    bare ? "]" : "", port);
}

/* Sockets are bound to addresses; the one name that everybody uses has two. */
static bool websockify_become_listener(struct websockify *w)
{
	static const char localhost[] = "localhost:";
	const size_t n = sizeof(localhost) - 1;

	if (w->listen == NULL) {
		if (w->bridge.bind == NULL)
			w->bridge.bind = "127.0.0.1:6080";
		return true;
	}
	const char *bind = websockify_address(w, w->listen, "", "*");
	if (bind && strncmp(bind, localhost, n) == 0)
		bind = bridge_make(&w->bridge, "%s:%s",
		    w->value[WEBSOCKIFY_PREFER_IPV6] ? "[::1]" : "127.0.0.1", bind + n);
	w->bridge.bind = bind;
	if (bind == NULL)
		command_misuse(NULL, "'%s' is no [source_addr:]source_port", w->listen);
	return bind != NULL;
}

static bool websockify_become_target(struct websockify *w)
{
	const char *scheme = w->value[WEBSOCKIFY_SSL_TARGET] ? "tls://" : "tcp://";

	if (w->target == NULL)
		return true;
	if (strchr(w->target, ':'))
		w->bridge.server = websockify_address(w, w->target, scheme, "localhost");
	if (w->bridge.server == NULL)
		command_misuse(NULL, "'%s' is no target_addr:target_port", w->target);
	return w->bridge.server != NULL;
}

static bool websockify_become(struct websockify *w)
{
	for (size_t i = 0; i < WEBSOCKIFY_COUNT; i++) {
		const struct websockify_option *o = &websockify_table[i];
		if (w->value[i] && o->become)
			o->become(w, w->value[i]);
		else if (w->value[i])
			w->noted[i] = true;
	}
	/* It would take the wrapped program. */
	if (w->wraps)
		w->bridge.server = w->bridge.map = NULL;
	if (w->bridge.map || w->noted[WEBSOCKIFY_TOKEN_PLUGIN]) {
		w->bridge.server = NULL;
		w->noted[WEBSOCKIFY_UNIX_TARGET] = w->value[WEBSOCKIFY_UNIX_TARGET] != NULL;
	}
	if (w->bridge.map == NULL)
		w->bridge.map_key = NULL;
	return websockify_become_listener(w) && websockify_become_target(w);
}

/* Addresses that the configuration does not take: a name to listen on, for one. */
static bool websockify_is_sound(const struct websockify *w)
{
	const char *what = w->bridge.bind;
	struct config_address address;
	struct config_server server;
	struct arena arena;
	bool dual;

	arena_init(&arena);
	const char *why = endpoint_listen(what, &address, &dual);
	if (why == NULL && w->bridge.server) {
		what = w->bridge.server;
		why = endpoint_server(&arena, what, &server);
	}
	arena_fini(&arena);
	if (why)
		command_misuse(NULL, "cannot take '%s': %s", what, why);
	return why == NULL;
}

/* A comment, in lines. */
static void websockify_write_note(FILE *out, const char *name, const char *note)
{
	size_t column = (size_t)fprintf(out, "# %s%s", name, *name ? ":" : "");

	while (*note) {
		size_t n = strcspn(note, " ");
		if (column + 1 + n > WEBSOCKIFY_COLUMNS)
			column = (size_t)fprintf(out, "\n#    ") - 1;
		column += (size_t)fprintf(out, " %.*s", (int)n, note);
		note += n + (note[n] == ' ');
	}
	putc('\n', out);
}

static void websockify_write_notes(FILE *out, const struct websockify *w)
{
	bool any = w->wraps;

	for (size_t i = 0; i < WEBSOCKIFY_COUNT; i++)
		any |= w->noted[i];
	fputs("# Made from a command line of websockify. As there, pages from any origin may\n"
	    "# connect: 'origins' can name those that may.\n", out);
	if (any)
		fputs("#\n# What differs:\n", out);
	for (size_t i = 0; i < WEBSOCKIFY_COUNT; i++) {
		char name[32];
		snprintf(name, sizeof(name), "--%s", websockify_table[i].name);
		if (w->noted[i])
			websockify_write_note(out, name, websockify_table[i].note);
	}
	if (w->wraps)
		websockify_write_note(out, "-- WRAP_COMMAND_LINE", websockify_wraps);
	if (w->value[WEBSOCKIFY_SSL_TARGET] && w->target)
		websockify_write_note(out, "--ssl-target", "the target's certificate must be good. "
		    "One from an authority of your own: tls: { ca = \"FILE\"; }; in the backend.");
	putc('\n', out);
}

int websockify_write(FILE *out, size_t n, char *const *args)
{
	struct websockify w = {0};
	struct websockify_line l = {.to = &w, .n = n, .args = args};
	bool fine = websockify_read(&l) && websockify_check_needs(&w) &&
	    websockify_place_words(&w, &l) && websockify_become(&w) &&
	    websockify_is_sound(&w);

	if (fine) {
		websockify_write_notes(out, &w);
		bridge_write(out, &w.bridge);
	}
	bridge_clear(&w.bridge);
	return fine ? COMMAND_DONE : COMMAND_USAGE;
}

int websockify_run(const struct arguments *a)
{
	if (a->n_rest == 0)
		return command_misuse(a->command, "websockify's arguments are missing, after --");
	return websockify_write(stdout, a->n_rest, a->rest);
}
