#include "codec/http1.h"

#include "codec/http1_fields.h"
#include "codec/http1_line.h"
#include "codec/http1_scan.h"
#include "codec/http1_target.h"
#include "codec/http_char.h"

/* method SP request-target SP HTTP-version, with no other white space (RFC 9112 section 3). */
static enum fault http1_request_line(struct slice line, struct http1_request *r)
{
	r->method = http1_line_take(&line, http_char_span(line, HTTP_CHAR_TOKEN));
	if (r->method.n == 0 || line.n == 0 || line.p[0] != ' ')
		return FAULT_HTTP_SYNTAX;
	http1_line_take(&line, 1);
	r->target = http1_line_take(&line, http_char_span(line, HTTP_CHAR_TARGET));
	if (r->target.n == 0 || line.n == 0 || line.p[0] != ' ')
		return FAULT_HTTP_SYNTAX;
	http1_line_take(&line, 1);
	enum fault f = http1_line_version(line, &r->minor);
	return f == FAULT_NONE ? http1_target_split(r) : f;
}

static enum fault http1_head(const struct http1_limits *limits, struct slice head,
    struct http1_request *r)
{
	struct http1_fields seen = {0};
	enum fault f = http1_request_line(http1_line_cut(&head), r);

	if (f == FAULT_NONE)
		f = http1_fields_read(&seen, head, r->headers, limits->headers, &r->n_headers);
	return f == FAULT_NONE ? http1_fields_request(&seen, r) : f;
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
