#include "feed.h"

#include <stdlib.h>
#include <string.h>

struct feed {
	feed_step	*step;
	void		*subject;
	uint8_t		*stash;		/* what was shown and not used */
	size_t		 held;
	bool		 stopped;
};

uint32_t feed_random(uint32_t *seed)
{
	uint32_t x = *seed ? *seed : 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return *seed = x;
}

static uint8_t *feed_alloc(size_t n)
{
	uint8_t *p = malloc(n ? n : 1);

	if (p == NULL)
		abort();
	return p;
}

/* Steps until the subject wants more. */
static void feed_show(struct feed *f, bool eof)
{
	size_t used = 1;

	while (used > 0) {
		uint8_t *exact = feed_alloc(f->held);
		memcpy(exact, f->stash, f->held);
		used = f->step(f->subject, exact, f->held, eof);
		memcpy(f->stash, exact, f->held);
		free(exact);
		if (used == FEED_STOP) {
			f->stopped = true;
			return;
		}
		if (used > f->held)
			abort();
		f->held -= used;
		memmove(f->stash, f->stash + used, f->held);
	}
}

static size_t feed_piece(uint32_t cut, size_t left, uint32_t *seed)
{
	size_t n;

	if (cut == FEED_WHOLE)
		return left;
	if (cut == FEED_BYTES)
		return 1;
	/* Mostly small pieces, now and then a large one. */
	n = 1 + feed_random(seed) % (feed_random(seed) % 4 ? 7 : 100);
	return n < left ? n : left;
}

size_t feed_all(feed_step *step, void *subject, const uint8_t *bytes, size_t n, uint32_t cut)
{
	struct feed f = {step, subject, feed_alloc(n), 0, false};
	uint32_t seed = cut * 2654435761u;

	for (size_t at = 0; at < n && !f.stopped;) {
		size_t piece = feed_piece(cut, n - at, &seed);
		memcpy(f.stash + f.held, bytes + at, piece);
		f.held += piece;
		at += piece;
		feed_show(&f, at == n);
	}
	free(f.stash);
	return f.stopped ? 0 : f.held;
}
