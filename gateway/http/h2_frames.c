#include "http/h2_frames.h"

#include <string.h>

void h2_frames_init(struct h2_frames *f, uint32_t skip)
{
	*f = (struct h2_frames){.left = skip};
}

static uint32_t h2_frames_number(const uint8_t *p, size_t n)
{
	uint32_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static void h2_frames_read(struct h2_frames *f)
{
	f->have = 0;
	f->frame.length = f->left = h2_frames_number(f->head, 3);
	f->frame.type = f->head[3];
	f->frame.flags = f->head[4];
	f->frame.stream = (int32_t)(h2_frames_number(f->head + 5, 4) & 0x7fffffff);
}

size_t h2_frames_take(struct h2_frames *f, const uint8_t *p, size_t n, bool *begins)
{
	size_t used = 0;

	*begins = false;
	if (f->left == 0) {
		size_t want = H2_FRAME_HEAD - f->have;
		used = n < want ? n : want;
		memcpy(f->head + f->have, p, used);
		f->have += (uint8_t)used;
		if (f->have < H2_FRAME_HEAD)
			return used;
		h2_frames_read(f);
		*begins = true;
	}
	size_t part = n - used < f->left ? n - used : f->left;
	if (*begins)
		f->frame.depends = part < 4 ? -1 : (int32_t)(h2_frames_number(p + used, 4) &
		    0x7fffffff);
	f->left -= (uint32_t)part;
	return used + part;
}
