#include "codec/ws.h"

#include <string.h>

/* The compiler's own vectors: SSE2, NEON or plain words, whatever the target has. */
typedef uint64_t ws_vector __attribute__((vector_size(16)));

#define HIGH_BITS	UINT64_C(0x8080808080808080)

/* XORs one T at p; p need not be aligned, which memcpy says without a cost. */
#define XOR(T, p, key, seen)			\
	do {					\
		T piece;			\
		memcpy(&piece, p, sizeof(T));	\
		piece ^= (key);			\
		memcpy(p, &piece, sizeof(T));	\
		seen |= piece;			\
	} while (0)

/* What is left of fewer than 16 bytes; the key stands for the first of them. */
static inline uint64_t ws_mask_tail(uint8_t *p, size_t n, uint64_t key)
{
	uint64_t seen = 0;

	if (n & 8) {
		XOR(uint64_t, p, key, seen);
		p += 8;
	}
	if (n & 4) {
		XOR(uint32_t, p, (uint32_t)key, seen);
		p += 4;
	}
	uint8_t bytes[8];
	memcpy(bytes, &key, sizeof(bytes));
	for (size_t i = 0; i < (n & 3); i++) {
		p[i] ^= bytes[i];
		seen |= p[i];
	}
	return seen;
}

bool ws_mask(uint8_t *p, size_t n, uint8_t mask[4])
{
	uint32_t word;
	ws_vector seen = {0, 0};

	memcpy(&word, mask, sizeof(word));
	uint64_t key = (uint64_t)word << 32 | word;
	ws_vector wide = {key, key};

	for (; n >= 64; n -= 64, p += 64) {
		XOR(ws_vector, p, wide, seen);
		XOR(ws_vector, p + 16, wide, seen);
		XOR(ws_vector, p + 32, wide, seen);
		XOR(ws_vector, p + 48, wide, seen);
	}
	for (; n >= 16; n -= 16, p += 16)
		XOR(ws_vector, p, wide, seen);
	uint64_t all = seen[0] | seen[1];
	if (n > 0) {
		all |= ws_mask_tail(p, n, key);
		uint8_t twice[8];
		memcpy(twice, &key, sizeof(twice));
		memcpy(mask, twice + (n & 3), 4);
	}
	return (all & HIGH_BITS) == 0;
}
