#include "admin/status_json.h"

#include <inttypes.h>

#include "admin/admin_json.h"
#include "admin/metrics.h"
#include "autoconf.h"

enum { STATUS_JSON_SECOND = 1000 };

static void status_json_name(struct buffer *b, const char *name)
{
	buffer_add(b, SLICE("{\"name\":"));
	admin_json_text(b, slice_of(name));
}

/* "key":[…], each element by a function of its own. */
static void status_json_list(struct buffer *b, const char *key, const struct numbers *n,
    size_t many, void (*element)(struct buffer *, const struct numbers *, size_t))
{
	buffer_printf(b, ",\n\"%s\":[", key);
	for (size_t i = 0; i < many; i++) {
		buffer_add(b, i ? SLICE(",\n") : SLICE("\n"));
		element(b, n, i);
	}
	buffer_add(b, SLICE("]"));
}

static uint64_t status_json_refused(const struct coded_sum *handshakes)
{
	uint64_t n = handshakes->other;

	for (unsigned i = 0; i < handshakes->n; i++)
		if (handshakes->v[i].number != FAULT_NONE)
			n += handshakes->v[i].count;
	return n;
}

static uint64_t status_json_sum(const struct coded_sum *sum)
{
	uint64_t n = sum->other;

	for (unsigned i = 0; i < sum->n; i++)
		n += sum->v[i].count;
	return n;
}

static void status_json_route(struct buffer *b, const struct numbers *n, size_t i)
{
	const struct numbers_route *r = &n->routes[i];
	int64_t sessions = 0;
	uint64_t total = 0;

	for (unsigned k = 0; k < COUNTS_TRANSPORTS; k++) {
		sessions += r->sessions[k];
		total += r->sessions_total[k];
	}
	status_json_name(b, r->name);
	buffer_add(b, SLICE(",\"backend\":"));
	admin_json_text(b, slice_of(r->backend));
	buffer_printf(b, ",\"gone\":%s,\"messages\":%s", admin_json_flag(r->gone),
	    admin_json_flag(r->exchanges_messages));
	buffer_printf(b, ",\"sessions\":%" PRId64 ",\"sessions_total\":%" PRIu64
	    ",\"refused_total\":%" PRIu64 ",\"requests_total\":%" PRIu64, sessions, total,
	    status_json_refused(&r->handshakes), status_json_sum(&r->requests));
	for (unsigned way = 0; way < COUNTS_WAYS; way++)
		buffer_printf(b, ",\"messages_%s\":%" PRIu64 ",\"bytes_%s\":%" PRIu64
		    ",\"held_%s\":%" PRId64, counts_ways[way], r->traffic[way].messages,
		    counts_ways[way], r->traffic[way].bytes, counts_ways[way], r->held[way]);
	buffer_add(b, SLICE("}"));
}

static void status_json_backend(struct buffer *b, const struct numbers *n, size_t i)
{
	const struct numbers_backend *backend = &n->backends[i];

	status_json_name(b, backend->name);
	buffer_printf(b, ",\"waiting\":%u,\"servers\":[", backend->waiting);
	for (size_t k = 0; k < backend->n_servers; k++) {
		const struct numbers_server *s = &backend->servers[k];
		buffer_add(b, k ? SLICE(",") : SLICE(""));
		status_json_name(b, s->name);
		buffer_printf(b, ",\"up\":%s,\"draining\":%s,\"sessions\":%u}",
		    admin_json_flag(s->up), admin_json_flag(s->draining), s->sessions);
	}
	buffer_add(b, SLICE("]}"));
}

static void status_json_listener(struct buffer *b, const struct numbers *n, size_t i)
{
	const struct numbers_listener *l = &n->listeners[i];

	status_json_name(b, l->name);
	buffer_printf(b, ",\"tls\":%s,\"connections\":%" PRId64 ",\"connections_total\":%" PRIu64
	    "}", admin_json_flag(l->tls), l->connections, l->connections_total);
}

static void status_json_worker(struct buffer *b, const struct numbers *n, size_t i)
{
	const struct numbers_worker *w = &n->workers[i];

	buffer_printf(b, "{\"connections\":%" PRId64 ",\"sessions\":%" PRId64, w->connections,
	    w->sessions);
	admin_json_seconds(b, "cpu", w->cpu / STATUS_JSON_SECOND);
	buffer_add(b, SLICE("}"));
}

static void status_json_certificate(struct buffer *b, const struct numbers *n, size_t i)
{
	const struct numbers_certificate *c = &n->certificates[i];

	buffer_add(b, SLICE("{\"profile\":"));
	admin_json_text(b, slice_of(c->profile));
	buffer_add(b, SLICE(",\"subject\":"));
	admin_json_text(b, slice_of(c->subject));
	buffer_printf(b, ",\"expires\":%" PRId64 "}", c->expires);
}

