/*
 * Requests on one connection, read whole and cut, are the same requests; what is accepted holds
 * what the parser promises, and written out again it parses to itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/http1.h"
#include "codec/http_authority.h"
#include "codec/http_char.h"
#include "feed.h"
#include "fuzz.h"

enum { HEADERS = 8 };

static const struct http1_limits limits = {600, HEADERS};

struct side {
	struct header			 headers[HEADERS];
	struct http1_request		 request;
	struct http1_body_reader	 body;
	size_t				 scanned;
	struct fuzz_story		 story;
	enum fault			 fault;
};

static void tell_slice(struct fuzz_story *s, struct slice slice)
{
	fuzz_tell_number(s, slice.p ? slice.n + 1 : 0);
	fuzz_tell(s, slice.p, slice.n);
}

static void tell_request(struct fuzz_story *s, const struct http1_request *r)
{
	const struct slice slices[] = {r->method, r->target, r->scheme, r->host, r->path, r->query,
	    r->upgrade_to};

	for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]); i++)
		tell_slice(s, slices[i]);
	for (unsigned i = 0; i < r->n_headers; i++) {
		tell_slice(s, r->headers[i].name);
		tell_slice(s, r->headers[i].value);
	}
	fuzz_tell_number(s, r->minor);
	fuzz_tell_number(s, r->length);
	fuzz_tell_number(s, (uint64_t)r->body << 4 | (uint64_t)r->keep_alive << 3 |
	    (uint64_t)r->expect_continue << 2 | (uint64_t)r->upgrade);
}

static unsigned count(const struct http1_request *r, const char *name)
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->n_headers; i++)
		n += slice_ieq(r->headers[i].name, slice_of(name));
	return n;
}

static void check_request(const struct http1_request *r)
{
	unsigned lengths = count(r, "Content-Length"), codings = count(r, "Transfer-Encoding");
	struct slice host;
	unsigned port;

	FUZZ_CHECK(r->n_headers <= HEADERS && r->minor <= 1);
	FUZZ_CHECK(r->method.n > 0 && http_char_span(r->method, HTTP_CHAR_TOKEN) == r->method.n);
	FUZZ_CHECK(http_char_span(r->target, HTTP_CHAR_TARGET) == r->target.n);
	FUZZ_CHECK(r->path.n > 0 && (r->path.p[0] == '/' || slice_eq(r->path, SLICE("*"))));
	FUZZ_CHECK(r->host.n > 0 ? http_authority_split(r->host, &host, &port) : r->minor == 0);
	FUZZ_CHECK(count(r, "Host") <= 1 && (r->minor == 0 || count(r, "Host") == 1));
	FUZZ_CHECK(lengths + codings <= 1);
	FUZZ_CHECK((r->body == HTTP1_BODY_LENGTH) == (lengths == 1));
	FUZZ_CHECK((r->body == HTTP1_BODY_CHUNKED) == (codings == 1));
	FUZZ_CHECK(!(r->upgrade && r->upgrade_to.n > 0) || r->body == HTTP1_BODY_NONE);
	for (unsigned i = 0; i < r->n_headers; i++) {
		struct slice name = r->headers[i].name, value = r->headers[i].value;
		FUZZ_CHECK(name.n > 0 && http_char_span(name, HTTP_CHAR_TOKEN) == name.n);
		FUZZ_CHECK(http_char_span(value, HTTP_CHAR_VALUE) == value.n);
		FUZZ_CHECK(slice_eq(value, slice_trim(value)));
	}
}

static size_t append(char *out, size_t at, struct slice s)
{
	if (s.n > 0)
		memcpy(out + at, s.p, s.n);
	return at + s.n;
}

static void check_again(const struct http1_request *r)
{
	struct header headers[HEADERS];
	struct http1_request again = {.headers = headers};
	struct fuzz_story first = {0}, second = {0};
	char out[1024];
	size_t scanned = 0, used, n;

	n = append(out, 0, r->method);
	n = append(out, append(out, n, SLICE(" ")), r->target);
	n = append(out, n, r->minor ? SLICE(" HTTP/1.1\r\n") : SLICE(" HTTP/1.0\r\n"));
	for (unsigned i = 0; i < r->n_headers; i++) {
		n = append(out, n, r->headers[i].name);
		n = append(out, append(out, n, SLICE(":")), r->headers[i].value);
		n = append(out, n, SLICE("\r\n"));
	}
	n = append(out, n, SLICE("\r\n"));
	FUZZ_CHECK(http1_parse(&limits, (uint8_t *)out, n, &scanned, &again, &used) == FAULT_NONE);
	FUZZ_CHECK(used == n);
	tell_request(&first, r);
	tell_request(&second, &again);
	FUZZ_CHECK(first.hash == second.hash);
}

static size_t side_head(struct side *s, const uint8_t *p, size_t n)
{
	size_t used;

	s->fault = http1_parse(&limits, p, n, &s->scanned, &s->request, &used);
	FUZZ_CHECK(s->scanned <= n && used <= limits.head);
	if (s->fault != FAULT_NONE)
		return FEED_STOP;
	if (used == 0) {
		FUZZ_CHECK(n < limits.head);
		return 0;
	}
	FUZZ_CHECK(used >= 4 && memcmp(p + used - 4, "\r\n\r\n", 4) == 0);
	check_request(&s->request);
	check_again(&s->request);
	tell_request(&s->story, &s->request);
	http1_body_begin(&s->body, s->request.body, s->request.length);
	return used;
}

static size_t side_step(void *me, uint8_t *p, size_t n, bool eof)
{
	struct side *s = me;
	const uint8_t *data;
	size_t used, data_n;

	(void)eof;
	if (s->body.end)
		return side_head(s, p, n);
	s->fault = http1_body_feed(&s->body, p, n, &used, &data, &data_n);
	if (s->fault != FAULT_NONE)
		return FEED_STOP;
	FUZZ_CHECK(n == 0 || used > 0);
	FUZZ_CHECK(data_n <= used && (data_n == 0 || (data >= p && data + data_n <= p + used)));
	fuzz_tell(&s->story, data, data_n);
	if (s->body.end)
		fuzz_tell_number(&s->story, 0);
	return used;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	uint8_t cut = fuzz_choice(&p, &n);
	size_t left[2];
	static struct side sides[2];

	for (size_t i = 0; i < 2; i++) {
		sides[i] = (struct side){.body = {.end = true}};
		sides[i].request.headers = sides[i].headers;
		left[i] = feed_all(side_step, &sides[i], p, n, i ? 1u + cut : FEED_WHOLE);
	}
	FUZZ_CHECK(left[0] == left[1]);
	FUZZ_CHECK(sides[0].fault == sides[1].fault);
	FUZZ_CHECK(sides[0].story.hash == sides[1].story.hash);
	return 0;
}
