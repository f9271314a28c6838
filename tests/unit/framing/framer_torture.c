#include "framer_torture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "feed.h"
#include "unit/cutter.h"

struct torture {
	const struct framer		*framer;
	const struct framer_options	*options;
};

static void torture_begin(void *me)
{
	(void)me;
}

static size_t torture_step(void *me, uint8_t *p, size_t n, bool eof, struct transcript *t,
    bool *stop)
{
	const struct torture *torture = me;
	struct msg out;
	size_t used;
	enum fault f = torture->framer->next(torture->options, p, n, eof, &out, &used);

	if (f != FAULT_NONE) {
		transcript_add(t, "|%s", fault_name(f));
		*stop = true;
		return 0;
	}
	assert_true(used <= n);
	/* Nothing may be left in the end, and nothing is lost on the way. */
	assert_true(used > 0 || !eof || n == 0);
	if (used == 0)
		return 0;
	if (out.kind == MSG_TEXT) {
		bool bad;
		assert_int_equal(utf8_prefix(out.p, out.n, &bad), out.n);
	}
	if (torture->framer->streaming) {
		assert_true(out.n > 0);
		transcript_bytes(t, out.p, out.n);
		return used;
	}
	assert_false(out.more);
	transcript_add(t, "%s(", out.kind == MSG_TEXT ? "text" : "binary");
	transcript_bytes(t, out.p, out.n);
	transcript_add(t, ")");
	return used;
}

void framer_torture_next(const struct framer *framer, const struct framer_options *options,
    const void *bytes, size_t n, const char *expected)
{
	struct torture torture = {framer, options};
	const struct cutter cutter = {&torture, torture_begin, torture_step};

	cutter_expect(&cutter, bytes, n, expected);
}

/* Characters of all sizes, without a control character that some framer may end messages with. */
static void torture_fill(uint8_t *p, size_t n, enum torture_kind kind, uint32_t *seed)
{
	static const char *const characters[] = {"a", "Z", "\xc3\xbc", "\xdf\xbf", "\xe2\x82\xac",
	    "\xef\xbf\xbd", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"};

	for (size_t i = 0; i < n;) {
		const char *c = characters[feed_random(seed) % 8];
		size_t size = strlen(c);
		if (kind == TORTURE_BINARY) {
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

static void torture_wrap(const struct framer *framer, const struct msg *m, struct wire *wire)
{
	static const struct framer_options options = {0, false};
	uint8_t scratch[FRAMER_SCRATCH];
	struct iovec iov[3];

	memset(iov, 0xff, sizeof(iov));
	assert_int_equal(framer->wrap(&options, m, scratch, iov), FAULT_NONE);
	assert_ptr_equal(iov[1].iov_base, m->p);	/* never copied */
	assert_int_equal(iov[1].iov_len, m->n);
	for (unsigned i = 0; i < 3; i++) {
		wire->p = realloc(wire->p, wire->n + iov[i].iov_len + 1);
		assert_non_null(wire->p);
		if (iov[i].iov_len > 0)
			memcpy(wire->p + wire->n, iov[i].iov_base, iov[i].iov_len);
		wire->n += iov[i].iov_len;
	}
	if (!framer->streaming)
		transcript_add(&wire->expected, "%s(", m->kind == MSG_TEXT ? "text" : "binary");
	transcript_bytes(&wire->expected, m->p, m->n);
	if (!framer->streaming)
		transcript_add(&wire->expected, ")");
}

void framer_torture(const struct framer *framer, enum torture_kind kind)
{
	static const size_t sizes[] = {0, 1, 2, 3, 4, 5, 9, 10, 99, 100, 125, 126, 127, 128, 129, 255};
	static const struct framer_options options = {0, false};
	struct wire wire = {NULL, 0, {NULL, 0, 0}};
	uint32_t seed = 1;

	for (size_t i = 0; i < 3 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint8_t payload[256];
		size_t n = sizes[feed_random(&seed) % (sizeof(sizes) / sizeof(sizes[0]))];
		torture_fill(payload, n, kind, &seed);
		struct msg m = {payload, n, kind == TORTURE_TEXT ? MSG_TEXT : MSG_BINARY,
		    framer->streaming && feed_random(&seed) % 2};
		torture_wrap(framer, &m, &wire);
	}
	framer_torture_next(framer, &options, wire.p, wire.n, wire.expected.text);
	free(wire.p);
	free(wire.expected.text);
}
