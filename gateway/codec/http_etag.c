#include "codec/http_etag.h"

/* The length of the entity-tag at the front of s; 0: there is none. */
static size_t http_etag_span(struct slice s)
{
	size_t i = slice_starts(s, SLICE("W/")) ? 2 : 0;

	if (i == s.n || s.p[i++] != '"')
		return 0;
	for (; i < s.n; i++) {
		uint8_t c = (uint8_t)s.p[i];
		if (c == '"')
			return i + 1;
		if (c <= 0x20 || c == 0x7f)
			return 0;
	}
	return 0;
}

bool http_etag_equal(struct slice a, struct slice b, enum http_etag how)
{
	struct slice *tags[] = {&a, &b};

	for (size_t i = 0; i < 2; i++) {
		if (tags[i]->n == 0 || http_etag_span(*tags[i]) != tags[i]->n)
			return false;
		if (tags[i]->p[0] != 'W')
			continue;
		if (how == HTTP_ETAG_STRONG)
			return false;
		tags[i]->p += 2;
		tags[i]->n -= 2;
	}
	return slice_eq(a, b);
}

/* Drops the white space and the empty elements that stand before the next one. */
static struct slice http_etag_skip(struct slice list)
{
	while (list.n > 0 && (list.p[0] == ' ' || list.p[0] == '\t' || list.p[0] == ',')) {
		list.p++;
		list.n--;
	}
	return list;
}

bool http_etag_listed(struct slice list, struct slice etag, enum http_etag how)
{
	if (slice_eq(list, SLICE("*")))
		return true;
	for (list = http_etag_skip(list); list.n > 0; list = http_etag_skip(list)) {
		size_t n = http_etag_span(list);
		if (n == 0)
			return false;
		if (http_etag_equal((struct slice){list.p, n}, etag, how))
			return true;
		list.p += n;
		list.n -= n;
	}
	return false;
}
