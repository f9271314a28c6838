#include "admin/control_site.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "admin/admin_json.h"
#include "admin/admin_site.h"
#include "base/log.h"
#include "codec/http_path.h"
#include "http/gateway_worker.h"
#include "net/unix_peer.h"
#include "route/snapshot.h"
#include "upstream/backend.h"

enum {
	CONTROL_CODE_FIRST = 1000, CONTROL_CODE_LAST = 4999,	/* RFC 6455 section 7.4 */
	CONTROL_REASON = 123			/* bytes that fit a Close, RFC 6455 section 5.5.1 */
};

struct control_wish {
	struct letter		 letter;
	struct worker		*home;
	struct control_site	*site;
	struct exchange		*x;		/* NULL: its client has left */
	struct buffer		 answer;
};

static struct control_site *control_site_of(const struct exchange *x)
{
	return &LIST_OWNER(x->client->worker->gateway->site, struct admin_site, site)->control;
}

static void control_answer(struct exchange *x, int status, struct buffer *body)
{
	static const struct header headers[] = {{SLICE("Cache-Control"), SLICE("no-store")}};

	buffer_add(body, SLICE("\n"));
	if (body->failed) {
		exchange_fail(x, FAULT_NO_MEMORY);
	} else {
		x->ops->set_buffer(x, body->n);
		exchange_answer(x, status, headers, 1, "application/json", buffer_slice(body));
	}
	buffer_clear(body);
}

/* The decoded value of a parameter, in the exchange's arena; n 0: there is none. False: broken. */
static bool control_parameter(struct exchange *x, const char *name, struct slice *value)
{
	struct slice raw = http_query_find(x->request->query, slice_of(name));
	char *text = arena_alloc(&x->arena, raw.n + 1);

	*value = (struct slice){text, 0};
	return text && (raw.p == NULL || http_path_decode(raw, true, text, &value->n));
}

/* "/sessions/ID/close": what stands between. */
static struct slice control_id(const struct exchange *x)
{
	const size_t head = strlen("/sessions/");
	struct slice path = x->request->path, id;

	if (path.n < head)
		return (struct slice){NULL, 0};
	path = (struct slice){path.p + head, path.n - head};
	return slice_cut(&path, '/', &id) ? id : path;
}

/* Sessions */

static void control_write_session(struct buffer *b, const struct roll_session *s)
{
	buffer_printf(b, "{\"id\":\"%s\"", s->id);
	admin_json_member(b, "route", s->route);
	admin_json_member(b, "backend", s->backend);
	admin_json_member(b, "server", s->server);
	admin_json_member(b, "client_ip", s->client_ip);
	admin_json_member(b, "user", s->user);
	admin_json_member(b, "protocol", s->protocol);
	admin_json_member(b, "transport", s->transport);
	admin_json_member(b, "subprotocol", s->subprotocol);
	buffer_printf(b, ",\"worker\":%u,\"open\":%s", s->worker, admin_json_flag(s->ready));
	admin_json_seconds(b, "age", s->age);
	admin_json_seconds(b, "idle", s->idle);
	buffer_printf(b, ",\"bytes_in\":%" PRIu64 ",\"bytes_out\":%" PRIu64
	    ",\"messages_in\":%" PRIu64 ",\"messages_out\":%" PRIu64 ",\"queued\":%" PRIu64 "}",
	    s->bytes_in, s->bytes_out, s->messages_in, s->messages_out, s->queued);
}

static void control_add_session(void *arg, const struct roll_session *s)
{
	struct buffer *b = arg;

	buffer_add(b, b->n > 1 ? SLICE(",\n") : SLICE("\n"));
	control_write_session(b, s);
}

static void control_listed(struct roll *roll)
{
	struct exchange *x = roll->owner;
	struct buffer body = {0};

	x->state = NULL;
	buffer_add(&body, SLICE("["));
	roll_each(roll, control_add_session, &body);
	buffer_add(&body, SLICE("\n]"));
	body.failed |= roll->failed;
	control_answer(x, 200, &body);
}

