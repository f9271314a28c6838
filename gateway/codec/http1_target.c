#include "codec/http1_target.h"

#include <string.h>

#include "codec/http_authority.h"

bool http1_target_host(struct slice *authority)
{
	struct slice host;
	unsigned port;

	if (!http_authority_split(*authority, &host, &port))
		return false;
	if (port == 0)
		*authority = host;
	return true;
}

/* What follows the authority: a path, a query, both, or nothing. */
static void http1_target_rest(struct http1_request *r, struct slice rest)
{
	const char *mark = rest.n ? memchr(rest.p, '?', rest.n) : NULL;

	r->path = rest;
	if (mark) {
		r->path.n = (size_t)(mark - rest.p);
		r->query = (struct slice){mark + 1, rest.n - r->path.n - 1};
	}
	if (r->path.n > 0)
		return;
	/* RFC 9112 section 3.2.4: without path and query, OPTIONS is about the whole server. */
	r->path = !mark && slice_eq(r->method, SLICE("OPTIONS")) ? SLICE("*") : SLICE("/");
}

static enum fault http1_target_absolute(struct http1_request *r)
{
	static const char mark[] = "://";
	struct slice t = r->target;
	size_t n = 0, begin, end;

	while (n < t.n && t.p[n] != ':')
		n++;
	r->scheme = (struct slice){t.p, n};
	if (!slice_ieq(r->scheme, SLICE("http")) && !slice_ieq(r->scheme, SLICE("https")))
		return FAULT_HTTP_SYNTAX;
	if (!slice_starts((struct slice){t.p + n, t.n - n}, SLICE(mark)))
		return FAULT_HTTP_SYNTAX;
	begin = end = n + sizeof(mark) - 1;
	while (end < t.n && t.p[end] != '/' && t.p[end] != '?')
		end++;
	r->host = (struct slice){t.p + begin, end - begin};
	if (!http1_target_host(&r->host))
		return FAULT_HTTP_SYNTAX;
	http1_target_rest(r, (struct slice){t.p + end, t.n - end});
	return FAULT_NONE;
}

enum fault http1_target_split(struct http1_request *r)
{
	if (slice_eq(r->method, SLICE("CONNECT")))
		return FAULT_HTTP_SYNTAX;
	if (r->target.p[0] == '/') {
		http1_target_rest(r, r->target);
		return FAULT_NONE;
	}
	if (slice_eq(r->target, SLICE("*"))) {
		r->path = r->target;
		return slice_eq(r->method, SLICE("OPTIONS")) ? FAULT_NONE : FAULT_HTTP_SYNTAX;
	}
	return http1_target_absolute(r);
}
