/* What sessions of plain HTTP write of a text is read as that text again: as JSON, and as an event. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "codec/json_text.h"
#include "codec/sse.h"
#include "fuzz.h"

static const struct json_text_range fuzz_ranges[] = {{0x80, 0x9f}, {0x2000, 0x20ff}, {0xd000, 0x10ffff}};
static const struct json_text_set fuzz_set = {fuzz_ranges, 3};

static size_t fuzz_put(uint8_t *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (uint8_t)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (uint8_t)(0x80 | (c & 0x3f));
	out[0] = (uint8_t)((0xf00u >> n) | c);
	return n;
}

static uint32_t fuzz_hex(const char *p)
{
	char digits[5] = {p[0], p[1], p[2], p[3], '\0'}, *end;
	uint32_t c = (uint32_t)strtoul(digits, &end, 16);

	FUZZ_CHECK(end == digits + 4);
	return c;
}

/* One escape at p, behind its backslash; *n: how long it is. */
static uint32_t fuzz_escape(const char *p, size_t *n)
{
	static const char from[] = "\"\\bfnrt", to[] = "\"\\\b\f\n\r\t";
	const char *at = memchr(from, p[0], sizeof(from) - 1);

	*n = 1;
	if (at)
		return (uint8_t)to[at - from];
	FUZZ_CHECK(p[0] == 'u');
	uint32_t c = fuzz_hex(p + 1);
	*n = 5;
	if (c < 0xd800 || c > 0xdbff)
		return c;
	FUZZ_CHECK(p[5] == '\\' && p[6] == 'u');
	*n = 11;
	return 0x10000 + ((c - 0xd800) << 10) + (fuzz_hex(p + 7) - 0xdc00);
}

static void fuzz_json(struct slice text, const struct json_text_set *set)
{
	struct buffer b = {0};
	uint8_t *back = malloc(text.n + 8);
	size_t n = 0, used;

	json_text_add(&b, text, set);
	FUZZ_CHECK(back && !b.failed && b.n >= 2 && b.p[0] == '"' && b.p[b.n - 1] == '"');
	for (size_t i = 1; i < b.n - 1; i += used) {
		used = 0;
		FUZZ_CHECK(b.p[i] >= 0x20 && b.p[i] != '"' && n <= text.n);
		if (b.p[i] == '\\')
			n += fuzz_put(back + n, fuzz_escape((char *)b.p + i + 1, &used));
		else
			back[n++] = b.p[i];
		used++;
	}
	FUZZ_CHECK(n == text.n && (n == 0 || memcmp(back, text.p, n) == 0));
	free(back);
	buffer_clear(&b);
}

/* By the standard's words: each line's value and a LF, and the last LF is taken off. */
static void fuzz_event(struct slice text)
{
	struct buffer b = {0}, back = {0};

	sse_add(&b, 5, SLICE(""), text);
	struct slice rest = buffer_slice(&b), line;
	while (slice_cut(&rest, '\n', &line) && line.n > 0)
		if (slice_starts(line, SLICE("data: "))) {
			buffer_add(&back, (struct slice){line.p + 6, line.n - 6});
			buffer_add(&back, SLICE("\n"));
		} else {
			FUZZ_CHECK(slice_eq(line, SLICE("id: 5")));
		}
	FUZZ_CHECK(rest.n == 0 && back.n == text.n + 1);
	FUZZ_CHECK(text.n == 0 || memcmp(back.p, text.p, text.n) == 0);
	buffer_clear(&b);
	buffer_clear(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct slice text = {(const char *)p, n};
	struct utf8_state state = {0};

	if (sse_can_hold(text))
		fuzz_event(text);
	if (n > 0 && !(utf8_check(&state, p, n) && state.state == 0))
		return 0;
	fuzz_json(text, NULL);
	fuzz_json(text, &fuzz_set);
	return 0;
}
