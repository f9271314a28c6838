#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void fuzz_fail(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: not true: %s\n", file, line, what);
	abort();
}

uint8_t fuzz_choice(const uint8_t **p, size_t *n)
{
	if (*n == 0)
		return 0;
	--*n;
	return *(*p)++;
}

/* FNV-1a, a byte at a time: how the bytes were cut leaves no trace. */
void fuzz_tell(struct fuzz_story *s, const void *p, size_t n)
{
	const uint8_t *byte = p;

	for (size_t i = 0; i < n; i++)
		s->hash = (s->hash ^ (byte[i] + 1u)) * UINT64_C(0x100000001b3);
}

void fuzz_tell_number(struct fuzz_story *s, uint64_t number)
{
	for (int i = 0; i < 64; i += 8)
		fuzz_tell(s, &(uint8_t){(uint8_t)(number >> i)}, 1);
}
