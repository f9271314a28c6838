#include "admin/admin_site.h"

#include <string.h>

#include "admin/metrics.h"
#include "admin/status_json.h"
#include "admin/status_page.h"
#include "base/log.h"
#include "codec/http_authority.h"
#include "config/endpoint.h"
#include "http/gateway_worker.h"

struct admin_page {
	struct slice		path;
	struct handler		handler;
};

static struct admin_site *admin_site_of(const struct exchange *x)
{
	return LIST_OWNER(x->client->worker->gateway->site, struct admin_site, site);
}

/* Nothing of it is kept anywhere, shown within another page, or taken for what it is not. */
static void admin_site_answer(struct exchange *x, int status, const char *type, struct slice body,
    const char *policy)
{
	const struct header headers[] = {
		{SLICE("Cache-Control"), SLICE("no-store")},
		{SLICE("X-Content-Type-Options"), SLICE("nosniff")},
		{SLICE("Cross-Origin-Resource-Policy"), SLICE("same-origin")},
		{SLICE("Referrer-Policy"), SLICE("no-referrer")},
		{SLICE("Content-Security-Policy"), slice_of(policy)},
	};

	x->ops->set_buffer(x, body.n);	/* the answer is all that it ever holds */
	exchange_answer(x, status, headers, sizeof(headers) / sizeof(headers[0]), type, body);
}

#define ADMIN_SITE_NOTHING	"default-src 'none'; frame-ancestors 'none'"

/* Gathers, has it written, answers. */
static enum fault admin_site_numbers(struct exchange *x, const char *type,
    void (*write)(struct buffer *, const struct exchange *, const struct numbers *))
{
	struct arena arena;
	struct numbers numbers;
	struct buffer body = {0};

	arena_init(&arena);
	enum fault f = gather_numbers(admin_site_of(x)->gather, &arena, &numbers);
	if (f == FAULT_NONE)
		write(&body, x, &numbers);
	if (body.failed)
		f = FAULT_NO_MEMORY;
	if (f == FAULT_NONE)
		admin_site_answer(x, 200, type, buffer_slice(&body), ADMIN_SITE_NOTHING);
	buffer_clear(&body);
	arena_fini(&arena);
	return f;
}

static bool admin_site_open_metrics(const struct exchange *x)
{
	return metrics_text_wanted(exchange_header(x, SLICE("Accept")));
}

static void admin_site_write_metrics(struct buffer *b, const struct exchange *x,
    const struct numbers *n)
{
	metrics_write(b, n, admin_site_open_metrics(x));
}

static enum fault admin_site_metrics(struct exchange *x)
{
	return admin_site_numbers(x, metrics_text_type(admin_site_open_metrics(x)),
	    admin_site_write_metrics);
}

static void admin_site_write_status(struct buffer *b, const struct exchange *x,
    const struct numbers *n)
{
	struct log_recent recent[LOG_RECENT];

	status_json_write(b, n, &admin_site_of(x)->history, recent, log_recent_get(recent));
}

static enum fault admin_site_status(struct exchange *x)
{
	return admin_site_numbers(x, "application/json", admin_site_write_status);
}

static enum fault admin_site_page(struct exchange *x)
{
	char policy[STATUS_PAGE_POLICY];

	admin_site_answer(x, 200, "text/html; charset=utf-8", slice_of(status_page),
	    status_page_policy(policy));
	return FAULT_NONE;
}

static void admin_site_say(struct exchange *x, bool well, const char *words)
{
	admin_site_answer(x, well ? 200 : 503, "text/plain; charset=utf-8", slice_of(words),
	    ADMIN_SITE_NOTHING);
}

static enum fault admin_site_live(struct exchange *x)
{
	bool held_up = admin_site_of(x)->gather->life->held_up;

	admin_site_say(x, !held_up, held_up ? "a worker is held up\n" : "live\n");
	return FAULT_NONE;
}

static enum fault admin_site_ready(struct exchange *x)
{
	const struct life *life = admin_site_of(x)->gather->life;

	admin_site_say(x, life_is_ready(life), life_is_ready(life) ? "ready\n"
	    : life->leaving ? "stopping\n" : "starting\n");
	return FAULT_NONE;
}

static const struct admin_page admin_site_pages[] = {
	{{"/", 1}, {.name = "status page", .open = admin_site_page}},
	{{"/status.json", 12}, {.name = "status", .open = admin_site_status}},
	{{"/metrics", 8}, {.name = "metrics", .open = admin_site_metrics}},
	{{"/health/live", 12}, {.name = "live", .open = admin_site_live}},
	{{"/health/ready", 13}, {.name = "ready", .open = admin_site_ready}},
};

static bool admin_site_is_loopback(const struct address *a)
{
	static const uint8_t v6[16] = {[15] = 1}, v4[13] = {[10] = 0xff, 0xff, 127};

	return a->known && (memcmp(a->ip, v6, sizeof(v6)) == 0 ||
	    memcmp(a->ip, v4, sizeof(v4)) == 0);
}

/* "127.0.0.1", "[::1]": nobody else can make such a name lead here. */
static bool admin_site_is_address(struct slice host)
{
	struct config_network network;
	bool loose;

	if (host.n > 1 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = (struct slice){host.p + 1, host.n - 2};
	return endpoint_network(host, &network, &loose) == NULL;
}

/*
 * Whoever owns a name can let it lead to the loopback, and a page of that name, in an admin's
 * browser, would be of the same origin as we are.
 */
static bool admin_site_is_meant(const struct exchange *x)
{
	struct address here = address_local(x->client->fd);
	struct slice host = exchange_host(x);

	return !admin_site_is_loopback(&here) || host.n == 0 ||
	    slice_ieq(host, SLICE("localhost")) || admin_site_is_address(host);
}

static enum fault admin_site_check(const struct exchange *x)
{
	if (x->refused)
		return x->refused;
	if (!admin_site_is_meant(x)) {
		log_fault(FAULT_ADMIN_HOST, "\"%.*s\"", SLICE_ARG(x->request->authority));
		return FAULT_ADMIN_HOST;
	}
	return FAULT_NONE;
}

static enum fault admin_site_route(struct exchange *x)
{
	struct slice method = x->request->method;
	enum fault f = admin_site_check(x);

	if (f == FAULT_NONE && x->client->listener == admin_site_of(x)->socket)
		f = control_site_find(x, &x->handler);
	if (f != FAULT_NONE || x->handler)
		return f;
	if (!slice_eq(method, SLICE("GET")) && !slice_eq(method, SLICE("HEAD")))
		return FAULT_METHOD_NOT_ALLOWED;
	for (size_t i = 0; i < sizeof(admin_site_pages) / sizeof(admin_site_pages[0]); i++)
		if (slice_eq(x->request->path, admin_site_pages[i].path)) {
			x->handler = &admin_site_pages[i].handler;
			return FAULT_NONE;
		}
	return FAULT_NO_ROUTE;
}

void admin_site_init(struct admin_site *a, struct gather *gather,
    const struct config_listener *socket, const struct control_acts *acts)
{
	*a = (struct admin_site){.site = {.route = admin_site_route}, .gather = gather,
	    .socket = socket, .control = {acts, gather->workers, gather->n_workers, 0}};
}
