#include "base/random.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
	RANDOM_POOL = 4096,	/* so that a mask for each frame costs no system call for each */
	RANDOM_LARGE = 256
};

static _Thread_local uint8_t random_pool[RANDOM_POOL];
static _Thread_local size_t random_left;

static void random_fill(uint8_t *p, size_t n)
{
	while (n > 0) {
		ssize_t got = getrandom(p, n, 0);
		if (got < 0 && errno != EINTR)
			abort();	/* no randomness: nothing that follows could be trusted */
		if (got > 0) {
			p += got;
			n -= (size_t)got;
		}
	}
}

/* Takes n bytes off the pool, in which they stay no longer. */
static inline void random_take(void *p, size_t n)
{
	if (random_left < n) {
		random_fill(random_pool, RANDOM_POOL);
		random_left = RANDOM_POOL;
	}
	random_left -= n;
	memcpy(p, random_pool + random_left, n);
	memset(random_pool + random_left, 0, n);
}

void random_bytes(void *p, size_t n)
{
	if (n > RANDOM_LARGE)
		random_fill(p, n);
	else
		random_take(p, n);
}

uint32_t random_word(void)
{
	uint32_t word;

	random_take(&word, sizeof(word));
	return word;
}

void random_id(char out[RANDOM_ID + 1])
{
	uint8_t bytes[RANDOM_ID / 2];

	random_bytes(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++) {
		out[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	out[RANDOM_ID] = 0;
}
