/* A chunked body read whole and cut; and any bytes, chunked as the input says, come back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/http1.h"
#include "feed.h"
#include "fuzz.h"

struct side {
	struct http1_body_reader	 body;
	struct fuzz_story		 story;
	uint64_t			 size;
	enum fault			 fault;
};

static size_t side_step(void *me, uint8_t *p, size_t n, bool eof)
{
	struct side *s = me;
	const uint8_t *data;
	size_t used, data_n;

	(void)eof;
	s->fault = http1_body_feed(&s->body, p, n, &used, &data, &data_n);
	if (s->fault != FAULT_NONE)
		return FEED_STOP;
	FUZZ_CHECK(data_n <= used && (data_n == 0 || (data >= p && data + data_n <= p + used)));
	FUZZ_CHECK(used > 0 || n == 0 || s->body.end);
	fuzz_tell(&s->story, data, data_n);
	s->size += data_n;
	return used;
}

static size_t side_read(struct side *s, const uint8_t *p, size_t n, uint32_t cut)
{
	*s = (struct side){.fault = FAULT_NONE};
	http1_body_begin(&s->body, HTTP1_BODY_CHUNKED, 0);
	return feed_all(side_step, s, p, n, cut);
}

/* Chunks of the sizes that the input's own bytes give. */
static void chunk_and_read(const uint8_t *p, size_t n, uint32_t cut)
{
	char *out = malloc(12 * n + 32);
	struct fuzz_story story = {0};
	struct side side;
	size_t m = 0;

	FUZZ_CHECK(out);
	fuzz_tell(&story, p, n);
	for (size_t at = 0; at < n;) {
		size_t size = 1 + p[at] % 40;
		size = size < n - at ? size : n - at;
		m += (size_t)sprintf(out + m, size % 2 ? "%zx;x\r\n" : "%zX\r\n", size);
		memcpy(out + m, p + at, size);
		m += size;
		memcpy(out + m, "\r\n", 2);
		m += 2;
		at += size;
	}
	m += (size_t)sprintf(out + m, "0\r\nA: b\r\n\r\nnext");
	FUZZ_CHECK(side_read(&side, (uint8_t *)out, m, cut) == 4);
	/* Extensions are bounded: so many chunks may be too many. */
	FUZZ_CHECK(side.fault == FAULT_NONE || n > 4000);
	FUZZ_CHECK(side.fault != FAULT_NONE ||
	    (side.body.end && side.size == n && side.story.hash == story.hash));
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	uint32_t cut = 1u + fuzz_choice(&p, &n);
	struct side whole, pieces;
	size_t left = side_read(&whole, p, n, FEED_WHOLE);

	FUZZ_CHECK(side_read(&pieces, p, n, cut) == left);
	FUZZ_CHECK(whole.fault == pieces.fault && whole.size == pieces.size);
	FUZZ_CHECK(whole.story.hash == pieces.story.hash && whole.body.end == pieces.body.end);
	if (n <= 4000)
		chunk_and_read(p, n, cut);
	return 0;
}
