/* UTF-8 by RFC 3629: each class of byte sequence, alone and at every place in a block. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

/* The definition, word for word: decode, then look at the value. -1: bad, 0: unfinished. */
static int plain_char(const uint8_t *p, size_t n)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t size = p[0] < 0x80 ? 1 : p[0] < 0xc0 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3
	    : p[0] < 0xf8 ? 4 : 0;

	if (size == 0)
		return -1;
	if (size == 1)
		return 1;
	/* What is there so far may become anything from low to high. */
	uint32_t low = p[0] & (0x7fu >> size), high;
	for (size_t i = 1; i < size && i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return -1;
		low = low << 6 | (p[i] & 0x3fu);
	}
	size_t missing = n < size ? size - n : 0;
	low <<= 6 * missing;
	high = low | ((1u << 6 * missing) - 1);
	if (high < least[size] || low > 0x10ffff || (low >= 0xd800 && high <= 0xdfff))
		return -1;
	return missing ? 0 : (int)size;
}

static size_t plain_prefix(const uint8_t *p, size_t n, bool *bad)
{
	size_t i = 0;

	*bad = false;
	while (i < n) {
		int size = plain_char(p + i, n - i);
		*bad = size < 0;
		if (size <= 0)
			break;
		i += (size_t)size;
	}
	return i;
}

static void check(const uint8_t *bytes, size_t n)
{
	bool bad, plain_bad;
	uint8_t *exact = malloc(n ? n : 1);

	assert_non_null(exact);
	memcpy(exact, bytes, n);
	size_t good = plain_prefix(exact, n, &plain_bad);
	assert_int_equal(utf8_prefix(exact, n, &bad), good);
	assert_int_equal(bad, plain_bad);
	for (size_t cut = 0; cut <= n; cut++) {
		struct utf8_state s = {0};
		bool ok = utf8_check(&s, exact, cut) && utf8_check(&s, exact + cut, n - cut);
		assert_int_equal(ok, !plain_bad);
		if (ok)
			assert_int_equal(s.state == 0, good == n);
	}
	free(exact);
}

/* At each offset within and across blocks, in ASCII and in three-byte characters. */
static void check_everywhere(const uint8_t *bytes, size_t n)
{
	uint8_t text[64];

	for (size_t before = 0; before <= 33; before++)
		for (size_t after = 0; after <= 18; after += 6) {
			memset(text, 'a', sizeof(text));
			memcpy(text + before, bytes, n);
			check(text, before + n + after);
			for (size_t i = 0; i + 3 <= before; i += 3)
				memcpy(text + i, "\xe2\x82\xac", 3);
			check(text, before + n + after);
		}
}

static void test_all_one_and_two_byte_sequences(void **state)
{
	(void)state;
	for (unsigned a = 0; a < 256; a++) {
		check((uint8_t[]){(uint8_t)a}, 1);
		for (unsigned b = 0; b < 256; b++)
			check((uint8_t[]){(uint8_t)a, (uint8_t)b}, 2);
	}
}

/* Every lead byte with the bytes at and around each limit of RFC 3629 section 4. */
static void test_boundaries(void **state)
{
	static const uint8_t edge[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
	enum { EDGES = sizeof(edge) };

	(void)state;
	for (unsigned a = 0x7f; a < 256; a++)
		for (unsigned i = 0; i < EDGES * EDGES * EDGES; i++) {
			uint8_t bytes[] = {(uint8_t)a, edge[i % EDGES], edge[i / EDGES % EDGES],
			    edge[i / EDGES / EDGES]};
			check(bytes, 3);
			check(bytes, 4);
		}
}

static void test_every_place_in_a_block(void **state)
{
	static const char *const text[] = {
	    "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
	    "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf",
	    "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
	    "\x80", "\xbf", "\xc2", "\xe2\x82", "\xf0\x9f\x98", "\xf0\x9f", "\xfe", "\xff", "\xe2\x28\xa1"};

	(void)state;
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		check_everywhere((const uint8_t *)text[i], strlen(text[i]));
}

/* All code points and all surrogates, encoded by the rule of RFC 3629 section 3. */
static void test_all_code_points(void **state)
{
	(void)state;
	for (uint32_t c = 0x800; c < 0x110000; c += c < 0x10000 ? 1 : 7) {
		uint8_t bytes[4];
		size_t n = 0;
		if (c >= 0x10000) {
			bytes[n++] = (uint8_t)(0xf0 | c >> 18);
			bytes[n++] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
		} else {
			bytes[n++] = (uint8_t)(0xe0 | c >> 12);
		}
		bytes[n++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		bytes[n++] = (uint8_t)(0x80 | (c & 0x3f));
		struct utf8_state s = {0};
		bool surrogate = c >= 0xd800 && c <= 0xdfff;
		assert_int_equal(utf8_check(&s, bytes, n), !surrogate);
		assert_true(surrogate || s.state == 0);
	}
}

static void test_first_impossible_byte(void **state)
{
	struct utf8_state s = {0};

	(void)state;
	assert_true(utf8_check(&s, (const uint8_t *)"\xf4", 1));
	assert_false(utf8_check(&s, (const uint8_t *)"\x90", 1));
	assert_false(utf8_check(&s, (const uint8_t *)"a", 1));	/* once bad, always bad */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_all_one_and_two_byte_sequences),
	    cmocka_unit_test(test_boundaries),
	    cmocka_unit_test(test_every_place_in_a_block),
	    cmocka_unit_test(test_all_code_points),
	    cmocka_unit_test(test_first_impossible_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
