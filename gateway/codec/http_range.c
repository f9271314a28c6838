#include "codec/http_range.h"

#include <string.h>

/* A number too large to count with is larger than any file, but still a number. */
static bool http_range_number(struct slice s, uint64_t *value)
{
	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	if (!slice_u64(s, value))
		*value = UINT64_MAX;
	return true;
}

/* "-500": the last 500 bytes. */
static enum http_range http_range_suffix(struct slice digits, uint64_t size, struct http_part *part)
{
	uint64_t n;

	if (!http_range_number(digits, &n))
		return HTTP_RANGE_WHOLE;
	if (n == 0)
		return HTTP_RANGE_NONE;
	if (size == 0)
		return HTTP_RANGE_WHOLE;	/* satisfiable, but Content-Range cannot say so */
	part->n = n < size ? n : size;
	part->first = size - part->n;
	return HTTP_RANGE_PART;
}

/* "0-499", "500-", "-500" */
static enum http_range http_range_one(struct slice value, uint64_t size, struct http_part *part)
{
	struct slice from;
	uint64_t last = UINT64_MAX;

	if (!slice_cut(&value, '-', &from) || value.p == NULL)
		return HTTP_RANGE_WHOLE;
	if (from.n == 0)
		return http_range_suffix(value, size, part);
	if (!http_range_number(from, &part->first) ||
	    (value.n > 0 && !http_range_number(value, &last)) || part->first > last)
		return HTTP_RANGE_WHOLE;
	if (part->first >= size)
		return HTTP_RANGE_NONE;
	part->n = (last < size ? last + 1 : size) - part->first;
	return HTTP_RANGE_PART;
}

static bool http_range_overlaps(const struct http_ranges *r, const struct http_part *part)
{
	for (unsigned i = 0; i < r->n; i++)
		if (part->first < r->v[i].first + r->v[i].n &&
		    r->v[i].first < part->first + part->n)
			return true;
	return false;
}

enum http_range http_range_parse(struct slice value, uint64_t size, struct http_ranges *r)
{
	struct slice unit, element;
	struct http_part part;
	unsigned asked = 0;

	r->n = 0;
	if (!slice_cut(&value, '=', &unit) || !slice_ieq(unit, SLICE("bytes")))
		return HTTP_RANGE_WHOLE;
	while (slice_cut(&value, ',', &element)) {
		element = slice_trim(element);
		if (element.n == 0)
			continue;	/* RFC 9110 section 5.6.1.2 */
		enum http_range what = http_range_one(element, size, &part);
		if (what == HTTP_RANGE_WHOLE || ++asked > HTTP_RANGES)
			return HTTP_RANGE_WHOLE;
		if (what == HTTP_RANGE_NONE)
			continue;
		if (http_range_overlaps(r, &part))
			return HTTP_RANGE_WHOLE;
		r->v[r->n++] = part;
	}
	if (asked == 0)
		return HTTP_RANGE_WHOLE;
	return r->n > 0 ? HTTP_RANGE_PART : HTTP_RANGE_NONE;
}
