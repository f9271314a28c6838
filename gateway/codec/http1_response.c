#include "codec/http1_response.h"

#include "codec/http1_fields.h"
#include "codec/http1_line.h"
#include "codec/http1_scan.h"
#include "codec/http_char.h"

enum { VERSION_SIZE = 8, STATUS_SIZE = 3 };

bool http1_response_is_bare(unsigned status)
{
	return status < 200 || status == 204 || status == 304;
}

static enum fault http1_response_status(struct slice digits, unsigned *status)
{
	uint64_t v;

	if (!slice_u64(digits, &v) || v < 100)
		return FAULT_HTTP_SYNTAX;
	*status = (unsigned)v;
	return FAULT_NONE;
}

/*
 * HTTP-version SP status-code SP [reason-phrase] (RFC 9112 section 4). The second space may be
 * missing where no phrase follows: many servers leave it out, and nothing depends on it.
 */
static enum fault http1_response_line(struct slice line, struct http1_response *r)
{
	if (line.n < VERSION_SIZE + 1 + STATUS_SIZE || line.p[VERSION_SIZE] != ' ')
		return FAULT_HTTP_SYNTAX;
	enum fault f = http1_line_version(http1_line_take(&line, VERSION_SIZE), &r->minor);
	if (f != FAULT_NONE)
		return f;
	http1_line_take(&line, 1);
	f = http1_response_status(http1_line_take(&line, STATUS_SIZE), &r->status);
	if (f != FAULT_NONE || line.n == 0)
		return f;
	if (line.p[0] != ' ')
		return FAULT_HTTP_SYNTAX;
	http1_line_take(&line, 1);
	r->reason = line;
	return FAULT_NONE;
}

static enum fault http1_response_head(const struct http1_limits *limits, struct slice head,
    struct http1_response *r)
{
	struct http1_fields seen = {0};
	enum fault f = http1_response_line(http1_line_cut(&head), r);

	if (f == FAULT_NONE)
		f = http1_fields_read(&seen, head, r->headers, limits->headers, &r->n_headers);
	return f == FAULT_NONE ? http1_fields_response(&seen, r) : f;
}

enum fault http1_response_parse(const struct http1_limits *limits, const uint8_t *p, size_t n,
    size_t *scanned, struct http1_response *r, size_t *used)
{
	size_t end;

	*used = 0;
	bool full = n >= limits->head;
	if (full)
		n = limits->head;
	if (n > 0 && p[0] != 'H')
		return FAULT_HTTP_SYNTAX;
	enum fault f = http1_scan(p, n, scanned, &end);
	if (f != FAULT_NONE)
		return f;
	if (end == 0)
		return full ? FAULT_HEAD_TOO_LARGE : FAULT_NONE;
	*r = (struct http1_response){.headers = r->headers, .head_only = r->head_only};
	*scanned = 0;
	*used = end;
	return http1_response_head(limits, (struct slice){(const char *)p, end}, r);
}
