#include "codec/http_path.h"

#include <string.h>

#include "codec/http_char.h"

/* The byte that "%XX" at s stands for; false when it is no encoding, or that of NUL. */
static bool http_path_octet(struct slice s, uint8_t *byte)
{
	if (s.n < 3 || !http_char_is((uint8_t)s.p[1], HTTP_CHAR_HEX) ||
	    !http_char_is((uint8_t)s.p[2], HTTP_CHAR_HEX))
		return false;
	*byte = (uint8_t)(http_char_hex((uint8_t)s.p[1]) << 4 | http_char_hex((uint8_t)s.p[2]));
	return *byte != 0;
}

/* Writes the encoding at the front of s in its normal form; returns its size, 0 when broken. */
static size_t http_path_encoding(struct slice s, char *out)
{
	static const char hex[] = "0123456789ABCDEF";
	uint8_t byte;

	if (!http_path_octet(s, &byte))
		return 0;
	if (http_char_is(byte, HTTP_CHAR_UNRESERVED)) {
		out[0] = (char)byte;
		return 1;
	}
	out[0] = '%';
	out[1] = hex[byte >> 4];
	out[2] = hex[byte & 15];
	return 3;
}

/*
 * A segment stands at out[begin..end), behind its "/". Returns where the next "/" belongs: doubled
 * slashes and dot segments vanish. False when the segment leaves the root, or is one that a server
 * with path parameters takes for a dot segment ("..;x").
 */
static bool http_path_segment(const char *out, size_t begin, size_t *end)
{
	struct slice s = {out + begin, *end - begin};

	if (slice_starts(s, SLICE(".;")) || slice_starts(s, SLICE("..;")))
		return false;
	if (s.n == 0 || slice_eq(s, SLICE("."))) {
		*end = begin - 1;
	} else if (slice_eq(s, SLICE(".."))) {
		if (begin == 1)
			return false;
		for (*end = begin - 2; out[*end] != '/';)
			--*end;
	}
	return true;
}

enum fault http_path_normalise(struct slice raw, char *out, size_t *out_n)
{
	size_t o = 0, begin = 0;

	if (raw.n == 0 || raw.p[0] != '/')
		return FAULT_HTTP_SYNTAX;
	for (size_t i = 0; i < raw.n;) {
		uint8_t c = (uint8_t)raw.p[i];
		if (c == '/') {
			if (i > 0 && !http_path_segment(out, begin, &o))
				return FAULT_HTTP_SYNTAX;
			out[o++] = '/';
			begin = o;
			i++;
		} else if (c == '%') {
			struct slice rest = {raw.p + i, raw.n - i};
			size_t n = http_path_encoding(rest, out + o);
			if (n == 0)
				return FAULT_HTTP_SYNTAX;
			o += n;
			i += 3;
		} else if (c > 0x20 && c < 0x7f && c != '\\') {
			out[o++] = (char)c;
			i++;
		} else {
			return FAULT_HTTP_SYNTAX;
		}
	}
	/* What ends in a dot segment names a folder: "/a/." is "/a/" (RFC 3986 section 5.2.4). */
	size_t end = o;
	if (!http_path_segment(out, begin, &end))
		return FAULT_HTTP_SYNTAX;
	*out_n = end < begin ? end + 1 : end;
	return FAULT_NONE;
}

bool http_path_is_doubled(struct slice raw)
{
	for (size_t i = 1; i < raw.n; i++)
		if (raw.p[i] == '/' && raw.p[i - 1] == '/')
			return true;
	return false;
}

/* One decoded byte off the front of s; false on a broken encoding. */
static bool http_path_next(struct slice *s, bool plus, uint8_t *byte)
{
	size_t n = 1;

	*byte = (uint8_t)s->p[0];
	if (*byte == '%') {
		if (!http_path_octet(*s, byte))
			return false;
		n = 3;
	} else if (*byte == '+' && plus) {
		*byte = ' ';
	}
	s->p += n;
	s->n -= n;
	return true;
}

bool http_path_decode(struct slice s, bool plus, char *out, size_t *out_n)
{
	uint8_t byte;

	for (*out_n = 0; s.n > 0; ++*out_n) {
		if (!http_path_next(&s, plus, &byte))
			return false;
		out[*out_n] = (char)byte;
	}
	return true;
}

static bool http_query_name_is(struct slice s, struct slice name)
{
	uint8_t byte;

	while (s.n > 0 && name.n > 0) {
		if (!http_path_next(&s, true, &byte) || byte != (uint8_t)name.p[0])
			return false;
		name.p++;
		name.n--;
	}
	return s.n == 0 && name.n == 0;
}

struct slice http_query_find(struct slice query, struct slice name)
{
	struct slice part, key;

	while (slice_cut(&query, '&', &part)) {
		struct slice value = part;
		slice_cut(&value, '=', &key);
		if (part.n > 0 && http_query_name_is(key, name))
			return value.p ? value : (struct slice){part.p + part.n, 0};
	}
	return (struct slice){NULL, 0};
}
