/*
 * Responses on one connection, read whole and cut, are the same responses with the same bodies; and
 * where each ends follows from what is accepted, by an oracle of its own.
 */
#include <string.h>

#include "codec/http1_response.h"
#include "codec/http_char.h"
#include "feed.h"
#include "fuzz.h"

enum { HEADERS = 8 };

static const struct http1_limits limits = {600, HEADERS};

struct side {
	struct header			 headers[HEADERS];
	struct http1_response		 response;
	struct http1_body_reader	 body;
	size_t				 scanned;
	struct fuzz_story		 story;
	enum fault			 fault;
};

static unsigned count(const struct http1_response *r, const char *name)
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->n_headers; i++)
		n += slice_ieq(r->headers[i].name, slice_of(name));
	return n;
}

static void check_body(const struct http1_response *r)
{
	unsigned lengths = count(r, "Content-Length"), codings = count(r, "Transfer-Encoding");
	bool bare = r->head_only || http1_response_is_bare(r->status);

	FUZZ_CHECK(lengths + codings <= 1);
	FUZZ_CHECK(r->has_length == (lengths == 1));
	FUZZ_CHECK((r->body == HTTP1_BODY_NONE) == bare);
	FUZZ_CHECK((r->body == HTTP1_BODY_LENGTH) == (!bare && lengths == 1));
	FUZZ_CHECK((r->body == HTTP1_BODY_CHUNKED) == (!bare && codings == 1));
	FUZZ_CHECK(r->body != HTTP1_BODY_CLOSE || !r->keep_alive);
}

static void check_response(const struct http1_response *r)
{
	FUZZ_CHECK(r->status >= 100 && r->status <= 999 && r->minor <= 1);
	FUZZ_CHECK(http_char_span(r->reason, HTTP_CHAR_VALUE) == r->reason.n);
	FUZZ_CHECK(r->n_headers <= HEADERS);
	for (unsigned i = 0; i < r->n_headers; i++) {
		struct slice name = r->headers[i].name, value = r->headers[i].value;
		FUZZ_CHECK(name.n > 0 && http_char_span(name, HTTP_CHAR_TOKEN) == name.n);
		FUZZ_CHECK(http_char_span(value, HTTP_CHAR_VALUE) == value.n);
		FUZZ_CHECK(slice_eq(value, slice_trim(value)));
	}
	check_body(r);
}

static void tell_response(struct fuzz_story *s, const struct http1_response *r)
{
	fuzz_tell_number(s, r->status);
	fuzz_tell(s, r->reason.p, r->reason.n);
	for (unsigned i = 0; i < r->n_headers; i++) {
		fuzz_tell(s, r->headers[i].name.p, r->headers[i].name.n);
		fuzz_tell_number(s, r->headers[i].value.n);
		fuzz_tell(s, r->headers[i].value.p, r->headers[i].value.n);
	}
	fuzz_tell_number(s, r->length);
	fuzz_tell_number(s, (uint64_t)r->body << 4 | (uint64_t)r->minor << 3 |
	    (uint64_t)r->keep_alive << 2 | (uint64_t)r->upgrade);
}

static size_t side_head(struct side *s, const uint8_t *p, size_t n)
{
	size_t used;

	s->fault = http1_response_parse(&limits, p, n, &s->scanned, &s->response, &used);
	FUZZ_CHECK(s->scanned <= n && used <= limits.head);
	if (s->fault != FAULT_NONE)
		return FEED_STOP;
	if (used == 0) {
		FUZZ_CHECK(n < limits.head);
		return 0;
	}
	FUZZ_CHECK(memcmp(p, "HTTP/1.", 7) == 0 && memcmp(p + used - 4, "\r\n\r\n", 4) == 0);
	check_response(&s->response);
	tell_response(&s->story, &s->response);
	http1_body_begin(&s->body, s->response.body, s->response.length);
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
	FUZZ_CHECK(s->body.kind != HTTP1_BODY_CLOSE || (data_n == n && !s->body.end));
	fuzz_tell(&s->story, data, data_n);
	if (s->body.end)
		fuzz_tell_number(&s->story, 0);
	return used;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	uint8_t choice = fuzz_choice(&p, &n);
	static struct side sides[2];
	size_t left[2];

	for (size_t i = 0; i < 2; i++) {
		sides[i] = (struct side){.body = {.end = true}};
		sides[i].response.headers = sides[i].headers;
		sides[i].response.head_only = choice & 1;
		left[i] = feed_all(side_step, &sides[i], p, n, i ? 1u + (choice >> 1) : FEED_WHOLE);
	}
	FUZZ_CHECK(left[0] == left[1]);
	FUZZ_CHECK(sides[0].fault == sides[1].fault);
	FUZZ_CHECK(sides[0].story.hash == sides[1].story.hash);
	return 0;
}
