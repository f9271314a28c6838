#include "codec/ws_deflate.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#include "codec/ws_extension.h"

enum {
	MEMORY_LEVEL = 8,
	END = 4,
	SLACK = 32	/* the heads of the first block, and of the empty one that ends a piece */
};

struct ws_deflater {
	z_stream	z;
	int		level;
};

struct ws_inflater {
	z_stream	z;
};

const struct slice ws_inflate_end = {"\0\0\xff\xff", END};

struct ws_deflater *ws_deflater_new(unsigned window)
{
	struct ws_deflater *d = calloc(1, sizeof(*d));

	assert(window >= WS_WINDOW_MIN && window <= WS_WINDOW_MAX);
	if (d == NULL)
		return NULL;
	d->level = Z_BEST_SPEED;
	if (deflateInit2(&d->z, d->level, Z_DEFLATED, -(int)window, MEMORY_LEVEL,
	    Z_DEFAULT_STRATEGY) == Z_OK)
		return d;
	free(d);
	return NULL;
}

void ws_deflater_free(struct ws_deflater *d)
{
	if (d)
		deflateEnd(&d->z);
	free(d);
}

struct ws_inflater *ws_inflater_new(void)
{
	struct ws_inflater *i = calloc(1, sizeof(*i));

	if (i && inflateInit2(&i->z, -WS_WINDOW_MAX) == Z_OK)
		return i;
	free(i);
	return NULL;
}

void ws_inflater_free(struct ws_inflater *i)
{
	if (i)
		inflateEnd(&i->z);
	free(i);
}

void ws_inflater_reset(struct ws_inflater *i)
{
	inflateReset(&i->z);
}

size_t ws_deflate_bound(size_t n)
{
	/* Nine bits for a literal, where a window is over before its block could be stored. */
	return n + (n + 7) / 8 + (n + 63) / 64 + SLACK;
}

/* A new level is taken with nothing pending, so that it emits nothing. */
static void ws_deflate_set_level(struct ws_deflater *d, int level)
{
	if (level == d->level)
		return;
	d->z.next_out = NULL;
	d->z.avail_out = 0;
	deflateParams(&d->z, level, Z_DEFAULT_STRATEGY);
	d->level = level;
}

size_t ws_deflate(struct ws_deflater *d, const uint8_t *p, size_t n, bool last, bool takeover,
    int level, uint8_t *out)
{
	size_t room = ws_deflate_bound(n);

	assert(room <= UINT_MAX);
	if (!takeover)
		deflateReset(&d->z);
	if (d->z.total_in == 0)
		ws_deflate_set_level(d, level);
	d->z.next_in = (uint8_t *)(uintptr_t)p;
	d->z.avail_in = (unsigned)n;
	d->z.next_out = out;
	d->z.avail_out = (unsigned)room;
	int result = deflate(&d->z, Z_SYNC_FLUSH);
	/* Nothing to do, and the last piece left nothing pending: an empty block says so. */
	assert(result == Z_OK || (result == Z_BUF_ERROR && n == 0));
	assert(d->z.avail_in == 0 && d->z.avail_out > 0);
	size_t made = room - d->z.avail_out;
	if (made == 0 && last) {
		out[0] = 0;
		return 1;
	}
	return made - (last ? END : 0);
}

enum fault ws_inflate(struct ws_inflater *i, const uint8_t *p, size_t n, size_t *used,
    uint8_t *out, size_t room, size_t *made)
{
	enum fault f = FAULT_NONE;

	assert(n <= UINT_MAX && room <= UINT_MAX);
	i->z.next_in = (uint8_t *)(uintptr_t)p;
	i->z.avail_in = (unsigned)n;
	i->z.next_out = out;
	i->z.avail_out = (unsigned)room;
	while (f == FAULT_NONE) {
		int result = inflate(&i->z, Z_SYNC_FLUSH);
		/*
		 * The sender ended the stream (BFINAL), and another one follows; what it refers to
		 * is still what was sent before (section 7.2.3.5). It may do so every two bytes,
		 * so the window must not be copied for it.
		 */
		if (result == Z_STREAM_END)
			inflateResetKeep(&i->z);
		else if (result == Z_MEM_ERROR)
			f = FAULT_NO_MEMORY;
		else if (result != Z_OK && result != Z_BUF_ERROR)
			f = FAULT_WS_INFLATE;
		if (i->z.avail_in == 0 || i->z.avail_out == 0 || result == Z_BUF_ERROR)
			break;
	}
	*used = n - i->z.avail_in;
	*made = room - i->z.avail_out;
	return f;
}
