#include "base/utf8.h"

#include <string.h>

/*
 * A shift-based automaton: each byte selects a 64-bit row, and the state is how far to shift the
 * row so that its low six bits are the next state. One load, one shift per byte, no branch.
 * The states follow the table of well-formed sequences in Unicode section 3.9 (Table 3-7).
 */
enum {
	DONE = 0 * 6,	/* between characters */
	BAD = 1 * 6,	/* and never anything else again */
	ONE = 2 * 6,	/* one more byte 80..BF */
	TWO = 3 * 6,	/* two more */
	THREE = 4 * 6,	/* three more */
	E0 = 5 * 6,	/* after E0: A0..BF, or the form would be overlong */
	ED = 6 * 6,	/* after ED: 80..9F, or it would be a surrogate */
	F0 = 7 * 6,	/* after F0: 90..BF, or the form would be overlong */
	F4 = 8 * 6,	/* after F4: 80..8F, or it would lie above U+10FFFF */
	STATE_MASK = 63
};

#define TO(from, to)	((uint64_t)(to) << (from))
#define ALL_BAD								\
	(TO(DONE, BAD) | TO(BAD, BAD) | TO(ONE, BAD) | TO(TWO, BAD) | TO(THREE, BAD) | \
	    TO(E0, BAD) | TO(ED, BAD) | TO(F0, BAD) | TO(F4, BAD))
/* The row of a byte that only stands at a character's start: BAD in all other states. */
#define LEAD(to)	(ALL_BAD ^ TO(DONE, BAD) ^ TO(DONE, to))
/* The row of a continuation byte: where it leads from each of the states after a narrow lead. */
#define TAIL(e0, ed, f0, f4)						\
	(TO(DONE, BAD) | TO(BAD, BAD) | TO(ONE, DONE) | TO(TWO, ONE) | TO(THREE, TWO) | \
	    TO(E0, e0) | TO(ED, ed) | TO(F0, f0) | TO(F4, f4))

#define ROWS2(row)	row, row
#define ROWS4(row)	ROWS2(row), ROWS2(row)
#define ROWS8(row)	ROWS4(row), ROWS4(row)
#define ROWS16(row)	ROWS8(row), ROWS8(row)
#define ROWS32(row)	ROWS16(row), ROWS16(row)

static const uint64_t utf8_rows[256] = {
	ROWS32(LEAD(DONE)), ROWS32(LEAD(DONE)), ROWS32(LEAD(DONE)), ROWS32(LEAD(DONE)), /* 00-7F */
	ROWS16(TAIL(BAD, ONE, BAD, TWO)),	/* 80-8F */
	ROWS16(TAIL(BAD, ONE, TWO, BAD)),	/* 90-9F */
	ROWS32(TAIL(ONE, BAD, TWO, BAD)),	/* A0-BF */
	ROWS2(ALL_BAD),				/* C0-C1 could only begin overlong forms */
	ROWS16(LEAD(ONE)), ROWS8(LEAD(ONE)), ROWS4(LEAD(ONE)), ROWS2(LEAD(ONE)), /* C2-DF */
	LEAD(E0),
	ROWS8(LEAD(TWO)), ROWS4(LEAD(TWO)),	/* E1-EC */
	LEAD(ED),
	ROWS2(LEAD(TWO)),			/* EE-EF */
	LEAD(F0),
	ROWS2(LEAD(THREE)), LEAD(THREE),	/* F1-F3 */
	LEAD(F4),
	ROWS8(ALL_BAD), ROWS2(ALL_BAD), ALL_BAD	/* F5-FF */
};

enum { BLOCK = 16 };

static inline uint64_t utf8_step(uint64_t state, uint8_t byte)
{
	return utf8_rows[byte] >> (state & STATE_MASK);
}

static inline bool utf8_block_is_ascii(const uint8_t *p)
{
	uint64_t word[BLOCK / 8];

	memcpy(word, p, BLOCK);
	return ((word[0] | word[1]) & 0x8080808080808080u) == 0;
}

/* As far as whole blocks go, but no further than the block in which the text turned bad. */
static size_t utf8_blocks(uint64_t *state, const uint8_t *p, size_t n)
{
	uint64_t s = *state;
	size_t i = 0;

	for (; n - i >= BLOCK; i += BLOCK) {
		if ((s & STATE_MASK) == DONE && utf8_block_is_ascii(p + i))
			continue;
		uint64_t before = s;
		for (const uint8_t *c = p + i; c < p + i + BLOCK; c += 4)
			s = utf8_step(utf8_step(utf8_step(utf8_step(s, c[0]), c[1]), c[2]), c[3]);
		if ((s & STATE_MASK) == BAD) {
			s = before;
			break;
		}
	}
	*state = s;
	return i;
}

bool utf8_check(struct utf8_state *u, const uint8_t *p, size_t n)
{
	uint64_t s = u->state;
	size_t i = utf8_blocks(&s, p, n);

	if (n - i >= BLOCK) {
		u->state = BAD;
		return false;
	}
	for (; i < n; i++)
		s = utf8_step(s, p[i]);
	u->state = (uint8_t)(s & STATE_MASK);
	return u->state != BAD;
}

size_t utf8_prefix(const uint8_t *p, size_t n, bool *bad)
{
	uint64_t s = DONE;
	size_t i = utf8_blocks(&s, p, n);

	*bad = false;
	for (; i < n; i++) {
		uint64_t next = utf8_step(s, p[i]);
		if ((next & STATE_MASK) == BAD) {
			*bad = true;
			break;
		}
		s = next;
	}
	/* What stands before i is valid so far; give back a character that was only begun. */
	if ((s & STATE_MASK) != DONE)
		while ((p[--i] & 0xc0) == 0x80)
			;
	return i;
}
