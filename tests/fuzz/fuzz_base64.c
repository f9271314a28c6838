/* What decodes encodes to the same again, and the other way round. */
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char *text = malloc(BASE64_SIZE(n) + 1);
	uint8_t *bytes = malloc(n + 3);
	size_t bytes_n, text_n;

	FUZZ_CHECK(text && bytes);
	if (base64_decode(bytes, &bytes_n, (const char *)p, n)) {
		FUZZ_CHECK(bytes_n <= n / 4 * 3);
		text_n = base64_encode(text, bytes, bytes_n);
		FUZZ_CHECK(text_n == n && memcmp(text, p, n) == 0);
	}
	text_n = base64_encode(text, p, n);
	FUZZ_CHECK(text_n == BASE64_SIZE(n));
	FUZZ_CHECK(base64_decode(bytes, &bytes_n, text, text_n));
	FUZZ_CHECK(bytes_n == n && memcmp(bytes, p, n) == 0);
	free(text);
	free(bytes);
	return 0;
}
