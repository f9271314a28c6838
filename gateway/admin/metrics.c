#include "admin/metrics.h"

#include <ctype.h>

#include "autoconf.h"

enum { METRICS_WORD = 64, METRICS_US = 1000 };	/* us of a ms */

/* "ORIGIN_DENIED" as a label: "origin_denied". */
static const char *metrics_fault(enum fault f, char word[METRICS_WORD])
{
	const char *name = fault_name(f);
	size_t i = 0;

	for (; name[i] && i + 1 < METRICS_WORD; i++)
		word[i] = (char)tolower((unsigned char)name[i]);
	word[i] = '\0';
	return word;
}

static void metrics_connections(struct metrics_text *t, const struct numbers *n)
{
	for (size_t i = 0; i < n->n_listeners; i++)
		metrics_text_gauge(t, n->listeners[i].connections,
		    METRICS_LABELS({"listener", n->listeners[i].name}));
}

static void metrics_connections_total(struct metrics_text *t, const struct numbers *n)
{
	for (size_t i = 0; i < n->n_listeners; i++)
		metrics_text_number(t, n->listeners[i].connections_total,
		    METRICS_LABELS({"listener", n->listeners[i].name}));
}

static void metrics_handshake_duration(struct metrics_text *t, const struct numbers *n)
{
	for (size_t i = 0; i < n->n_listeners; i++)
		if (n->listeners[i].tls)
			metrics_text_histogram(t, &n->listeners[i].handshakes,
			    METRICS_LABELS({"listener", n->listeners[i].name}));
}

/* A route's series for a transport is there before its first session, and stays with the last. */
static bool metrics_has(const struct numbers_route *r, unsigned transport)
{
	return r->transports & 1u << transport || r->sessions_total[transport] > 0;
}

static void metrics_sessions(struct metrics_text *t, const struct numbers *n)
{
	for (size_t i = 0; i < n->n_routes; i++)
		for (unsigned k = 0; k < COUNTS_TRANSPORTS; k++)
			if (metrics_has(&n->routes[i], k))
				metrics_text_gauge(t, n->routes[i].sessions[k], METRICS_LABELS(
				    {"route", n->routes[i].name},
				    {"transport", counts_transports[k]},
				    {"backend", n->routes[i].backend}));
}

static void metrics_sessions_total(struct metrics_text *t, const struct numbers *n)
{
	for (size_t i = 0; i < n->n_routes; i++)
		for (unsigned k = 0; k < COUNTS_TRANSPORTS; k++)
			if (metrics_has(&n->routes[i], k))
				metrics_text_number(t, n->routes[i].sessions_total[k],
				    METRICS_LABELS({"route", n->routes[i].name},
				    {"transport", counts_transports[k]},
				    {"backend", n->routes[i].backend}));
}

static void metrics_handshakes(struct metrics_text *t, const struct numbers *n)
{
	char word[METRICS_WORD];

	for (size_t i = 0; i < n->n_routes; i++) {
		const struct numbers_route *r = &n->routes[i];
		const struct coded_sum *sum = &r->handshakes;
		for (unsigned k = 0; k < sum->n; k++) {
			enum fault f = (enum fault)sum->v[k].number;
			metrics_text_number(t, sum->v[k].count, METRICS_LABELS({"route", r->name},
			    {"result", f == FAULT_NONE ? "accepted" : metrics_fault(f, word)}));
		}
		if (r->exchanges_messages && (sum->n == 0 || sum->v[0].number != FAULT_NONE))
			metrics_text_number(t, 0,
			    METRICS_LABELS({"route", r->name}, {"result", "accepted"}));
	}
}

/* One sample for each direction of each route that exchanges messages. */
static void metrics_ways(struct metrics_text *t, const struct numbers *n,
    void (*sample)(struct metrics_text *, const struct numbers_route *, unsigned way,
    const struct metrics_label *, size_t))
{
	for (size_t i = 0; i < n->n_routes; i++)
		for (unsigned way = 0; way < COUNTS_WAYS && n->routes[i].exchanges_messages; way++)
			sample(t, &n->routes[i], way, METRICS_LABELS(
			    {"route", n->routes[i].name}, {"direction", counts_ways[way]}));
}

