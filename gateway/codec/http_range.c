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
static enum http_range http_range_suffix(struct slice digits, uint64_t size, uint64_t *first,
    uint64_t *last)
{
	uint64_t n;

	if (!http_range_number(digits, &n))
		return HTTP_RANGE_WHOLE;
	if (n == 0)
		return HTTP_RANGE_NONE;
	if (size == 0)
		return HTTP_RANGE_WHOLE;	/* satisfiable, but Content-Range cannot say so */
	*first = n < size ? size - n : 0;
	*last = size - 1;
	return HTTP_RANGE_PART;
}

enum http_range http_range_parse(struct slice value, uint64_t size, uint64_t *first, uint64_t *last)
{
	struct slice unit, from;

	if (!slice_cut(&value, '=', &unit) || !slice_ieq(unit, SLICE("bytes")) || value.p == NULL)
		return HTTP_RANGE_WHOLE;
	value = slice_trim(value);
	if (!slice_cut(&value, '-', &from) || value.p == NULL)
		return HTTP_RANGE_WHOLE;
	if (from.n == 0)
		return http_range_suffix(value, size, first, last);
	if (!http_range_number(from, first))
		return HTTP_RANGE_WHOLE;
	*last = UINT64_MAX;
	if (value.n > 0 && !http_range_number(value, last))
		return HTTP_RANGE_WHOLE;
	if (*first > *last)
		return HTTP_RANGE_WHOLE;
	if (*first >= size)
		return HTTP_RANGE_NONE;
	if (*last >= size)
		*last = size - 1;
	return HTTP_RANGE_PART;
}