static void control_only_session(void *arg, const struct roll_session *s)
{
	control_write_session(arg, s);
}

/* Of the one that was meant. */
static void control_told(struct roll *roll)
{
	struct exchange *x = roll->owner;
	struct buffer body = {0};

	x->state = NULL;
	roll_each(roll, control_only_session, &body);
	if (body.n == 0 && !roll->failed)
		exchange_fail(x, FAULT_SESSION_UNKNOWN);
	else
		control_answer(x, 200, &body);
}

static enum fault control_call(struct exchange *x, const struct roll_filter *filter,
    const struct roll_end *end, void (*done)(struct roll *))
{
	struct control_site *site = control_site_of(x);

	x->state = roll_call(x->client->worker, site->workers, site->n_workers, filter, end,
	    &site->under_way, x, done);
	return x->state ? FAULT_NONE : FAULT_NO_MEMORY;
}

static enum fault control_list(struct exchange *x)
{
	struct roll_filter f = {.id = {NULL, 0}};

	if (!control_parameter(x, "route", &f.route) ||
	    !control_parameter(x, "backend", &f.backend) ||
	    !control_parameter(x, "transport", &f.transport) ||
	    !control_parameter(x, "client_ip", &f.client_ip))
		return FAULT_ADMIN_REQUEST;
	return control_call(x, &f, NULL, control_listed);
}

static enum fault control_tell(struct exchange *x)
{
	return control_call(x, &(struct roll_filter){.id = control_id(x)}, NULL, control_told);
}

static enum fault control_close(struct exchange *x)
{
	struct roll_end end = {.on = true};
	struct slice code;
	uint64_t number = 0;

	if (!control_parameter(x, "code", &code) ||
	    !control_parameter(x, "reason", &end.reason) || end.reason.n > CONTROL_REASON)
		return FAULT_ADMIN_REQUEST;
	if (code.n > 0 && (!slice_u64(code, &number) || number < CONTROL_CODE_FIRST ||
	    number > CONTROL_CODE_LAST))
		return FAULT_ADMIN_REQUEST;
	end.code = (uint16_t)number;
	return control_call(x, &(struct roll_filter){.id = control_id(x)}, &end, control_told);
}

static void control_call_gone(struct exchange *x, enum fault f)
{
	struct roll *roll = x->state;

	(void)f;
	if (roll)
		roll->owner = NULL;
}

/* The program */

static void control_wish_free(struct control_wish *w)
{
	w->site->under_way--;
	buffer_clear(&w->answer);
	free(w);
}

static void control_open_wish(struct worker *home, struct letter *l)
{
	struct control_wish *w = LIST_OWNER(l, struct control_wish, letter);

	(void)home;
	if (w->x) {
		w->x->state = NULL;
		control_answer(w->x, 200, &w->answer);
	}
	control_wish_free(w);
}

static void control_drop_wish(struct letter *l)
{
	control_wish_free(LIST_OWNER(l, struct control_wish, letter));
}

void control_reloaded(struct control_wish *w, bool done, const char *words, unsigned errors,
    unsigned warnings)
{
	buffer_printf(&w->answer, "{\"done\":%s,\"errors\":%u,\"warnings\":%u",
	    admin_json_flag(done), errors, warnings);
	admin_json_member(&w->answer, "words", slice_of(words));
	buffer_add(&w->answer, SLICE("}"));
	w->letter = (struct letter){.open = control_open_wish, .drop = control_drop_wish};
	worker_post(w->home, &w->letter);
}

static enum fault control_reload(struct exchange *x)
{
	struct control_site *site = control_site_of(x);
	struct control_wish *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return FAULT_NO_MEMORY;
	w->home = x->client->worker;
	w->site = site;
	w->x = x;
	site->under_way++;
	x->state = w;
	site->acts->reload(site->acts->arg, w);
	return FAULT_NONE;
}

static void control_reload_gone(struct exchange *x, enum fault f)
{
	struct control_wish *w = x->state;

	(void)f;
	if (w)
		w->x = NULL;
}