static void metrics_messages_way(struct metrics_text *t, const struct numbers_route *r,
    unsigned way, const struct metrics_label *labels, size_t n)
{
	metrics_text_number(t, r->traffic[way].messages, labels, n);
}

static void metrics_messages(struct metrics_text *t, const struct numbers *n)
{
	metrics_ways(t, n, metrics_messages_way);
}

static void metrics_bytes_way(struct metrics_text *t, const struct numbers_route *r, unsigned way,
    const struct metrics_label *labels, size_t n)
{
	metrics_text_number(t, r->traffic[way].bytes, labels, n);
}

static void metrics_bytes(struct metrics_text *t, const struct numbers *n)
{
	metrics_ways(t, n, metrics_bytes_way);
}

static void metrics_held_way(struct metrics_text *t, const struct numbers_route *r, unsigned way,
    const struct metrics_label *labels, size_t n)
{
	metrics_text_gauge(t, r->held[way], labels, n);
}

static void metrics_held(struct metrics_text *t, const struct numbers *n)
{
	metrics_ways(t, n, metrics_held_way);
}

static void metrics_held_seconds_way(struct metrics_text *t, const struct numbers_route *r,
    unsigned way, const struct metrics_label *labels, size_t n)
{
	metrics_text_us(t, r->held_ms[way] * METRICS_US, labels, n);
}

static void metrics_held_seconds(struct metrics_text *t, const struct numbers *n)
{
	metrics_ways(t, n, metrics_held_seconds_way);
}

static void metrics_closes(struct metrics_text *t, const struct numbers *n)
{
	char code[METRICS_WORD];

	for (size_t i = 0; i < n->n_routes; i++) {
		const struct numbers_route *r = &n->routes[i];
		for (unsigned k = 0; k < r->closes.n; k++) {
			unsigned key = r->closes.v[k].number;
			snprintf(code, sizeof(code), "%u", key / COUNTS_CLOSERS);
			metrics_text_number(t, r->closes.v[k].count,
			    METRICS_LABELS({"route", r->name}, {"code", code},
			    {"initiator", counts_closers[key % COUNTS_CLOSERS]}));
		}
		if (r->closes.other > 0)
			metrics_text_number(t, r->closes.other, METRICS_LABELS({"route", r->name},
			    {"code", "other"}, {"initiator", "other"}));
	}
}

static void metrics_refusals(struct metrics_text *t, const struct numbers *n)
{
	char word[METRICS_WORD];

	for (unsigned f = FAULT_NONE + 1; f < FAULT_COUNT; f++)
		metrics_text_number(t, n->totals.refusals[f],
		    METRICS_LABELS({"reason", metrics_fault((enum fault)f, word)}));
}

static void metrics_requests(struct metrics_text *t, const struct numbers *n)
{
	char code[METRICS_WORD];

	for (size_t i = 0; i < n->n_routes; i++) {
		const struct numbers_route *r = &n->routes[i];
		for (unsigned k = 0; k < r->requests.n; k++) {
			snprintf(code, sizeof(code), "%u", r->requests.v[k].number);
			metrics_text_number(t, r->requests.v[k].count,
			    METRICS_LABELS({"route", r->name}, {"code", code}));
		}
		if (r->requests.other > 0)
			metrics_text_number(t, r->requests.other,
			    METRICS_LABELS({"route", r->name}, {"code", "other"}));
	}
}

static void metrics_backend_up(struct metrics_text *t, const struct numbers *n)
{
	for (size_t i = 0; i < n->n_backends; i++)
		for (size_t k = 0; k < n->backends[i].n_servers; k++)
			metrics_text_number(t, n->backends[i].servers[k].up, METRICS_LABELS(
			    {"backend", n->backends[i].name},
			    {"server", n->backends[i].servers[k].name}));
}

static void metrics_backend_sessions(struct metrics_text *t, const struct numbers *n)
{
	for (size_t i = 0; i < n->n_backends; i++)
		for (size_t k = 0; k < n->backends[i].n_servers; k++)
			metrics_text_number(t, n->backends[i].servers[k].sessions, METRICS_LABELS(
			    {"backend", n->backends[i].name},
			    {"server", n->backends[i].servers[k].name}));
}

static void metrics_dial_duration(struct metrics_text *t, const struct numbers *n)
{
	for (size_t i = 0; i < n->n_backends; i++)
		metrics_text_histogram(t, &n->backends[i].dials,
		    METRICS_LABELS({"backend", n->backends[i].name}));
}

