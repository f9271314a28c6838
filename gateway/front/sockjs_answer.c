#include "front/sockjs_answer.h"

#include "base/clock.h"
#include "http/cors.h"

enum {
	SOCKJS_YEAR_S = 365 * 24 * 60 * 60,
	SOCKJS_ECHO = 512	/* bytes of what is said back; what is longer is no browser's */
};

void sockjs_head_add(struct sockjs_head *h, struct slice name, struct slice value)
{
	h->v[h->n++] = (struct header){name, value};
}

static void sockjs_head_fresh(struct sockjs_head *h)
{
	sockjs_head_add(h, SLICE("Cache-Control"),
	    SLICE("no-store, no-cache, no-transform, must-revalidate, max-age=0"));
	sockjs_head_add(h, SLICE("X-Accel-Buffering"), SLICE("no"));
}

static void sockjs_head_year(struct sockjs_head *h)
{
	http_date_write((int64_t)(clock_wall_ms() / 1000) + SOCKJS_YEAR_S, h->expires);
	sockjs_head_add(h, SLICE("Cache-Control"), SLICE("public, max-age=31536000"));
	sockjs_head_add(h, SLICE("Expires"), (struct slice){h->expires, HTTP_DATE_SIZE});
}

/* Who is not let in does not come so far (route/rules): whoever asks may read. */
static void sockjs_head_cors(struct sockjs_head *h, const struct exchange *x)
{
	struct slice origin = exchange_header(x, SLICE("Origin"));
	struct slice asked = exchange_header(x, SLICE("Access-Control-Request-Headers"));

	if (origin.n > 0 && origin.n <= SOCKJS_ECHO) {
		sockjs_head_add(h, SLICE("Access-Control-Allow-Origin"), origin);
		sockjs_head_add(h, SLICE("Access-Control-Allow-Credentials"), SLICE("true"));
		sockjs_head_add(h, SLICE("Vary"), SLICE("Origin"));
	} else {
		sockjs_head_add(h, SLICE("Access-Control-Allow-Origin"), SLICE("*"));
	}
	if (asked.n > 0 && asked.n <= SOCKJS_ECHO)
		sockjs_head_add(h, SLICE("Access-Control-Allow-Headers"), asked);
}

/* The client's own, or any: what counts is that there is one. */
static struct slice sockjs_head_jsessionid(const struct exchange *x)
{
	for (unsigned i = 0; i < x->request->n_headers; i++) {
		const struct header *h = &x->request->headers[i];
		struct slice rest = h->value, pair, name;
		while (slice_ieq(h->name, SLICE("Cookie")) && slice_cut(&rest, ';', &pair)) {
			pair = slice_trim(pair);
			if (slice_cut(&pair, '=', &name) && pair.n > 0 && pair.n <= SOCKJS_ECHO &&
			    slice_eq(name, SLICE("JSESSIONID")))
				return pair;
		}
	}
	return SLICE("dummy");
}

static void sockjs_head_cookie(struct sockjs_head *h, struct exchange *x)
{
	if (!x->route->conf->sockjs.cookie_needed)
		return;
	const char *cookie = arena_printf(&x->arena, "JSESSIONID=%.*s; path=/",
	    SLICE_ARG(sockjs_head_jsessionid(x)));
	h->failed = cookie == NULL;
	if (cookie)
		sockjs_head_add(h, SLICE("Set-Cookie"), slice_of(cookie));
}

void sockjs_head_make(struct sockjs_head *h, struct exchange *x, unsigned what)
{
	h->n = 0;
	h->failed = false;
	if (what & SOCKJS_FRESH)
		sockjs_head_fresh(h);
	if (what & SOCKJS_YEAR)
		sockjs_head_year(h);
	if (what & SOCKJS_CORS)
		sockjs_head_cors(h, x);
	if (what & SOCKJS_COOKIE)
		sockjs_head_cookie(h, x);
}

void sockjs_answer(struct exchange *x, unsigned what, int status, const char *type,
    struct slice body)
{
	struct sockjs_head h;

	sockjs_head_make(&h, x, what);
	if (h.failed)
		exchange_fail(x, FAULT_NO_MEMORY);
	else
		exchange_answer(x, status, h.v, h.n, type, body);
}

void sockjs_answer_fault(struct exchange *x, enum fault f)
{
	struct sockjs_head h;

	sockjs_head_make(&h, x, SOCKJS_CORS | SOCKJS_COOKIE);
	exchange_fail_with(x, f, h.v, h.n);
}

/* Who may read it is said by us, and by nobody else. */
static unsigned sockjs_answer_headers(const struct sockjs_head *h, const struct response *r,
    struct header *out)
{
	unsigned n = 0;

	while (n < h->n) {
		out[n] = h->v[n];
		n++;
	}
	for (unsigned i = 0; i < r->n_headers && n < CONFIG_HEADERS_MAX; i++)
		if (!cors_owns(r->headers[i].name))
			out[n++] = r->headers[i];
	return n;
}

void sockjs_answer_refusal(struct exchange *x, const struct refusal *refusal)
{
	struct response r = refusal->response;
	struct header *headers = arena_alloc(&x->arena,
	    (r.n_headers + SOCKJS_HEADERS) * sizeof(*headers));
	struct sockjs_head h;

	sockjs_head_make(&h, x, SOCKJS_CORS | SOCKJS_COOKIE);
	if (headers == NULL || h.failed) {
		exchange_fail(x, FAULT_NO_MEMORY);
		return;
	}
	r.n_headers = sockjs_answer_headers(&h, &refusal->response, headers);
	r.headers = headers;
	exchange_relay(x, &r, refusal->body);
}