static size_t control_drain_servers(struct admin_site *site, struct slice backend,
    struct slice server, bool on)
{
	struct held *held = gather_snapshot(site->gather);
	const struct snapshot *s = LIST_OWNER(held, struct snapshot, held);
	size_t n = 0;

	for (size_t i = 0; i < s->config->n_backends; i++)
		if (slice_eq(backend, slice_of(s->config->backends[i].name)))
			n = backend_drain(s->backends[i], server, on);
	held_put(held);
	return n;
}

static enum fault control_drain(struct exchange *x)
{
	struct slice backend, server, undo;
	struct buffer body = {0};

	if (!control_parameter(x, "backend", &backend) ||
	    !control_parameter(x, "server", &server) || !control_parameter(x, "undo", &undo))
		return FAULT_ADMIN_REQUEST;
	size_t n = control_drain_servers(LIST_OWNER(control_site_of(x), struct admin_site, control),
	    backend, server, undo.n == 0);
	if (n == 0)
		return FAULT_ADMIN_NO_SERVER;
	log_line(LOG_LEVEL_INFO, "backend %.*s: %s%.*s%s", SLICE_ARG(backend),
	    server.n > 0 ? "" : "all servers", SLICE_ARG(server),
	    undo.n > 0 ? " may have sessions again" : " drained, at an admin's wish");
	buffer_printf(&body, "{\"servers\":%zu}", n);
	control_answer(x, 200, &body);
	return FAULT_NONE;
}

static enum fault control_stop(struct exchange *x)
{
	const struct control_acts *acts = control_site_of(x)->acts;
	struct buffer body = {0};

	buffer_add(&body, SLICE("{\"stopping\":true}"));
	control_answer(x, 200, &body);
	acts->stop(acts->arg);
	return FAULT_NONE;
}

/* Between head and tail stands an id. */
static const struct control_page {
	const char	*method, *head, *tail;	/* of the path; tail NULL: it is head alone */
	struct handler	 handler;
} control_pages[] = {
	{"GET", "/sessions", NULL, {.name = "sessions", .json = true, .open = control_list,
	    .gone = control_call_gone}},
	{"GET", "/sessions/", "", {.name = "session", .json = true, .open = control_tell,
	    .gone = control_call_gone}},
	{"POST", "/sessions/", "/close", {.name = "close", .json = true, .open = control_close,
	    .gone = control_call_gone}},
	{"POST", "/drain", NULL, {.name = "drain", .json = true, .open = control_drain}},
	{"POST", "/reload", NULL, {.name = "reload", .json = true, .open = control_reload,
	    .gone = control_reload_gone}},
	{"POST", "/stop", NULL, {.name = "stop", .json = true, .open = control_stop}},
};

static bool control_is_page(const struct control_page *page, struct slice path)
{
	size_t head = strlen(page->head), tail;

	if (page->tail == NULL)
		return slice_eq(path, slice_of(page->head));
	tail = strlen(page->tail);
	return path.n == head + RANDOM_ID + tail && slice_starts(path, slice_of(page->head)) &&
	    slice_ends(path, slice_of(page->tail)) &&
	    memchr(path.p + head, '/', RANDOM_ID) == NULL;
}

/* Whoever acts is on the log. */
static void control_log(const struct exchange *x)
{
	unsigned uid;

	if (unix_peer_user(x->client->fd, &uid))
		log_line(LOG_LEVEL_INFO, "admin: %.*s, by user %u", SLICE_ARG(x->request->path),
		    uid);
}

enum fault control_site_find(const struct exchange *x, const struct handler **handler)
{
	*handler = NULL;
	for (size_t i = 0; i < sizeof(control_pages) / sizeof(control_pages[0]); i++) {
		const struct control_page *page = &control_pages[i];
		if (!control_is_page(page, x->request->path))
			continue;
		if (!slice_eq(x->request->method, slice_of(page->method)))
			return FAULT_METHOD_NOT_ALLOWED;
		*handler = &page->handler;
		if (slice_eq(x->request->method, SLICE("POST")))
			control_log(x);
		return FAULT_NONE;
	}
	return FAULT_NONE;
}