static void status_json_buffered(struct buffer *b, const struct numbers *n)
{
	const char *place;
	int64_t bytes;

	buffer_add(b, SLICE(",\n\"buffered\":{"));
	for (size_t i = 0; (place = metrics_place(n, i, &bytes)) != NULL; i++)
		buffer_printf(b, "%s\"%s\":%" PRId64, i ? "," : "", place, bytes);
	buffer_add(b, SLICE("}"));
}

static void status_json_process(struct buffer *b, const struct numbers_process *p)
{
	buffer_printf(b, ",\n\"process\":{\"resident\":%" PRIu64 ",\"open_files\":%" PRIu64
	    ",\"max_files\":%" PRIu64, p->resident, p->open_files, p->max_files);
	admin_json_seconds(b, "cpu", p->cpu / STATUS_JSON_SECOND);
	buffer_add(b, SLICE("}"));
}

static void status_json_head(struct buffer *b, const struct numbers *n)
{
	buffer_printf(b, "{\"version\":\"" PACKAGE_VERSION "\",\"ready\":%s,\"leaving\":%s,"
	    "\"held_up\":%s", admin_json_flag(n->ready), admin_json_flag(n->leaving),
	    admin_json_flag(n->held_up));
	admin_json_seconds(b, "time", n->now);
	admin_json_seconds(b, "started", n->started);
	buffer_printf(b, ",\n\"reload\":{\"success\":%s,\"successes\":%" PRIu64
	    ",\"failures\":%" PRIu64, admin_json_flag(!n->reload_failed), n->reloads,
	    n->reload_failures);
	admin_json_seconds(b, "time", n->reload_time);
	buffer_printf(b, "},\n\"connections\":%" PRId64 ",\"sessions\":%" PRId64
	    ",\"connections_total\":%" PRIu64 ",\"sessions_total\":%" PRIu64
	    ",\"given_up_total\":%" PRIu64, n->totals.connections, n->totals.sessions,
	    n->totals.connections_total, n->totals.sessions_total, n->totals.given_up);
}

/* Rows of equal moments, since a key for each number would be most of the answer. */
static void status_json_history(struct buffer *b, const struct history *h)
{
	buffer_printf(b, ",\n\"history\":{\"keys\":[\"time\",\"sessions\",\"connections\","
	    "\"messages_in\",\"messages_out\",\"bytes_in\",\"bytes_out\",\"refusals\"],"
	    "\"rows\":[");
	for (unsigned i = 0; i < h->n; i++) {
		const struct numbers_moment *m = history_at(h, i);
		buffer_printf(b, "%s[%" PRIu64 ".%03u,%" PRId64 ",%" PRId64 ",%" PRIu64 ",%" PRIu64
		    ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "]", i ? ",\n" : "\n",
		    m->time / STATUS_JSON_SECOND, (unsigned)(m->time % STATUS_JSON_SECOND),
		    m->sessions, m->connections, m->traffic[COUNTS_IN].messages,
		    m->traffic[COUNTS_OUT].messages, m->traffic[COUNTS_IN].bytes,
		    m->traffic[COUNTS_OUT].bytes, m->refusals);
	}
	buffer_add(b, SLICE("]}"));
}

static void status_json_recent(struct buffer *b, const struct log_recent *recent, unsigned n)
{
	buffer_add(b, SLICE(",\n\"recent\":["));
	for (unsigned i = 0; i < n; i++) {
		buffer_printf(b, "%s{\"level\":\"%s\"", i ? ",\n" : "\n",
		    recent[i].level == LOG_LEVEL_ERROR ? "error" : "warn");
		admin_json_seconds(b, "time", recent[i].time);
		buffer_add(b, SLICE(",\"message\":"));
		admin_json_text(b, (struct slice){recent[i].text, recent[i].n});
		buffer_add(b, SLICE("}"));
	}
	buffer_add(b, SLICE("]"));
}

void status_json_write(struct buffer *b, const struct numbers *n, const struct history *h,
    const struct log_recent *recent, unsigned n_recent)
{
	status_json_head(b, n);
	status_json_list(b, "routes", n, n->n_routes, status_json_route);
	status_json_list(b, "backends", n, n->n_backends, status_json_backend);
	status_json_list(b, "listeners", n, n->n_listeners, status_json_listener);
	status_json_list(b, "workers", n, n->n_workers, status_json_worker);
	status_json_list(b, "certificates", n, n->n_certificates, status_json_certificate);
	status_json_buffered(b, n);
	status_json_process(b, &n->process);
	status_json_history(b, h);
	status_json_recent(b, recent, n_recent);
	buffer_add(b, SLICE("}\n"));
}
