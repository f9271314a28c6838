#include "codec/http1_line.h"

#include <string.h>

#include "codec/http_char.h"

struct slice http1_line_take(struct slice *s, size_t n)
{
	struct slice front = {s->p, n};

	s->p += n;
	s->n -= n;
	return front;
}

struct slice http1_line_cut(struct slice *head)
{
	const char *cr = memchr(head->p, '\r', head->n);
	struct slice line = http1_line_take(head, (size_t)(cr - head->p));

	http1_line_take(head, 2);
	return line;
}

enum fault http1_line_version(struct slice s, unsigned *minor)
{
	if (s.n != 8 || !slice_starts(s, SLICE("HTTP/")) || s.p[6] != '.' || s.p[5] < '0' ||
	    s.p[5] > '9' || s.p[7] < '0' || s.p[7] > '9')
		return FAULT_HTTP_SYNTAX;
	if (s.p[5] != '1' || s.p[7] > '1')
		return FAULT_HTTP_VERSION;
	*minor = (unsigned)(s.p[7] - '0');
	return FAULT_NONE;
}

enum fault http1_line_field(struct slice line, struct header *h)
{
	h->name = http1_line_take(&line, http_char_span(line, HTTP_CHAR_TOKEN));
	if (line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t'))
		return FAULT_HTTP_SMUGGLING;	/* obs-fold begins with white space, too */
	if (h->name.n == 0 || line.n == 0 || line.p[0] != ':')
		return FAULT_HTTP_SYNTAX;
	http1_line_take(&line, 1);
	h->value = slice_trim(line);
	return FAULT_NONE;
}
