/* Masking in wide words against masking a byte at a time. */
#include <stdlib.h>
#include <string.h>

#include "codec/ws.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	size_t align = fuzz_choice(&p, &n) % 32, cut = fuzz_choice(&p, &n);
	uint8_t key[4], mask[4];

	for (size_t i = 0; i < 4; i++)
		key[i] = mask[i] = fuzz_choice(&p, &n);
	if (cut > n)
		cut = n;
	uint8_t *block = malloc(align + n + 1);
	FUZZ_CHECK(block);
	uint8_t *bytes = block + align;
	memcpy(bytes, p, n);
	bool ascii = ws_mask(bytes, cut, mask);
	ascii &= ws_mask(bytes + cut, n - cut, mask);
	bool plain = true;
	for (size_t i = 0; i < n; i++) {
		FUZZ_CHECK(bytes[i] == (p[i] ^ key[i % 4]));
		plain &= bytes[i] < 0x80;
	}
	FUZZ_CHECK(ascii == plain);
	for (size_t i = 0; i < 4; i++)
		FUZZ_CHECK(mask[i] == key[(n + i) % 4]);
	free(block);
	return 0;
}
