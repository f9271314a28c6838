#include "codec/http_coding.h"

static const struct {
	struct slice		name;
	enum http_coding	coding;
} http_coding_names[] = {
	{{"br", 2}, HTTP_CODING_BR},
	{{"gzip", 4}, HTTP_CODING_GZIP},
	{{"x-gzip", 6}, HTTP_CODING_GZIP},	/* RFC 9110 section 8.4.1.3 */
	{{"identity", 8}, HTTP_CODING_IDENTITY},
};

void http_codings_init(struct http_codings *c)
{
	for (unsigned i = 0; i < HTTP_CODINGS; i++)
		c->q[i] = -1;
	c->other = -1;
}

/* qvalue: "0", "0.5", "1.000" (section 12.4.2). What is none is not wanted. */
static int http_coding_q(struct slice s)
{
	int q, digit = 100;

	if (s.n == 0 || s.n > 5 || (s.p[0] != '0' && s.p[0] != '1') || (s.n > 1 && s.p[1] != '.'))
		return 0;
	q = (s.p[0] - '0') * 1000;
	for (size_t i = 2; i < s.n; i++, digit /= 10) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return 0;
		q += (s.p[i] - '0') * digit;
	}
	return q > 1000 ? 0 : q;
}

/* The weight behind a coding: no other parameter is known. */
static int http_coding_weight(struct slice parameters)
{
	struct slice name;

	if (parameters.p == NULL)
		return 1000;
	if (!slice_cut(&parameters, '=', &name) || !slice_ieq(slice_trim(name), SLICE("q")))
		return 0;
	return http_coding_q(slice_trim(parameters));
}

void http_codings_read(struct http_codings *c, struct slice value)
{
	const size_t n = sizeof(http_coding_names) / sizeof(http_coding_names[0]);
	struct slice part, name;

	while (slice_cut(&value, ',', &part)) {
		slice_cut(&part, ';', &name);
		name = slice_trim(name);
		int q = http_coding_weight(part);
		if (slice_eq(name, SLICE("*")))
			c->other = q;
		for (size_t i = 0; i < n; i++)
			if (slice_ieq(name, http_coding_names[i].name))
				c->q[http_coding_names[i].coding] = q;
	}
}

static int http_codings_q(const struct http_codings *c, unsigned coding)
{
	if (c->q[coding] >= 0)
		return c->q[coding];
	if (c->other >= 0)
		return c->other;
	return coding == HTTP_CODING_IDENTITY ? 1 : 0;	/* less than any that is wanted, or alone */
}

unsigned http_codings_order(const struct http_codings *c, enum http_coding order[HTTP_CODINGS])
{
	unsigned n = 0, at;

	for (unsigned coding = HTTP_CODINGS; coding-- > 0;) {
		int q = http_codings_q(c, coding);
		if (q == 0)
			continue;
		for (at = n++; at > 0 && http_codings_q(c, order[at - 1]) < q; at--)
			order[at] = order[at - 1];
		order[at] = (enum http_coding)coding;
	}
	return n;
}

struct slice http_coding_name(enum http_coding coding)
{
	static const struct slice names[] = {
		[HTTP_CODING_IDENTITY] = {"", 0}, [HTTP_CODING_GZIP] = {"gzip", 4},
		[HTTP_CODING_BR] = {"br", 2},
	};

	return names[coding];
}
