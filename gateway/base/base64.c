#include "base/base64.h"

#include <string.h>

static const char base64_alphabet[64] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Value + 1 of each character of the alphabet, 0 for all others. */
static const uint8_t base64_values[256] = {
	['A'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
	14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
	['a'] = 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39,
	40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52,
	['0'] = 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
	['+'] = 63, ['/'] = 64
};

size_t base64_encode(char *out, const uint8_t *p, size_t n)
{
	char *o = out;

	for (; n >= 3; n -= 3, p += 3, o += 4) {
		uint32_t v = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
		o[0] = base64_alphabet[v >> 18];
		o[1] = base64_alphabet[v >> 12 & 63];
		o[2] = base64_alphabet[v >> 6 & 63];
		o[3] = base64_alphabet[v & 63];
	}
	if (n > 0) {
		uint32_t v = (uint32_t)p[0] << 16 | (n == 2 ? (uint32_t)p[1] << 8 : 0);
		o[0] = base64_alphabet[v >> 18];
		o[1] = base64_alphabet[v >> 12 & 63];
		o[2] = n == 2 ? base64_alphabet[v >> 6 & 63] : '=';
		o[3] = '=';
		o += 4;
	}
	return (size_t)(o - out);
}

/* Four characters, none of them padding, as 24 bits; false when one is not of the alphabet. */
static bool base64_group(const char *p, uint32_t *bits)
{
	uint32_t a = base64_values[(uint8_t)p[0]], b = base64_values[(uint8_t)p[1]];
	uint32_t c = base64_values[(uint8_t)p[2]], d = base64_values[(uint8_t)p[3]];

	*bits = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1);
	return a && b && c && d;
}

bool base64_decode(uint8_t *out, size_t *out_n, const char *p, size_t n)
{
	uint8_t *o = out;
	uint32_t bits;

	*out_n = 0;
	if (n % 4 != 0)
		return false;
	if (n == 0)
		return true;
	for (; n > 4; n -= 4, p += 4, o += 3) {
		if (!base64_group(p, &bits))
			return false;
		o[0] = (uint8_t)(bits >> 16);
		o[1] = (uint8_t)(bits >> 8);
		o[2] = (uint8_t)bits;
	}
	size_t pad = p[3] != '=' ? 0 : p[2] != '=' ? 1 : 2;
	char last[4] = {p[0], p[1], pad == 2 ? 'A' : p[2], pad ? 'A' : p[3]};
	/* RFC 4648 section 3.5: the bits that padding leaves over must be zero. */
	if (!base64_group(last, &bits) || (pad && bits & ((1u << 8 * pad) - 1)))
		return false;
	for (size_t i = 0; i < 3 - pad; i++)
		*o++ = (uint8_t)(bits >> (16 - 8 * i));
	*out_n = (size_t)(o - out);
	return true;
}
