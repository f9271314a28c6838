/* PROXY headers: the same whole and in pieces, bounded, and what is written is read again. */
#include <string.h>

#include "codec/proxy_header.h"
#include "feed.h"
#include "fuzz.h"

struct side {
	struct proxy_header	header;
	size_t			used;
	enum fault		fault;
};

static size_t side_step(void *me, uint8_t *p, size_t n, bool eof)
{
	struct side *s = me;

	(void)eof;
	s->fault = proxy_header_read(p, n, &s->header, &s->used);
	return s->fault != FAULT_NONE || s->used > 0 ? FEED_STOP : 0;
}

static struct side side_read(const uint8_t *p, size_t n, uint32_t cut)
{
	struct side s = {.used = 0};

	feed_all(side_step, &s, p, n, cut);
	return s;
}

static void expect_same(const struct proxy_header *a, const struct proxy_header *b)
{
	FUZZ_CHECK(a->known == b->known);
	FUZZ_CHECK(!a->known || (memcmp(a->source, b->source, 16) == 0 &&
	    memcmp(a->destination, b->destination, 16) == 0 &&
	    a->source_port == b->source_port && a->destination_port == b->destination_port));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct side whole = side_read(p, n, FEED_WHOLE), bytes = side_read(p, n, FEED_BYTES);
	const struct proxy_extra extra = {.authority = {(const char *)p, n < 300 ? n : 300},
	    .tls_version = SLICE("TLSv1.3")};
	uint8_t out[PROXY_HEADER_ROOM];

	FUZZ_CHECK(whole.fault == bytes.fault && whole.used == bytes.used);
	FUZZ_CHECK(whole.used <= n && whole.used <= PROXY_HEADER_MAX);
	if (whole.fault != FAULT_NONE || whole.used == 0)
		return 0;
	expect_same(&whole.header, &bytes.header);
	size_t size = proxy_header_write_v1(out, &whole.header);
	struct side back = side_read(out, size, FEED_WHOLE);
	FUZZ_CHECK(back.fault == FAULT_NONE && back.used == size && size <= 107);
	expect_same(&whole.header, &back.header);
	size = proxy_header_write_v2(out, &whole.header, &extra);
	back = side_read(out, size, FEED_WHOLE);
	FUZZ_CHECK(back.fault == FAULT_NONE && back.used == size);
	expect_same(&whole.header, &back.header);
	return 0;
}
