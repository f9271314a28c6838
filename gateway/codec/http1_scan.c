#include "codec/http1_scan.h"

#include <string.h>

#include "codec/http_char.h"

enum { BLOCK = 16 };
typedef uint8_t http1_block __attribute__((vector_size(BLOCK)));

static inline bool http1_scan_block(const uint8_t *p)
{
	http1_block b;
	uint64_t word[BLOCK / 8];

	memcpy(&b, p, BLOCK);
	b = (http1_block)(((b < 0x20) & (b != '\t')) | (b == 0x7f));
	memcpy(word, &b, BLOCK);
	return word[0] | word[1];
}

/* The first byte at or after i that may not stand in a line, or n. */
static size_t http1_scan_line(const uint8_t *p, size_t i, size_t n)
{
	while (n - i >= BLOCK && !http1_scan_block(p + i))
		i += BLOCK;
	while (i < n && http_char_is(p[i], HTTP_CHAR_VALUE))
		i++;
	return i;
}

enum fault http1_scan(const uint8_t *p, size_t n, size_t *scanned, size_t *end)
{
	size_t i = *scanned;

	*end = 0;
	for (;; i += 2) {
		*scanned = i = http1_scan_line(p, i, n);
		if (i == n)
			return FAULT_NONE;
		if (p[i] != '\r')
			return p[i] == '\n' ? FAULT_HTTP_SMUGGLING : FAULT_HTTP_SYNTAX;
		if (i + 1 == n)
			return FAULT_NONE;
		if (p[i + 1] != '\n')
			return FAULT_HTTP_SMUGGLING;
		if (i >= 2 && p[i - 1] == '\n') {
			*end = i + 2;
			return FAULT_NONE;
		}
	}
}
