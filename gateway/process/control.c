#include "process/control.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/random.h"
#include "process/control_client.h"
#include "process/table.h"

enum { CONTROL_MINUTE = 60, CONTROL_HOUR = 3600, CONTROL_DAY = 86400, CONTROL_TEXT = 32 };

/* Asks; prints the answer as it is where programs read it, else by that function. */
static int control_show(const struct arguments *a, const char *target, void (*print)(json_t *))
{
	struct buffer body = {0};
	json_error_t error;
	json_t *answer = NULL;

	bool heard = control_client_ask(a, "GET", target, &body);
	if (heard && a->value[OPTION_JSON]) {
		fputs((const char *)body.p, stdout);
	} else if (heard) {
		answer = json_loads((const char *)body.p, 0, &error);
		if (answer)
			print(answer);
		else
			fprintf(stderr, "framegate: its answer is no JSON: %s\n", error.text);
		heard = answer != NULL;
		json_decref(answer);
	}
	buffer_clear(&body);
	return heard ? COMMAND_DONE : COMMAND_WRONG;
}

/* "-" for what is not there. */
static const char *control_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text && text[0] ? text : "-";
}

static json_int_t control_number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* "3d04h", "2h05m", "1m07s", "12.3s" */
static void control_duration(struct table *t, double seconds)
{
	unsigned long s = (unsigned long)seconds;

	if (s >= CONTROL_DAY)
		table_printf(t, "%lud%02luh", s / CONTROL_DAY, s % CONTROL_DAY / CONTROL_HOUR);
	else if (s >= CONTROL_HOUR)
		table_printf(t, "%luh%02lum", s / CONTROL_HOUR, s % CONTROL_HOUR / CONTROL_MINUTE);
	else if (s >= CONTROL_MINUTE)
		table_printf(t, "%lum%02lus", s / CONTROL_MINUTE, s % CONTROL_MINUTE);
	else
		table_printf(t, "%.1fs", seconds);
}

/* "17", "4.2K", "1.3M": of bytes */
static void control_bytes(struct table *t, json_int_t n)
{
	static const char units[] = "KMGTP";
	double value = (double)n;
	size_t unit = 0;

	if (n < 1024) {
		table_printf(t, "%" JSON_INTEGER_FORMAT, n);
		return;
	}
	for (value /= 1024; value >= 1024 && units[unit + 1]; unit++)
		value /= 1024;
	table_printf(t, "%.1f%c", value, units[unit]);
}

static void control_count(struct table *t, const json_t *object, const char *key)
{
	table_printf(t, "%" JSON_INTEGER_FORMAT, control_number(object, key));
}

static void control_head(struct table *t, const char *const *names, const char *right)
{
	for (t->columns = 0; names[t->columns]; t->columns++) {
		t->right[t->columns] = right[t->columns] == 'r';
		table_add(t, names[t->columns]);
	}
}

static void control_finish(struct table *t)
{
	if (t->failed)
		fputs("framegate: out of memory\n", stderr);
	else
		table_print(t);
	table_clear(t);
}

static void control_print_sessions(json_t *sessions)
{
	static const char *const names[] = {"ID", "ROUTE", "TRANSPORT", "CLIENT", "SERVER", "AGE",
	    "IDLE", "IN", "OUT", "MSGS-IN", "MSGS-OUT", "QUEUED", NULL};
	struct table t = {.columns = 0};
	json_t *s;
	size_t i;

	control_head(&t, names, "lllllrrrrrrr");
	json_array_foreach(sessions, i, s) {
		table_add(&t, control_text(s, "id"));
		table_add(&t, control_text(s, "route"));
		table_add(&t, control_text(s, "transport"));
		table_add(&t, control_text(s, "client_ip"));
		table_add(&t, control_text(s, "server"));
		control_duration(&t, json_number_value(json_object_get(s, "age")));
		control_duration(&t, json_number_value(json_object_get(s, "idle")));
		control_bytes(&t, control_number(s, "bytes_in"));
		control_bytes(&t, control_number(s, "bytes_out"));
		control_count(&t, s, "messages_in");
		control_count(&t, s, "messages_out");
		control_bytes(&t, control_number(s, "queued"));
	}
	control_finish(&t);
}

/* Each member on a line. */
static void control_print_session(json_t *session)
{
	struct table t = {.columns = 2};
	const char *key;
	json_t *value;

	json_object_foreach(session, key, value) {
		char *text = json_is_string(value) ? NULL : json_dumps(value,
		    JSON_ENCODE_ANY | JSON_REAL_PRECISION(10));
		table_add(&t, key);
		table_add(&t, text ? text : json_string_value(value));
		free(text);
	}
	control_finish(&t);
}

/* What is none would be another request. */
static bool control_is_id(const char *id)
{
	bool is = strlen(id) == RANDOM_ID && strspn(id, "0123456789abcdef") == RANDOM_ID;

	if (!is)
		fprintf(stderr, "framegate: \"%s\" is no session's id: \"framegate sessions\" "
		    "lists them\n", id);
	return is;
}

int control_sessions(const struct arguments *a)
{
	struct buffer target = {0};

	if (a->operands[0] && !control_is_id(a->operands[0]))
		return COMMAND_WRONG;
	buffer_printf(&target, "/sessions%s%s", a->operands[0] ? "/" : "",
	    a->operands[0] ? a->operands[0] : "");
	control_client_add(&target, "route", a->value[OPTION_ROUTE]);
	control_client_add(&target, "backend", a->value[OPTION_BACKEND]);
	control_client_add(&target, "transport", a->value[OPTION_TRANSPORT]);
	control_client_add(&target, "client_ip", a->value[OPTION_CLIENT]);
	buffer_add(&target, (struct slice){"", 1});
	int exit = target.failed ? COMMAND_WRONG : control_show(a, (const char *)target.p,
	    a->operands[0] ? control_print_session : control_print_sessions);
	buffer_clear(&target);
	return exit;
}

