/*
 * Every framer: bytes from a backend, whole and cut, give the same messages or the same stream, and
 * text is whole characters; what is wrapped comes back.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/utf8.h"
#include "feed.h"
#include "framing/framing.h"
#include "fuzz.h"

struct side {
	const struct framing	*framing;
	struct framer_run	 run;
	/* What came, and as much of it as are whole messages; where there are none, all of it. */
	struct fuzz_story	 story, whole;
	uint64_t		 n;	/* bytes of the message that is coming */
	enum fault		 fault;
};

static void side_tell(struct side *s, const struct msg *m)
{
	const struct framing *framing = s->framing;
	bool bad, messages = framing->framer->messages;

	FUZZ_CHECK(m->kind == framing->kind || !messages);
	FUZZ_CHECK(m->kind != MSG_TEXT || utf8_prefix(m->p, m->n, &bad) == m->n);
	FUZZ_CHECK(m->n > 0 || (messages && !m->more));
	if (framing->framer != &framing_base64)
		fuzz_tell(&s->story, m->p, m->n);
	s->n += m->n;
	if (messages)
		FUZZ_CHECK(framing->max_message == 0 || framing->replace_invalid ||
		    s->n <= framing->max_message);
	if (m->more)
		return;
	if (messages)
		fuzz_tell_number(&s->story, s->n);
	s->whole = s->story;
	s->n = 0;
}

static size_t side_step(void *me, uint8_t *p, size_t n, bool eof)
{
	struct side *s = me;
	const struct framer *framer = s->framing->framer;
	/* It may count on that room. */
	size_t size = framer == &framing_base64 ? BASE64_SIZE(n) : n;
	uint8_t *room = malloc(size > 0 ? size : 1);
	struct msg m;
	size_t used;

	FUZZ_CHECK(room);
	if (n > 0)
		memcpy(room, p, n);
	s->fault = framer->next(s->framing, &s->run, room, n, false, &m, &used);
	if (eof && s->fault == FAULT_NONE && used == 0)
		s->fault = framer->next(s->framing, &s->run, room, n, true, &m, &used);
	if (s->fault == FAULT_NONE) {
		FUZZ_CHECK(used <= n && (used > 0 || !eof || n == 0));
		FUZZ_CHECK(memcmp(room + used, p + used, n - used) == 0 || n == used);
	}
	if (s->fault == FAULT_NONE && used > 0)
		side_tell(s, &m);
	free(room);
	return s->fault == FAULT_NONE ? used : FEED_STOP;
}

static struct side side_read(const struct framing *framing, const uint8_t *p, size_t n,
    uint32_t cut)
{
	struct side s = {.framing = framing};

	FUZZ_CHECK(feed_all(side_step, &s, p, n, cut) == 0);
	return s;
}

/* One message there and back. */
static void wrap_and_read(const struct framing *framing, uint8_t *p, size_t n)
{
	const struct framer *framer = framing->framer;
	struct msg m = {p, n, MSG_TEXT, false};
	uint8_t scratch[FRAMER_SCRATCH];
	struct iovec iov[3];
	size_t size = 0;

	if (framer->wrap(framing, &m, scratch, iov) != FAULT_NONE || framer == &framing_base64)
		return;
	uint8_t *wire = malloc(iov[0].iov_len + iov[1].iov_len + iov[2].iov_len + 1);
	FUZZ_CHECK(wire);
	for (size_t i = 0; i < 3; size += iov[i++].iov_len)
		if (iov[i].iov_len > 0)
			memcpy(wire + size, iov[i].iov_base, iov[i].iov_len);
	struct side back = side_read(framing, wire, size, FEED_WHOLE);
	struct fuzz_story story = {0};
	fuzz_tell(&story, p, n);
	if (framer->messages)
		fuzz_tell_number(&story, n);
	/* A line may end in the CR that is dropped, and text may be none. */
	bool same = back.fault == FAULT_NONE && (framer != &framing_line || n == 0 ||
	    p[n - 1] != '\r');
	FUZZ_CHECK(!same || back.story.hash == story.hash);
	FUZZ_CHECK(back.fault == FAULT_NONE || back.fault == FAULT_BACK_UTF8);
	free(wire);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	uint8_t choice = fuzz_choice(&p, &n), cut = fuzz_choice(&p, &n);
	const struct framer *framer = framing_table[(choice >> 2) % framing_count];
	enum msg_kind kind = framer->messages && choice & 2 ? MSG_BINARY : framer->kind;
	uint32_t hold = cut & 1 ? FRAMER_HOLD : cut >> 1 & 15;
	const struct framing framing = {framer, choice >= 128 ? 40 : 0, hold, kind, choice & 1};
	const struct framing careless = {framer, 0, hold, kind, false};
	struct side whole = side_read(&framing, p, n, FEED_WHOLE);
	struct side pieces = side_read(&framing, p, n, 1u + cut);

	/* Of two things that are wrong with a long message, the first to come is told. */
	bool either = hold < FRAMER_HOLD && whole.fault != FAULT_NONE && pieces.fault != FAULT_NONE;
	FUZZ_CHECK(either || whole.fault == pieces.fault);
	FUZZ_CHECK(whole.whole.hash == pieces.whole.hash);
	FUZZ_CHECK(whole.fault != FAULT_NONE || whole.n == 0);
	FUZZ_CHECK(!framing.replace_invalid || whole.fault != FAULT_BACK_UTF8);
	uint8_t *copy = malloc(n + 1);
	FUZZ_CHECK(copy);
	memcpy(copy, p, n);
	wrap_and_read(&careless, copy, n);
	free(copy);
	return 0;
}
