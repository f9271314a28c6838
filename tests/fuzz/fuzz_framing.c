/*
 * Every framer: bytes from a backend, whole and cut, give the same messages or the same stream, and
 * text is whole characters; what is wrapped comes back.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "feed.h"
#include "framing/framing.h"
#include "fuzz.h"

struct side {
	const struct framer	*framer;
	struct framer_options	 options;
	struct fuzz_story	 story;
	enum fault		 fault;
};

static size_t side_step(void *me, uint8_t *p, size_t n, bool eof)
{
	struct side *s = me;
	struct msg m;
	size_t used;
	bool bad;

	s->fault = s->framer->next(&s->options, p, n, eof, &m, &used);
	if (s->fault != FAULT_NONE)
		return FEED_STOP;
	FUZZ_CHECK(used <= n && (used > 0 || !eof || n == 0));
	if (used == 0)
		return 0;
	FUZZ_CHECK(m.kind != MSG_TEXT || utf8_prefix(m.p, m.n, &bad) == m.n);
	fuzz_tell(&s->story, m.p, m.n);
	if (!s->framer->streaming)
		fuzz_tell_number(&s->story, m.kind);
	return used;
}

static struct side side_read(const struct framer *framer, struct framer_options options,
    const uint8_t *p, size_t n, uint32_t cut)
{
	struct side s = {framer, options, {0}, FAULT_NONE};

	FUZZ_CHECK(feed_all(side_step, &s, p, n, cut) == 0);
	return s;
}

/* One message there and back. */
static void wrap_and_read(const struct framer *framer, uint8_t *p, size_t n)
{
	const struct framer_options options = {0, false};
	struct msg m = {p, n, MSG_TEXT, false};
	uint8_t scratch[FRAMER_SCRATCH];
	struct iovec iov[3];
	size_t size = 0;

	if (framer->wrap(&options, &m, scratch, iov) != FAULT_NONE)
		return;
	uint8_t *wire = malloc(iov[0].iov_len + iov[1].iov_len + iov[2].iov_len + 1);
	FUZZ_CHECK(wire);
	for (size_t i = 0; i < 3; size += iov[i++].iov_len)
		if (iov[i].iov_len > 0)
			memcpy(wire + size, iov[i].iov_base, iov[i].iov_len);
	struct side back = side_read(framer, options, wire, size, FEED_WHOLE);
	struct fuzz_story story = {0};
	fuzz_tell(&story, p, n);
	FUZZ_CHECK(back.fault != FAULT_NONE || !framer->streaming || back.story.hash == story.hash);
	free(wire);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	uint8_t choice = fuzz_choice(&p, &n), cut = fuzz_choice(&p, &n);
	const struct framer *framer = framing_table[(choice >> 1) % framing_count];
	struct framer_options options = {0, choice & 1};
	struct side whole = side_read(framer, options, p, n, FEED_WHOLE);
	struct side pieces = side_read(framer, options, p, n, 1u + cut);

	FUZZ_CHECK(whole.fault == pieces.fault && whole.story.hash == pieces.story.hash);
	FUZZ_CHECK(!options.replace_invalid || framer != &framing_text || whole.fault == FAULT_NONE);
	uint8_t *copy = malloc(n + 1);
	FUZZ_CHECK(copy);
	memcpy(copy, p, n);
	wrap_and_read(framer, copy, n);
	free(copy);
	return 0;
}