static void metrics_queue(struct metrics_text *t, const struct numbers *n)
{
	for (size_t i = 0; i < n->n_backends; i++)
		metrics_text_number(t, n->backends[i].waiting,
		    METRICS_LABELS({"backend", n->backends[i].name}));
}

const char *metrics_place(const struct numbers *n, size_t i, int64_t *bytes)
{
	const struct numbers_totals *t = &n->totals;
	const struct {
		const char	*name;
		int64_t		 bytes;
	} places[] = {
		{"heads", t->heads}, {"stash", t->stashed}, {"out", t->queued},
		{"partial", t->assembled}, {"outbox", t->kept}, {"posted", t->posted},
		{"unposted", t->unposted}, {"compression", t->compression},
	};

	if (i >= sizeof(places) / sizeof(places[0]))
		return NULL;
	*bytes = places[i].bytes > 0 ? places[i].bytes : 0;
	return places[i].name;
}

static void metrics_buffered(struct metrics_text *t, const struct numbers *n)
{
	const char *place;
	int64_t bytes;

	for (size_t i = 0; (place = metrics_place(n, i, &bytes)) != NULL; i++)
		metrics_text_gauge(t, bytes, METRICS_LABELS({"place", place}));
}

static void metrics_given_up(struct metrics_text *t, const struct numbers *n)
{
	metrics_text_number(t, n->totals.given_up, METRICS_NO_LABELS);
}

static void metrics_sockets(struct metrics_text *t, const struct numbers *n)
{
	metrics_text_gauge(t, n->totals.streams, METRICS_NO_LABELS);
}

static void metrics_tls_sockets(struct metrics_text *t, const struct numbers *n)
{
	metrics_text_gauge(t, n->totals.tls, METRICS_NO_LABELS);
}

/* One sample for each worker. */
static void metrics_workers(struct metrics_text *t, const struct numbers *n,
    void (*sample)(struct metrics_text *, const struct numbers_worker *,
    const struct metrics_label *, size_t))
{
	char index[METRICS_WORD];

	for (size_t i = 0; i < n->n_workers; i++) {
		snprintf(index, sizeof(index), "%zu", i);
		sample(t, &n->workers[i], METRICS_LABELS({"worker", index}));
	}
}

static void metrics_worker_connections_of(struct metrics_text *t, const struct numbers_worker *w,
    const struct metrics_label *labels, size_t n)
{
	metrics_text_gauge(t, w->connections, labels, n);
}

static void metrics_worker_connections(struct metrics_text *t, const struct numbers *n)
{
	metrics_workers(t, n, metrics_worker_connections_of);
}

static void metrics_worker_sessions_of(struct metrics_text *t, const struct numbers_worker *w,
    const struct metrics_label *labels, size_t n)
{
	metrics_text_gauge(t, w->sessions, labels, n);
}

static void metrics_worker_sessions(struct metrics_text *t, const struct numbers *n)
{
	metrics_workers(t, n, metrics_worker_sessions_of);
}

static void metrics_worker_cpu_of(struct metrics_text *t, const struct numbers_worker *w,
    const struct metrics_label *labels, size_t n)
{
	metrics_text_us(t, w->cpu, labels, n);
}

static void metrics_worker_cpu(struct metrics_text *t, const struct numbers *n)
{
	metrics_workers(t, n, metrics_worker_cpu_of);
}

static void metrics_ready(struct metrics_text *t, const struct numbers *n)
{
	metrics_text_number(t, n->ready, METRICS_NO_LABELS);
}

static void metrics_reload_success(struct metrics_text *t, const struct numbers *n)
{
	metrics_text_number(t, !n->reload_failed, METRICS_NO_LABELS);
}

static void metrics_reload_timestamp(struct metrics_text *t, const struct numbers *n)
{
	metrics_text_us(t, n->reload_time * METRICS_US, METRICS_NO_LABELS);
}

static void metrics_reloads(struct metrics_text *t, const struct numbers *n)
{
	metrics_text_number(t, n->reloads, METRICS_LABELS({"result", "success"}));
	metrics_text_number(t, n->reload_failures, METRICS_LABELS({"result", "failure"}));
}