static void control_print_routes(const json_t *routes)
{
	static const char *const names[] = {"ROUTE", "BACKEND", "SESSIONS", "TOTAL", "REFUSED",
	    "REQUESTS", "MSGS-IN", "MSGS-OUT", "IN", "OUT", NULL};
	struct table t = {.columns = 0};
	json_t *r;
	size_t i;

	control_head(&t, names, "llrrrrrrrr");
	json_array_foreach(routes, i, r) {
		table_add(&t, control_text(r, "name"));
		table_add(&t, control_text(r, "backend"));
		control_count(&t, r, "sessions");
		control_count(&t, r, "sessions_total");
		control_count(&t, r, "refused_total");
		control_count(&t, r, "requests_total");
		control_count(&t, r, "messages_in");
		control_count(&t, r, "messages_out");
		control_bytes(&t, control_number(r, "bytes_in"));
		control_bytes(&t, control_number(r, "bytes_out"));
	}
	control_finish(&t);
}

static void control_print_backends(const json_t *backends)
{
	static const char *const names[] = {"BACKEND", "SERVER", "STATE", "SESSIONS", NULL};
	struct table t = {.columns = 0};
	json_t *b, *s;
	size_t i, k;

	control_head(&t, names, "lllr");
	json_array_foreach(backends, i, b) {
		json_array_foreach(json_object_get(b, "servers"), k, s) {
			table_add(&t, control_text(b, "name"));
			table_add(&t, control_text(s, "name"));
			table_add(&t, !json_is_true(json_object_get(s, "up")) ? "DOWN"
			    : json_is_true(json_object_get(s, "draining")) ? "drained" : "up");
			control_count(&t, s, "sessions");
		}
	}
	if (t.n > t.columns)
		putchar('\n');
	if (t.n > t.columns)
		control_finish(&t);
	else
		table_clear(&t);
}

static const char *control_time(const json_t *object, const char *key, char text[CONTROL_TEXT])
{
	time_t at = (time_t)json_number_value(json_object_get(object, key));
	struct tm tm;

	localtime_r(&at, &tm);
	strftime(text, CONTROL_TEXT, "%Y-%m-%d %H:%M:%S", &tm);
	return text;
}

static void control_print_status(json_t *s)
{
	const json_t *reload = json_object_get(s, "reload");
	const char *state = json_is_true(json_object_get(s, "leaving")) ? "stopping"
	    : json_is_true(json_object_get(s, "held_up")) ? "held up: a worker's loop does not turn"
	    : json_is_true(json_object_get(s, "ready")) ? "ready" : "starting";
	char text[CONTROL_TEXT];

	printf("framegate %s, %s, since %s\n", control_text(s, "version"), state,
	    control_time(s, "started", text));
	printf("last configuration read %s: %s\n", control_time(reload, "time", text),
	    json_is_true(json_object_get(reload, "success")) ? "in force"
	    : "failed; the one before stays in force");
	printf("connections %" JSON_INTEGER_FORMAT ", sessions %" JSON_INTEGER_FORMAT
	    ", since the start %" JSON_INTEGER_FORMAT "\n\n", control_number(s, "connections"),
	    control_number(s, "sessions"), control_number(s, "sessions_total"));
	control_print_routes(json_object_get(s, "routes"));
	control_print_backends(json_object_get(s, "backends"));
}

int control_status(const struct arguments *a)
{
	return control_show(a, "/status.json", control_print_status);
}

/* What came of it is for nobody to read. target: taken over. */
static int control_order(const struct arguments *a, struct buffer *target)
{
	struct buffer body = {0};

	buffer_add(target, (struct slice){"", 1});
	bool done = !target->failed && control_client_ask(a, "POST", (const char *)target->p,
	    &body);
	buffer_clear(&body);
	buffer_clear(target);
	return done ? COMMAND_DONE : COMMAND_WRONG;
}

int control_close(const struct arguments *a)
{
	struct buffer target = {0};

	if (!control_is_id(a->operands[0]))
		return COMMAND_WRONG;
	buffer_printf(&target, "/sessions/%s/close", a->operands[0]);
	control_client_add(&target, "code", a->value[OPTION_CODE]);
	control_client_add(&target, "reason", a->value[OPTION_REASON]);
	return control_order(a, &target);
}

int control_drain(const struct arguments *a)
{
	struct buffer target = {0};

	buffer_add(&target, SLICE("/drain"));
	control_client_add(&target, "backend", a->operands[0]);
	control_client_add(&target, "server", a->operands[1]);
	control_client_add(&target, "undo", a->value[OPTION_UNDO] ? "1" : NULL);
	return control_order(a, &target);
}

int control_stop(const struct arguments *a)
{
	struct buffer target = {0};

	buffer_add(&target, SLICE("/stop"));
	return control_order(a, &target);
}

int control_reload(const struct arguments *a)
{
	struct buffer body = {0};
	json_t *answer = control_client_ask(a, "POST", "/reload", &body)
	    ? json_loads((const char *)body.p, 0, NULL) : NULL;
	bool done = json_is_true(json_object_get(answer, "done"));
	const char *words = json_string_value(json_object_get(answer, "words"));

	if (words)
		fputs(words, stderr);
	if (answer && !done)
		fputs("framegate: the configuration before stays in force\n", stderr);
	json_decref(answer);
	buffer_clear(&body);
	return done ? COMMAND_DONE : COMMAND_WRONG;
}
