#include "codec/http1.h"

#include <string.h>

#include "codec/http1_fields.h"
#include "codec/http1_scan.h"
#include "codec/http1_target.h"
#include "codec/http_char.h"

/* Cuts n bytes off the front. */
static struct slice http1_cut(struct slice *s, size_t n)
{
	struct slice front = {s->p, n};

	s->p += n;
	s->n -= n;
	return front;
}

/* Cuts a line off the front; its CRLF is dropped. http1_scan saw to it that there is one. */
static struct slice http1_line(struct slice *head)
{
	const char *cr = memchr(head->p, '\r', head->n);
	struct slice line = http1_cut(head, (size_t)(cr - head->p));

	http1_cut(head, 2);
	return line;
}

static enum fault http1_version(struct slice s, unsigned *minor)
{
	if (s.n != 8 || !slice_starts(s, SLICE("HTTP/")) || s.p[6] != '.' || s.p[5] < '0' ||
	    s.p[5] > '9' || s.p[7] < '0' || s.p[7] > '9')
		return FAULT_HTTP_SYNTAX;
	if (s.p[5] != '1' || s.p[7] > '1')
		return FAULT_HTTP_VERSION;
	*minor = (unsigned)(s.p[7] - '0');
	return FAULT_NONE;
}

/* method SP request-target SP HTTP-version, with no other white space (RFC 9112 section 3). */
static enum fault http1_request_line(struct slice line, struct http1_request *r)
{
	r->method = http1_cut(&line, http_char_span(line, HTTP_CHAR_TOKEN));
	if (r->method.n == 0 || line.n == 0 || line.p[0] != ' ')
		return FAULT_HTTP_SYNTAX;
	http1_cut(&line, 1);
	r->target = http1_cut(&line, http_char_span(line, HTTP_CHAR_TARGET));
	if (r->target.n == 0 || line.n == 0 || line.p[0] != ' ')
		return FAULT_HTTP_SYNTAX;
	http1_cut(&line, 1);
	enum fault f = http1_version(line, &r->minor);
	return f == FAULT_NONE ? http1_target_split(r) : f;
}

/* field-name ":" OWS field-value OWS (RFC 9112 section 5); obs-fold begins with white space. */
static enum fault http1_field_line(struct slice line, struct header *h)
{
	h->name = http1_cut(&line, http_char_span(line, HTTP_CHAR_TOKEN));
	if (line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t'))
		return FAULT_HTTP_SMUGGLING;
	if (h->name.n == 0 || line.n == 0 || line.p[0] != ':')
		return FAULT_HTTP_SYNTAX;
	http1_cut(&line, 1);
	h->value = slice_trim(line);
	return FAULT_NONE;
}

static enum fault http1_head(const struct http1_limits *limits, struct slice head,
    struct http1_request *r)
{
	struct http1_fields seen = {0};
	enum fault f = http1_request_line(http1_line(&head), r);

	while (f == FAULT_NONE && head.n > 2) {
		struct header *h = &r->headers[r->n_headers];
		if (r->n_headers == limits->headers)
			return FAULT_HEADERS_TOO_MANY;
		f = http1_field_line(http1_line(&head), h);
		if (f == FAULT_NONE) {
			r->n_headers++;
			f = http1_fields_take(&seen, r, h);
		}
	}
	return f == FAULT_NONE ? http1_fields_conclude(&seen, r) : f;
}

/* Where the request line begins: after at most one empty line. */
static enum fault http1_begin(const uint8_t *p, size_t n, size_t *begin)
{
	*begin = 0;
	if (n > 1 && p[0] == '\r') {
		if (p[1] != '\n')
			return FAULT_HTTP_SMUGGLING;
		*begin = 2;
	} else if (n > 0 && p[0] == '\r') {
		*begin = 1;
	}
	if (*begin < n && !http_char_is(p[*begin], HTTP_CHAR_TOKEN))
		return FAULT_HTTP_SYNTAX;
	return FAULT_NONE;
}

enum fault http1_parse(const struct http1_limits *limits, const uint8_t *p, size_t n,
    size_t *scanned, struct http1_request *r, size_t *used)
{
	size_t begin, end;

	*used = 0;
	bool full = n >= limits->head;
	if (full)
		n = limits->head;
	enum fault f = http1_begin(p, n, &begin);
	if (f == FAULT_NONE)
		f = http1_scan(p, n, scanned, &end);
	if (f != FAULT_NONE)
		return f;
	if (end == 0)
		return full ? FAULT_HEAD_TOO_LARGE : FAULT_NONE;
	*r = (struct http1_request){.headers = r->headers};
	*scanned = 0;
	*used = end;
	return http1_head(limits, (struct slice){(const char *)p + begin, end - begin}, r);
}

const struct header *http1_find(const struct header *h, unsigned n, struct slice name)
{
	for (unsigned i = 0; i < n; i++)
		if (slice_ieq(h[i].name, name))
			return &h[i];
	return NULL;
}