static void metrics_certificates(struct metrics_text *t, const struct numbers *n)
{
	for (size_t i = 0; i < n->n_certificates; i++)
		metrics_text_gauge(t, n->certificates[i].expires, METRICS_LABELS(
		    {"profile", n->certificates[i].profile},
		    {"subject", n->certificates[i].subject}));
}

static void metrics_build(struct metrics_text *t, const struct numbers *n)
{
	(void)n;
	metrics_text_number(t, 1, METRICS_LABELS({"version", PACKAGE_VERSION}));
}

static void metrics_process_cpu(struct metrics_text *t, const struct numbers *n)
{
	metrics_text_us(t, n->process.cpu, METRICS_NO_LABELS);
}

static void metrics_process_start(struct metrics_text *t, const struct numbers *n)
{
	metrics_text_us(t, n->started * METRICS_US, METRICS_NO_LABELS);
}

/* What the kernel does not tell is left out. */
static void metrics_known(struct metrics_text *t, uint64_t value)
{
	if (value > 0)
		metrics_text_number(t, value, METRICS_NO_LABELS);
}

static void metrics_process_resident(struct metrics_text *t, const struct numbers *n)
{
	metrics_known(t, n->process.resident);
}

static void metrics_process_virtual(struct metrics_text *t, const struct numbers *n)
{
	metrics_known(t, n->process.virtual);
}

static void metrics_process_open(struct metrics_text *t, const struct numbers *n)
{
	metrics_known(t, n->process.open_files);
}

static void metrics_process_max(struct metrics_text *t, const struct numbers *n)
{
	metrics_known(t, n->process.max_files);
}

