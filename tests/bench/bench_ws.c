#include "bench_ws.h"

#include <err.h>
#include <string.h>

const uint8_t bench_ws_key[4] = { 0x37, 0xfa, 0x21, 0x3d };

size_t
bench_ws_head(uint8_t head[BENCH_WS_HEAD_MAX], unsigned opcode, uint64_t n, const uint8_t *key)
{
	size_t size = n < 126 ? 0 : n < 65536 ? 2 : 8;

	head[0] = (uint8_t)(0x80 | opcode);
	head[1] = (uint8_t)(size == 0 ? n : size == 2 ? 126 : 127);
	for (size_t i = 0; i < size; i++)
		head[2 + i] = (uint8_t)(n >> (8 * (size - 1 - i)));
	if (key == NULL)
		return 2 + size;
	head[1] |= 0x80;
	memcpy(head + 2 + size, key, 4);
	return 2 + size + 4;
}

void
bench_ws_mask(uint8_t *p, size_t n, const uint8_t key[4], uint64_t at)
{
	uint8_t turned[8];
	uint64_t wide, word;
	size_t i = 0;

	for (size_t k = 0; k < sizeof(turned); k++)
		turned[k] = key[(at + k) % 4];
	memcpy(&wide, turned, sizeof(wide));
	for (; i + 8 <= n; i += 8) {
		memcpy(&word, p + i, sizeof(word));
		word ^= wide;
		memcpy(p + i, &word, sizeof(word));
	}
	for (; i < n; i++)
		p[i] ^= turned[i % 8];
}

/* The head's length as far as its first two bytes tell. */
static size_t
bench_ws_head_size(const struct bench_ws *ws)
{
	unsigned size = ws->head[1] & 0x7f;

	if (ws->have < 2)
		return 2;
	return 2 + (size == 126 ? 2u : size == 127 ? 8u : 0u) + (ws->head[1] & 0x80 ? 4u : 0u);
}

static void
bench_ws_begin(struct bench_ws *ws)
{
	size_t end = bench_ws_head_size(ws);

	ws->opcode = ws->head[0] & 0x0f;
	ws->masked = (ws->head[1] & 0x80) != 0;
	if (ws->masked) {
		end -= 4;
		memcpy(ws->key, ws->head + end, 4);
	}
	ws->left = end == 2 ? ws->head[1] & 0x7f : 0;
	for (size_t i = 2; i < end; i++)
		ws->left = ws->left << 8 | ws->head[i];
	ws->done = 0;
	ws->have = 0;
	ws->open = true;
	if ((ws->head[0] & 0x70) != 0 || (ws->opcode >= 8 && ws->left > BENCH_WS_CONTROL_MAX))
		errx(1, "got a frame that nobody asked for: %02x %02x", ws->head[0], ws->head[1]);
}

size_t
bench_ws_next(struct bench_ws *ws, uint8_t *p, size_t n, struct bench_ws_piece *piece)
{
	size_t at = 0, run;

	*piece = (struct bench_ws_piece){ 0 };
	while (!ws->open && at < n) {
		ws->head[ws->have++] = p[at++];
		if (ws->have >= 2 && ws->have == bench_ws_head_size(ws))
			bench_ws_begin(ws);
	}
	run = n - at < ws->left ? n - at : (size_t)ws->left;
	if (!ws->open || (run == 0 && ws->left > 0))
		return at;
	if (ws->masked)
		bench_ws_mask(p + at, run, ws->key, ws->done);
	piece->opcode = ws->opcode;
	piece->p = p + at;
	piece->n = run;
	if (ws->opcode >= 8) {
		memcpy(ws->control + ws->done, p + at, run);
		piece->p = run == ws->left ? ws->control : NULL;
		piece->n = (size_t)ws->done + run;
	}
	ws->done += run;
	ws->left -= run;
	ws->open = ws->left > 0;
	return at + run;
}
