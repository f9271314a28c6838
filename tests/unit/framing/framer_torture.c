#include "framer_torture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/utf8.h"
#include "feed.h"
#include "unit/cutter.h"

/* Less than FRAMER_HOLD: what is held is shown again with every byte that comes. */
enum { TORTURE_HOLD = 2000 };

struct torture {
	const struct framing	*framing;
	struct framer_run	 run;
	bool			 inside;	/* a message of which fragments have come */
};

static void torture_begin(void *me)
{
	struct torture *torture = me;

	torture->run = (struct framer_run){0};
	torture->inside = false;
}

static bool torture_is_base64(const struct framing *framing)
{
	return framing->framer == &framing_base64;
}

static void torture_tell(struct torture *torture, struct msg *out, struct transcript *t)
{
	if (torture_is_base64(torture->framing))
		assert_true(base64_decode(out->p, &out->n, (const char *)out->p, out->n));
	else if (out->kind == MSG_TEXT) {
		bool bad;
		assert_int_equal(utf8_prefix(out->p, out->n, &bad), out->n);
	}
	if (!torture->framing->framer->messages) {
		assert_true(out->n > 0);
		assert_false(out->more);
		transcript_bytes(t, out->p, out->n);
		return;
	}
	assert_true(out->n > 0 || !out->more);
	if (!torture->inside)
		transcript_add(t, "%s(", out->kind == MSG_TEXT ? "text" : "binary");
	transcript_bytes(t, out->p, out->n);
	if (!out->more)
		transcript_add(t, ")");
	torture->inside = out->more;
}

static size_t torture_step(void *me, uint8_t *p, size_t n, bool eof, struct transcript *t,
    bool *stop)
{
	static uint8_t roomy[1 << 20];
	struct torture *torture = me;
	const struct framing *framing = torture->framing;
	struct msg out;
	size_t used;

	if (torture_is_base64(framing))		/* the only one that needs the room behind */
		p = memcpy(roomy, p, n);
	enum fault f = framing->framer->next(framing, &torture->run, p, n, false, &out, &used);
	if (eof && f == FAULT_NONE && used == 0)	/* the end is told by itself */
		f = framing->framer->next(framing, &torture->run, p, n, true, &out, &used);
	if (f == FAULT_NONE && used > 0)
		torture_tell(torture, &out, t);
	if (f != FAULT_NONE) {
		transcript_add(t, "|%s", fault_name(f));
		*stop = true;
		return 0;
	}
	assert_true(used <= n);
	/* Nothing may be left in the end, and nothing is lost on the way. */
	assert_true(used > 0 || !eof || n == 0);
	return used;
}

void framer_torture_next(const struct framing *framing, const void *bytes, size_t n,
    const char *expected)
{
	struct torture torture = {.framing = framing};
	const struct cutter cutter = {&torture, torture_begin, torture_step};

	cutter_expect(&cutter, bytes, n, expected);
}

/* Text: characters of all sizes, but no control character, which some framers end messages with. */
static void torture_fill(uint8_t *p, size_t n, enum msg_kind kind, uint32_t *seed)
{
	static const char *const characters[] = {"a", "Z", "\xc3\xbc", "\xdf\xbf", "\xe2\x82\xac",
	    "\xef\xbf\xbd", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"};

	for (size_t i = 0; i < n;) {
		const char *c = characters[feed_random(seed) % 8];
		size_t size = strlen(c);
		if (kind == MSG_BINARY) {
			p[i++] = (uint8_t)feed_random(seed);
		} else if (size <= n - i) {
			memcpy(p + i, c, size);
			i += size;
		}
	}
}

struct wire {
	uint8_t			*p;
	size_t			 n;
	struct transcript	 expected;
};

static void torture_wrap(const struct framing *framing, const struct msg *m, struct wire *wire)
{
	uint8_t scratch[FRAMER_SCRATCH], *said = malloc(BASE64_SIZE(m->n) + 1);
	struct msg saying = {said, m->n, m->kind, m->more};
	struct iovec iov[3];

	assert_non_null(said);
	if (torture_is_base64(framing))
		saying.n = base64_encode((char *)said, m->p, m->n);
	else
		memcpy(said, m->p, m->n);
	memset(iov, 0xff, sizeof(iov));
	assert_int_equal(framing->framer->wrap(framing, &saying, scratch, iov), FAULT_NONE);
	assert_ptr_equal(iov[1].iov_base, said);	/* never copied */
	assert_int_equal(iov[1].iov_len, m->n);
	for (unsigned i = 0; i < 3; i++) {
		wire->p = realloc(wire->p, wire->n + iov[i].iov_len + 1);
		assert_non_null(wire->p);
		if (iov[i].iov_len > 0)
			memcpy(wire->p + wire->n, iov[i].iov_base, iov[i].iov_len);
		wire->n += iov[i].iov_len;
	}
	if (framing->framer->messages)
		transcript_add(&wire->expected, "%s(", framing->kind == MSG_TEXT ? "text" : "binary");
	transcript_bytes(&wire->expected, m->p, m->n);
	if (framing->framer->messages)
		transcript_add(&wire->expected, ")");
	free(said);
}

void framer_torture(const struct framer *framer, enum msg_kind kind, size_t longest)
{
	static const size_t sizes[] = {0, 1, 2, 3, 4, 5, 9, 10, 99, 100, 125, 126, 127, 128, 129,
	    255, 256, 999, 1000, TORTURE_HOLD - 1, TORTURE_HOLD, TORTURE_HOLD + 1, TORTURE_HOLD + 2,
	    2 * TORTURE_HOLD, 3 * TORTURE_HOLD + 1};
	const struct framing framing = {framer, 0, TORTURE_HOLD, kind, false};
	struct wire wire = {NULL, 0, {NULL, 0, 0}};
	uint32_t seed = 1;
	static uint8_t payload[4 * TORTURE_HOLD];

	for (size_t i = 0; i < 3 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t n = sizes[feed_random(&seed) % (sizeof(sizes) / sizeof(sizes[0]))];
		if (n > longest)
			n = longest;
		torture_fill(payload, n, kind, &seed);
		struct msg m = {payload, n, (uint8_t)kind, framer->streaming && feed_random(&seed) % 2};
		torture_wrap(&framing, &m, &wire);
	}
	framer_torture_next(&framing, wire.p, wire.n, wire.expected.text);
	free(wire.p);
	free(wire.expected.text);
}
