/*
 * Bytes inflated whole and cut become the same, or fail; and what is compressed, in any pieces, by
 * any window and level, inflates to itself.
 */
#include <stdlib.h>
#include <string.h>

#include "codec/ws_deflate.h"
#include "codec/ws_extension.h"
#include "feed.h"
#include "fuzz.h"

enum { ROOM = 1 << 16 };

struct side {
	struct ws_inflater	*inflater;
	struct fuzz_story	 story;
	uint64_t		 total;
	size_t			 room;		/* given at a time */
	enum fault		 fault;
};

static size_t side_step(void *me, uint8_t *p, size_t n, bool eof)
{
	struct side *s = me;
	uint8_t out[512];
	size_t used, made;

	(void)eof;
	do {
		s->fault = ws_inflate(s->inflater, p, n, &used, out, s->room, &made);
		FUZZ_CHECK(used <= n && made <= s->room);
		if (s->fault != FAULT_NONE)
			return FEED_STOP;
		fuzz_tell(&s->story, out, made);
		s->total += made;
		FUZZ_CHECK(used == n || used > 0 || made > 0);
	} while (used == 0 && made == s->room);
	return used;
}

/* A fault may come before or after what came out with it was told: only the sides' end compares. */
static void inflate_both(const uint8_t *p, size_t n, uint8_t cut)
{
	struct side sides[2];

	for (size_t i = 0; i < 2; i++) {
		sides[i] = (struct side){.inflater = ws_inflater_new(),
		    .room = i ? 1u + cut % 512 : 512};
		FUZZ_CHECK(sides[i].inflater);
		feed_all(side_step, &sides[i], p, n, i ? 1u + cut : FEED_WHOLE);
		ws_inflater_free(sides[i].inflater);
	}
	FUZZ_CHECK(sides[0].fault == sides[1].fault);
	if (sides[0].fault == FAULT_NONE) {
		FUZZ_CHECK(sides[0].total == sides[1].total);
		FUZZ_CHECK(sides[0].story.hash == sides[1].story.hash);
	}
}

static void there_and_back(const uint8_t *p, size_t n, uint8_t choice, uint8_t cut)
{
	static uint8_t packed[4 * ROOM], again[ROOM + 1];
	struct ws_deflater *d = ws_deflater_new(WS_WINDOW_MIN + choice % 7);
	struct ws_inflater *i = ws_inflater_new();
	size_t packed_n = 0, at = 0, used, made, more;
	bool takeover = choice & 0x80;

	FUZZ_CHECK(d && i && n <= ROOM);
	do {
		size_t take = n - at < 1u + cut ? n - at : 1u + cut;
		FUZZ_CHECK(packed_n + ws_deflate_bound(take) <= sizeof(packed));
		packed_n += ws_deflate(d, p + at, take, at + take == n, takeover, 1 + choice % 9,
		    packed + packed_n);
		at += take;
	} while (at < n);
	FUZZ_CHECK(ws_inflate(i, packed, packed_n, &used, again, sizeof(again), &made) ==
	    FAULT_NONE && used == packed_n);
	FUZZ_CHECK(ws_inflate(i, (const uint8_t *)ws_inflate_end.p, ws_inflate_end.n, &used,
	    again + made, sizeof(again) - made, &more) == FAULT_NONE);
	FUZZ_CHECK(made + more == n && memcmp(again, p, n) == 0);
	ws_deflater_free(d);
	ws_inflater_free(i);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	uint8_t choice = fuzz_choice(&p, &n), cut = fuzz_choice(&p, &n);

	inflate_both(p, n, cut);
	/* A piece costs a reset: so many are enough. */
	if (n / (1u + cut) < 64)
		there_and_back(p, n, choice, cut);
	return 0;
}
