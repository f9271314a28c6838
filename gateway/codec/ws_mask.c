#include "codec/ws.h"

#include <string.h>

/* The compiler's own vectors: SSE2, NEON or plain words, whatever the target has. */
typedef uint32_t ws_vector __attribute__((vector_size(16)));
typedef uint64_t ws_words __attribute__((vector_size(16)));

#define HIGH_BITS	UINT64_C(0x8080808080808080)

/* One T at p, which need not be aligned: memcpy says so without a cost. */
#define LOAD(T, p)	({ T loaded_; memcpy(&loaded_, (p), sizeof(T)); loaded_; })
#define STORE(p, v)	memcpy((p), &(v), sizeof(v))

/* XORs one block in place and gathers what came out. */
#define BLOCK(p, key, seen)				\
	do {						\
		ws_vector block = LOAD(ws_vector, p);	\
		block ^= (key);				\
		STORE(p, block);			\
		(seen) |= block;			\
	} while (0)

/* The mask as it stands n bytes further on. */
static inline uint32_t ws_mask_turn(uint32_t mask, size_t n)
{
	unsigned bits = 8 * (n & 3);

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return mask >> bits | mask << (-bits & 31);
#else
	return mask << bits | mask >> (-bits & 31);
#endif
}

/*
 * In each of the following the last word or block, which may overlap the one before, is computed
 * before anything is written: no byte is masked twice, and no loop over single bytes is left.
 */
static inline uint64_t ws_mask_long(uint8_t *p, size_t n, uint32_t key, uint32_t end_key)
{
	uint8_t *end = p + n - sizeof(ws_vector);
	ws_vector wide = {key, key, key, key}, end_wide = {end_key, end_key, end_key, end_key};
	ws_vector last = LOAD(ws_vector, end) ^ end_wide, seen = last;

	for (; n >= 64; n -= 64, p += 64) {
		BLOCK(p, wide, seen);
		BLOCK(p + 16, wide, seen);
		BLOCK(p + 32, wide, seen);
		BLOCK(p + 48, wide, seen);
	}
	for (; n >= 16; n -= 16, p += 16)
		BLOCK(p, wide, seen);
	STORE(end, last);
	ws_words words = (ws_words)seen;
	return words[0] | words[1];
}

static inline uint64_t ws_mask_8_to_15(uint8_t *p, size_t n, uint32_t key, uint32_t end_key)
{
	uint64_t first = LOAD(uint64_t, p) ^ ((uint64_t)key << 32 | key);
	uint64_t last = LOAD(uint64_t, p + n - 8) ^ ((uint64_t)end_key << 32 | end_key);

	STORE(p, first);
	STORE(p + n - 8, last);
	return first | last;
}

static inline uint64_t ws_mask_4_to_7(uint8_t *p, size_t n, uint32_t key, uint32_t end_key)
{
	uint32_t first = LOAD(uint32_t, p) ^ key, last = LOAD(uint32_t, p + n - 4) ^ end_key;

	STORE(p, first);
	STORE(p + n - 4, last);
	return first | last;
}

static inline uint64_t ws_mask_0_to_3(uint8_t *p, size_t n, const uint8_t mask[4])
{
	uint8_t seen = 0;

	for (size_t i = 0; i < n; i++) {
		p[i] ^= mask[i];
		seen |= p[i];
	}
	return seen;
}

bool ws_mask(uint8_t *p, size_t n, uint8_t mask[4])
{
	uint32_t key = LOAD(uint32_t, mask), end_key = ws_mask_turn(key, n);
	uint64_t seen;

	if (n >= 16)
		seen = ws_mask_long(p, n, key, end_key);
	else if (n >= 8)
		seen = ws_mask_8_to_15(p, n, key, end_key);
	else if (n >= 4)
		seen = ws_mask_4_to_7(p, n, key, end_key);
	else
		seen = ws_mask_0_to_3(p, n, mask);
	STORE(mask, end_key);
	return (seen & HIGH_BITS) == 0;
}
