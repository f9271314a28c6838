#include "codec/sockjs_body.h"

#include <string.h>

#include "base/utf8.h"
#include "codec/http_char.h"
#include "codec/http_path.h"

enum { SOCKJS_REPLACEMENT = 0xfffd };

static const uint8_t sockjs_body_short[UINT8_MAX + 1] = {
	['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f', ['n'] = '\n',
	['r'] = '\r', ['t'] = '\t',
};

static bool sockjs_body_is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const uint8_t *sockjs_body_skip(const uint8_t *p, const uint8_t *end)
{
	while (p < end && sockjs_body_is_space(*p))
		p++;
	return p;
}

static size_t sockjs_body_put(uint32_t c, uint8_t out[4])
{
	if (c < 0x80) {
		out[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (uint8_t)(0xc0 | c >> 6);
		out[1] = (uint8_t)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (uint8_t)(0xe0 | c >> 12);
		out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | c >> 18);
	out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (c & 0x3f));
	return 4;
}

/* The "uXXXX" at p; false: it is none. */
static bool sockjs_body_unit(const uint8_t *p, const uint8_t *end, uint32_t *unit)
{
	if (end - p < 5 || *p != 'u')
		return false;
	*unit = 0;
	for (int i = 1; i <= 4; i++) {
		if (!http_char_is(p[i], HTTP_CHAR_HEX))
			return false;
		*unit = *unit << 4 | http_char_hex(p[i]);
	}
	return true;
}

/* What follows a "u" escape's high half may be its low one. */
static uint32_t sockjs_body_pair(const uint8_t **p, const uint8_t *end, uint32_t high)
{
	uint32_t low;

	if (high >= 0xdc00 || end - *p < 1 || **p != '\\' ||
	    !sockjs_body_unit(*p + 1, end, &low) || low < 0xdc00 || low > 0xdfff)
		return SOCKJS_REPLACEMENT;
	*p += 6;
	return 0x10000 + ((high - 0xd800) << 10 | (low - 0xdc00));
}

/* The escape whose backslash stands in front of *p. Returns the size of what it means; 0: none. */
static size_t sockjs_body_escape(const uint8_t **p, const uint8_t *end, uint8_t out[4])
{
	uint32_t c;

	if (*p == end)
		return 0;
	out[0] = sockjs_body_short[**p];
	if (out[0]) {
		++*p;
		return 1;
	}
	if (!sockjs_body_unit(*p, end, &c))
		return 0;
	*p += 5;
	if (c >= 0xd800 && c <= 0xdfff)
		c = sockjs_body_pair(p, end, c);
	return sockjs_body_put(c, out);
}

/* A string, its quotes included; *size: of the message that it is. NULL: it is none. */
static const uint8_t *sockjs_body_string(const uint8_t *p, const uint8_t *end, size_t *size)
{
	uint8_t out[4];

	*size = 0;
	if (p == end || *p++ != '"')
		return NULL;
	while (p < end && *p != '"') {
		if (*p < 0x20)
			return NULL;
		if (*p++ != '\\') {
			++*size;
			continue;
		}
		size_t n = sockjs_body_escape(&p, end, out);
		if (n == 0)
			return NULL;
		*size += n;
	}
	return p == end ? NULL : p + 1;
}

/* One string, or those of an array up to its bracket. */
static enum fault sockjs_body_strings(const uint8_t **p, const uint8_t *end, bool array,
    uint64_t most, size_t *n)
{
	size_t size;

	for (;;) {
		*p = sockjs_body_string(sockjs_body_skip(*p, end), end, &size);
		if (*p == NULL)
			return FAULT_SOCKJS_JSON;
		if (most && size > most)
			return FAULT_WS_TOO_BIG;
		++*n;
		if (!array)
			return FAULT_NONE;
		*p = sockjs_body_skip(*p, end);
		if (*p == end)
			return FAULT_SOCKJS_JSON;
		uint8_t c = *(*p)++;
		if (c == ']')
			return FAULT_NONE;
		if (c != ',')
			return FAULT_SOCKJS_JSON;
	}
}

enum fault sockjs_body_check(const struct sockjs_bytes *b, uint64_t most, size_t *n)
{
	struct utf8_state utf8 = {0};
	const uint8_t *p = b->p, *end = b->p + b->n;

	*n = 0;
	if (b->n == 0)
		return FAULT_NONE;
	if (!utf8_check(&utf8, b->p, b->n) || utf8.state != 0)
		return FAULT_SOCKJS_JSON;
	p = sockjs_body_skip(p, end);
	if (p == end)
		return FAULT_NONE;
	bool array = *p == '[';
	const uint8_t *inside = sockjs_body_skip(p + array, end);
	if (array && inside < end && *inside == ']') {
		p = inside + 1;
	} else {
		enum fault f = sockjs_body_strings(&inside, end, array, most, n);
		if (f != FAULT_NONE)
			return f;
		p = inside;
	}
	return sockjs_body_skip(p, end) == end ? FAULT_NONE : FAULT_SOCKJS_JSON;
}

/* Behind the opening quote: decoded to where it begins, up to behind the closing one. */
static const uint8_t *sockjs_body_decode(uint8_t *to, const uint8_t *end, size_t *size)
{
	const uint8_t *p = to;
	uint8_t out[4];

	*size = 0;
	while (p < end && *p != '"') {
		if (*p != '\\') {
			to[(*size)++] = *p++;
			continue;
		}
		p++;
		size_t n = sockjs_body_escape(&p, end, out);
		if (n == 0)
			return end;
		memcpy(to + *size, out, n);
		*size += n;
	}
	return p < end ? p + 1 : end;
}

bool sockjs_body_next(struct sockjs_bytes *b, struct sockjs_bytes *text)
{
	uint8_t *quote = b->n ? memchr(b->p, '"', b->n) : NULL;
	const uint8_t *end = b->p + b->n;

	if (quote == NULL)
		return false;
	text->p = quote + 1;
	const uint8_t *rest = sockjs_body_decode(quote + 1, end, &text->n);
	b->p += rest - b->p;
	b->n = (size_t)(end - rest);
	return true;
}

bool sockjs_body_of_form(struct sockjs_bytes *b)
{
	struct slice form = {(const char *)b->p, b->n};
	struct slice value = http_query_find(form, SLICE("d"));
	size_t at = value.p ? (size_t)(value.p - form.p) : 0;

	if (value.n == 0) {
		b->n = 0;
		return true;
	}
	b->p += at;
	return http_path_decode(value, true, (char *)b->p, &b->n);
}
