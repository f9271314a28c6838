#include "base/siphash.h"

#include <endian.h>
#include <string.h>

struct siphash_state {
	uint64_t	v0, v1, v2, v3;
};

static inline uint64_t siphash_rotate(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

static inline void siphash_rounds(struct siphash_state *s, unsigned n)
{
	while (n-- > 0) {
		s->v0 += s->v1;
		s->v2 += s->v3;
		s->v1 = siphash_rotate(s->v1, 13) ^ s->v0;
		s->v3 = siphash_rotate(s->v3, 16) ^ s->v2;
		s->v0 = siphash_rotate(s->v0, 32);
		s->v2 += s->v1;
		s->v0 += s->v3;
		s->v1 = siphash_rotate(s->v1, 17) ^ s->v2;
		s->v3 = siphash_rotate(s->v3, 21) ^ s->v0;
		s->v2 = siphash_rotate(s->v2, 32);
	}
}

static inline void siphash_take(struct siphash_state *s, uint64_t word)
{
	s->v3 ^= word;
	siphash_rounds(s, 2);
	s->v0 ^= word;
}

uint64_t siphash(const struct siphash_key *key, struct slice text)
{
	struct siphash_state s = {
		key->k0 ^ UINT64_C(0x736f6d6570736575), key->k1 ^ UINT64_C(0x646f72616e646f6d),
		key->k0 ^ UINT64_C(0x6c7967656e657261), key->k1 ^ UINT64_C(0x7465646279746573),
	};
	uint64_t word, last = (uint64_t)text.n << 56;
	size_t at = 0;

	for (; at + sizeof(word) <= text.n; at += sizeof(word)) {
		memcpy(&word, text.p + at, sizeof(word));
		siphash_take(&s, le64toh(word));
	}
	for (unsigned shift = 0; at < text.n; at++, shift += 8)
		last |= (uint64_t)(uint8_t)text.p[at] << shift;
	siphash_take(&s, last);
	s.v2 ^= 0xff;
	siphash_rounds(&s, 4);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