const struct metric metrics_table[] = {
	{"framegate_connections", METRIC_GAUGE, NULL,
	    "Connections of clients that are open.",
	    "listener", metrics_connections},
	{"framegate_connections_total", METRIC_TOTAL, NULL,
	    "Connections of clients that were accepted.",
	    "listener", metrics_connections_total},
	{"framegate_sessions", METRIC_GAUGE, NULL,
	    "Sessions that are open.",
	    "route, transport, backend", metrics_sessions},
	{"framegate_sessions_total", METRIC_TOTAL, NULL,
	    "Sessions that began: their client and their backend were connected.",
	    "route, transport, backend", metrics_sessions_total},
	{"framegate_handshakes", METRIC_COUNTER, NULL,
	    "Sessions that were asked for, by what became of it: accepted, or why not.",
	    "route, result", metrics_handshakes},
	{"framegate_messages", METRIC_COUNTER, NULL,
	    "Messages of sessions. Where a backend knows only bytes, what came of it at once is a "
	    "message.",
	    "route, direction", metrics_messages},
	{"framegate_bytes", METRIC_COUNTER, "bytes",
	    "Payload of sessions, without what carries it.",
	    "route, direction", metrics_bytes},
	{"framegate_closes", METRIC_COUNTER, NULL,
	    "Sessions that ended, by close code and by who ended them. Codes that peers made up, "
	    "beyond some, are counted together as other.",
	    "route, code, initiator", metrics_closes},
	{"framegate_refusals", METRIC_COUNTER, NULL,
	    "Requests, handshakes and connections that were refused, or failed before they were "
	    "answered, by reason.",
	    "reason", metrics_refusals},
	{"framegate_http_requests", METRIC_COUNTER, NULL,
	    "Requests that were answered, by the status of the answer; handshakes are among them. "
	    "Those that no route took are of the route -.",
	    "route, code", metrics_requests},
	{"framegate_backend_up", METRIC_GAUGE, NULL,
	    "Whether a server is up: 1, or 0.",
	    "backend, server", metrics_backend_up},
	{"framegate_backend_sessions", METRIC_GAUGE, NULL,
	    "Sessions and requests that a server has, with those that are being opened.",
	    "backend, server", metrics_backend_sessions},
	{"framegate_dial_duration_seconds", METRIC_HISTOGRAM, "seconds",
	    "How long it took to connect to a server: name, TCP and TLS. Those that failed do not "
	    "count.",
	    "backend", metrics_dial_duration},
	{"framegate_handshake_duration_seconds", METRIC_HISTOGRAM, "seconds",
	    "How long TLS handshakes of clients took. Those that failed do not count.",
	    "listener", metrics_handshake_duration},
	{"framegate_queue_length", METRIC_GAUGE, NULL,
	    "Sessions that wait for a place in a backend.",
	    "backend", metrics_queue},
	{"framegate_buffered_bytes", METRIC_GAUGE, "bytes",
	    "Bytes that rest in the gateway, by place: heads of requests that are not answered, "
	    "stash of what is not complete, out for peers that are slow, partial messages, outbox "
	    "of sessions that last across requests, posted by clients and unposted to backends, "
	    "and states of compression.",
	    "place", metrics_buffered},
	{"framegate_backpressure_seconds", METRIC_COUNTER, "seconds",
	    "How long senders were stopped since the other side took no more: in, clients; out, "
	    "backends. Counted when they go on or end.",
	    "route, direction", metrics_held_seconds},
	{"framegate_backpressure_sessions", METRIC_GAUGE, NULL,
	    "Sessions whose sender is stopped just now, since the other side takes no more.",
	    "route, direction", metrics_held},
	{"framegate_connections_given_up", METRIC_COUNTER, NULL,
	    "Connections that were dropped with bytes that the peer did not take in time.",
	    "", metrics_given_up},
	{"framegate_sockets", METRIC_GAUGE, NULL,
	    "Sockets that are open, to clients and backends.",
	    "", metrics_sockets},
	{"framegate_tls_sockets", METRIC_GAUGE, NULL,
	    "Those of them with TLS.",
	    "", metrics_tls_sockets},
	{"framegate_worker_connections", METRIC_GAUGE, NULL,
	    "Connections of clients that a worker has.",
	    "worker", metrics_worker_connections},
	{"framegate_worker_sessions", METRIC_GAUGE, NULL,
	    "Sessions that a worker has.",
	    "worker", metrics_worker_sessions},
	{"framegate_worker_cpu_seconds", METRIC_COUNTER, "seconds",
	    "What a worker has used of a processor. One second for each second is all there is.",
	    "worker", metrics_worker_cpu},
	{"framegate_ready", METRIC_GAUGE, NULL,
	    "Whether clients can connect: 0 while the gateway is stopping.",
	    "", metrics_ready},
	{"framegate_config_last_reload_success", METRIC_GAUGE, NULL,
	    "Whether the last configuration that was loaded came into force.",
	    "", metrics_reload_success},
	{"framegate_config_last_reload_timestamp_seconds", METRIC_GAUGE, "seconds",
	    "When that was, since 1970.",
	    "", metrics_reload_timestamp},
	{"framegate_config_reloads", METRIC_COUNTER, NULL,
	    "Reloads of the configuration since the start, by result: success, failure.",
	    "result", metrics_reloads},
	{"framegate_certificate_expiry_timestamp_seconds", METRIC_GAUGE, "seconds",
	    "When a certificate expires, since 1970. Of several for one name, the first.",
	    "profile, subject", metrics_certificates},
	{"framegate_build", METRIC_INFO, NULL,
	    "The program's version.",
	    "version", metrics_build},
	{"process_cpu_seconds", METRIC_COUNTER, "seconds",
	    "What the process has used of processors.",
	    "", metrics_process_cpu},
	{"process_start_time_seconds", METRIC_GAUGE, "seconds",
	    "When the process started, since 1970.",
	    "", metrics_process_start},
	{"process_resident_memory_bytes", METRIC_GAUGE, "bytes",
	    "Memory of the process that is in RAM.",
	    "", metrics_process_resident},
	{"process_virtual_memory_bytes", METRIC_GAUGE, "bytes",
	    "Addresses that the process has reserved.",
	    "", metrics_process_virtual},
	{"process_open_fds", METRIC_GAUGE, NULL,
	    "File descriptors that are open.",
	    "", metrics_process_open},
	{"process_max_fds", METRIC_GAUGE, NULL,
	    "How many may be.",
	    "", metrics_process_max},
};
const size_t metrics_count = sizeof(metrics_table) / sizeof(metrics_table[0]);

void metrics_write(struct buffer *out, const struct numbers *n, bool open_metrics)
{
	struct metrics_text t = {.out = out, .open_metrics = open_metrics};

	for (size_t i = 0; i < metrics_count; i++) {
		metrics_text_family(&t, &metrics_table[i]);
		metrics_table[i].samples(&t, n);
	}
	metrics_text_end(&t);
}
