/* Masking against its definition (RFC 6455 section 5.3), at all alignments, lengths and phases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/ws.h"

enum { ALIGN = 32, LENGTH = 200 };

static const uint8_t key[4] = {0x80, 0x5a, 0x01, 0xff};

static void test_5_3_definition(void **state)
{
	static uint8_t bytes[ALIGN + LENGTH + ALIGN];

	(void)state;
	for (size_t align = 0; align < ALIGN; align++)
		for (size_t n = 0; n <= LENGTH; n++)
			for (size_t phase = 0; phase < 4; phase++) {
				uint8_t mask[4];
				for (size_t i = 0; i < sizeof(bytes); i++)
					bytes[i] = (uint8_t)(i * 37);
				for (size_t i = 0; i < 4; i++)
					mask[i] = key[(phase + i) % 4];
				ws_mask(bytes + align, n, mask);
				for (size_t i = 0; i < sizeof(bytes); i++) {
					bool inside = i >= align && i < align + n;
					uint8_t x = inside ? key[(phase + i - align) % 4] : 0;
					if (bytes[i] != ((uint8_t)(i * 37) ^ x))
						fail_msg("align %zu length %zu phase %zu byte %zu",
						    align, n, phase, i);
				}
				for (size_t i = 0; i < 4; i++)
					assert_int_equal(mask[i], key[(phase + n + i) % 4]);
			}
}

/* The mask stands for the byte after: pieces give what the whole gives. */
static void test_5_3_pieces(void **state)
{
	uint8_t whole[LENGTH], cut[LENGTH], mask[4];

	(void)state;
	for (size_t a = 0; a <= 70; a++)
		for (size_t b = a; b <= LENGTH; b += 7) {
			for (size_t i = 0; i < LENGTH; i++)
				whole[i] = cut[i] = (uint8_t)(i * i);
			memcpy(mask, key, 4);
			ws_mask(whole, LENGTH, mask);
			memcpy(mask, key, 4);
			ws_mask(cut, a, mask);
			ws_mask(cut + a, b - a, mask);
			ws_mask(cut + b, LENGTH - b, mask);
			assert_memory_equal(cut, whole, LENGTH);
		}
}

/* Each byte counts for what comes out, wherever it stands. */
static void test_tells_ascii(void **state)
{
	uint8_t bytes[80], mask[4];

	(void)state;
	for (size_t n = 0; n <= sizeof(bytes); n++)
		for (size_t high = 0; high <= n; high++) {
			for (size_t i = 0; i < n; i++)
				bytes[i] = (uint8_t)((i * 5 & 0x7f) ^ key[i % 4]);
			if (high < n)
				bytes[high] ^= 0x80;
			memcpy(mask, key, 4);
			assert_int_equal(ws_mask(bytes, n, mask), high == n);
		}
}

/* Blocks of exactly the right size: a sanitizer sees whatever is touched beside them. */
static void test_stays_inside(void **state)
{
	(void)state;
	for (size_t n = 0; n <= LENGTH; n++) {
		uint8_t mask[4] = {1, 2, 3, 4}, *exact = calloc(1, n ? n : 1);
		assert_non_null(exact);
		assert_true(ws_mask(exact, n, mask));
		for (size_t i = 0; i < n; i++)
			assert_int_equal(exact[i], i % 4 + 1);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_5_3_definition),
	    cmocka_unit_test(test_5_3_pieces),
	    cmocka_unit_test(test_tells_ascii),
	    cmocka_unit_test(test_stays_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
