#include <assert.h>
#include <stdio.h>

#include "http/error_json.h"
#include "http/exchange.h"
#include "http/status.h"
#include "net/cork.h"

enum { EXCHANGE_HEADERS = 10, EXCHANGE_PAGE = 1024, EXCHANGE_WORDS = 80 };

/* What a status obliges us to say (RFC 9110 sections 10.2.1, 10.2.3, 15.5.22). */
struct exchange_extra {
	int		status;
	struct header	header;
};

#define HEADER(name, value)	{{(name), sizeof(name) - 1}, {(value), sizeof(value) - 1}}

static const struct exchange_extra exchange_extras[] = {
	{405, HEADER("Allow", "GET, HEAD")},
	{406, HEADER("Vary", "Accept-Encoding")},
	{426, HEADER("Upgrade", "websocket")},
	{426, HEADER("Sec-WebSocket-Version", "13")},
	{429, HEADER("Retry-After", "5")},
	{503, HEADER("Retry-After", "5")},
};

static bool exchange_is_head(const struct exchange *x)
{
	return x->request && slice_eq(x->request->method, SLICE("HEAD"));
}

/* 1xx, 204 and 304 have no body and no length of one (RFC 9110 section 8.6). */
static bool exchange_has_body(int status)
{
	return status >= 200 && status != 204 && status != 304;
}

/* What is referred to until the flush, and not copied, must go before the caller takes it back. */
static bool exchange_is_large(const struct header *headers, unsigned n, struct slice body)
{
	for (unsigned i = 0; i < n; i++)
		if (headers[i].value.n > CORK_SMALL)
			return true;
	return body.n > CORK_SMALL;
}

void exchange_relay(struct exchange *x, const struct response *r, struct slice body)
{
	exchange_respond(x, r);
	if (body.n > 0 && !exchange_is_head(x)) {
		struct iovec iov = {.iov_base = (void *)(uintptr_t)body.p, .iov_len = body.n};
		exchange_write(x, &iov, 1);
	}
	if (exchange_is_large(r->headers, r->n_headers, body))
		worker_flush(x->client->worker);
	exchange_end(x);
}

void exchange_answer(struct exchange *x, int status, const struct header *extra, unsigned n,
    const char *type, struct slice body)
{
	struct header headers[EXCHANGE_HEADERS];
	unsigned used = 0;

	assert(n < EXCHANGE_HEADERS);
	while (used < n) {
		headers[used] = extra[used];
		used++;
	}
	if (type)
		headers[used++] = (struct header){SLICE("Content-Type"), slice_of(type)};
	if (type == NULL || !exchange_has_body(status))
		body.n = 0;
	const struct response r = {.status = status, .headers = headers, .n_headers = used,
	    .length = (int64_t)body.n};
	exchange_relay(x, &r, body);
}

/* "q=0", "q=0.0": this type is not wanted (RFC 9110 section 12.4.2). */
static bool exchange_refused(struct slice parameters)
{
	struct slice p, name;

	while (slice_cut(&parameters, ';', &p)) {
		if (!slice_cut(&p, '=', &name) || !slice_ieq(slice_trim(name), SLICE("q")))
			continue;
		p = slice_trim(p);
		while (p.n > 0 && (*p.p == '0' || *p.p == '.')) {
			p.p++;
			p.n--;
		}
		return p.n == 0;
	}
	return false;
}

/* Only who says text/html is a browser; a tool that takes anything is better served by a line. */
static bool exchange_wants_html(const struct exchange *x)
{
	struct slice accept = exchange_header(x, SLICE("Accept")), part, type;

	while (slice_cut(&accept, ',', &part))
		if (slice_cut(&part, ';', &type) &&
		    slice_ieq(slice_trim(type), SLICE("text/html")))
			return !exchange_refused(part);
	return false;
}

static const char exchange_html[] =
	"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	"<meta name=\"viewport\" content=\"width=device-width\"><title>%d %s</title><style>"
	"body{font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:15vh auto;padding:0 1em;"
	"color:#222;background:#fff}h1{font-size:1.4em}small{color:#767676}"
	"@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}}"
	"</style></head><body><h1>%d %s</h1><p>%s.</p><p><small>framegate, request %s</small></p>"
	"</body></html>\n";

/* "No such file": a fault's words begin in lower case, since they follow others in a log. */
static void exchange_sentence(enum fault f, char out[EXCHANGE_WORDS])
{
	snprintf(out, EXCHANGE_WORDS, "%s", fault_text(f));
	if (out[0] >= 'a' && out[0] <= 'z')
		out[0] = (char)(out[0] - 'a' + 'A');
}

static struct slice exchange_page(const struct exchange *x, int status, enum fault f, bool html,
    char page[EXCHANGE_PAGE])
{
	const char *phrase = status_phrase(status);
	char words[EXCHANGE_WORDS];
	int n;

	exchange_sentence(f, words);
	if (html)
		n = snprintf(page, EXCHANGE_PAGE, exchange_html, status, phrase, status, phrase,
		    words, x->id);
	else
		n = snprintf(page, EXCHANGE_PAGE, "%d %s: %s (request %s)\n", status, phrase,
		    fault_text(f), x->id);
	return (struct slice){page, n < 0 ? 0 : n < EXCHANGE_PAGE ? (size_t)n : EXCHANGE_PAGE - 1};
}

static void exchange_fail_page(struct exchange *x, enum fault f, const struct header *headers,
    unsigned n)
{
	int status = fault_http(f);
	bool html = exchange_wants_html(x);
	char page[EXCHANGE_PAGE];

	exchange_answer(x, status, headers, n,
	    html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8",
	    exchange_page(x, status, f, html, page));
}

static void exchange_fail_json(struct exchange *x, enum fault f, const struct header *headers,
    unsigned n)
{
	struct buffer body = {0};

	error_json(&body, x, fault_http(f), fault_ws(f), slice_of(fault_text(f)), SLICE(""));
	exchange_answer(x, fault_http(f), headers, n, "application/json", buffer_slice(&body));
	buffer_clear(&body);
}

void exchange_fail_with(struct exchange *x, enum fault f, const struct header *more,
    unsigned n_more)
{
	struct header headers[EXCHANGE_HEADERS] = {HEADER("Cache-Control", "no-store")};
	int status = fault_http(f);
	unsigned n = 1;

	x->refused = f;
	if (x->status != 0) {
		exchange_reset(x, f);
		return;
	}
	exchange_count_refusal(x, f);
	for (size_t i = 0; i < sizeof(exchange_extras) / sizeof(exchange_extras[0]); i++)
		if (exchange_extras[i].status == status)
			headers[n++] = exchange_extras[i].header;
	assert(n + n_more < EXCHANGE_HEADERS);
	for (unsigned i = 0; i < n_more; i++)
		headers[n++] = more[i];
	if (x->json)
		exchange_fail_json(x, f, headers, n);
	else
		exchange_fail_page(x, f, headers, n);
}

void exchange_fail(struct exchange *x, enum fault f)
{
	exchange_fail_with(x, f, NULL, 0);
}
