#include "codec/json_text.h"

#include "base/base64.h"

static const char json_text_short[0x20] = {
	['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r',
};

/* One character of text that is known to be UTF-8; *n: its bytes. */
static uint32_t json_text_decode(const uint8_t *p, size_t *n)
{
	if (p[0] < 0x80) {
		*n = 1;
		return p[0];
	}
	if (p[0] < 0xe0) {
		*n = 2;
		return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
	}
	if (p[0] < 0xf0) {
		*n = 3;
		return (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
	}
	*n = 4;
	return (p[0] & 0x07u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);
}

static bool json_text_in_set(const struct json_text_set *set, uint32_t c)
{
	for (size_t i = 0; set && i < set->n && set->v[i].first <= c; i++)
		if (c <= set->v[i].last)
			return true;
	return false;
}

static bool json_text_must_escape(const struct json_text_set *set, uint32_t c)
{
	return c < 0x20 || c == '"' || c == '\\' || json_text_in_set(set, c);
}

static void json_text_escape(struct buffer *b, uint32_t c)
{
	char pair[2] = {'\\', (char)c};

	if (c < 0x20)
		pair[1] = json_text_short[c];
	if (c == '"' || c == '\\' || (c < 0x20 && pair[1]))
		buffer_add(b, (struct slice){pair, 2});
	else if (c < 0x10000)
		buffer_printf(b, "\\u%04x", c);
	else
		buffer_printf(b, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
		    0xdc00 + ((c - 0x10000) & 0x3ff));
}

void json_text_add(struct buffer *b, struct slice text, const struct json_text_set *set)
{
	const uint8_t *p = (const uint8_t *)text.p;
	size_t from = 0, at = 0, n;

	buffer_add(b, SLICE("\""));
	while (at < text.n) {
		uint32_t c = json_text_decode(p + at, &n);
		if (json_text_must_escape(set, c)) {
			buffer_add(b, (struct slice){text.p + from, at - from});
			json_text_escape(b, c);
			from = at + n;
		}
		at += n;
	}
	if (at > from)
		buffer_add(b, (struct slice){text.p + from, at - from});
	buffer_add(b, SLICE("\""));
}

void json_text_add_base64(struct buffer *b, struct slice bytes)
{
	char *p = buffer_reserve(b, BASE64_SIZE(bytes.n) + 2);

	if (p == NULL)
		return;
	p[0] = '"';
	size_t n = base64_encode(p + 1, (const uint8_t *)bytes.p, bytes.n);
	p[n + 1] = '"';
	b->n += n + 2;
}
