/* Compressed messages, by the examples of RFC 7692 section 7.2.3 and there and back again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/ws_deflate.h"
#include "codec/ws_extension.h"

enum { ROOM = 1 << 20 };

static uint8_t text[ROOM], packed[2 * ROOM], again[ROOM + 1];

/* Inflates a whole message, in steps of so many bytes in and out. */
static size_t inflate_message(struct ws_inflater *i, const uint8_t *p, size_t n, size_t in,
    size_t out)
{
	const struct slice parts[] = {{(const char *)p, n}, ws_inflate_end};
	size_t total = 0, used, made;

	for (size_t part = 0; part < 2; part++) {
		struct slice s = parts[part];
		do {
			size_t take = s.n < in ? s.n : in, room = sizeof(again) - total;
			room = room < out ? room : out;
			assert_int_equal(ws_inflate(i, (const uint8_t *)s.p, take, &used,
			    again + total, room, &made), FAULT_NONE);
			s.p += used;
			s.n -= used;
			total += made;
			assert_true(used > 0 || made > 0 || take == 0);
		} while (s.n > 0 || made == out);
	}
	return total;
}

static void expect_inflated(struct ws_inflater *i, const char *bytes, size_t n,
    const char *expected)
{
	for (size_t step = 1; step < 40; step += 13) {
		size_t got = inflate_message(i, (const uint8_t *)bytes, n, step, 64);
		assert_int_equal(got, strlen(expected));
		assert_memory_equal(again, expected, got);
		ws_inflater_reset(i);
	}
}

#define EXPECT_INFLATED(i, bytes, expected) \
	expect_inflated(i, bytes, sizeof(bytes) - 1, expected)

static void test_7_2_3_examples(void **state)
{
	struct ws_inflater *i = ws_inflater_new();

	(void)state;
	EXPECT_INFLATED(i, "\xf2\x48\xcd\xc9\xc9\x07\x00", "Hello");
	EXPECT_INFLATED(i, "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", "Hello");
	EXPECT_INFLATED(i, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00", "Hello");	/* BFINAL */
	EXPECT_INFLATED(i, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", "Hello");
	EXPECT_INFLATED(i, "\x00", "");
	ws_inflater_free(i);
}

/* The second message refers to the first (section 7.2.3.2), even past the end of a stream. */
static void test_takeover(void **state)
{
	static const char *const firsts[] = {"\xf2\x48\xcd\xc9\xc9\x07\x00",
	    "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"};
	struct ws_inflater *i = ws_inflater_new();

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		inflate_message(i, (const uint8_t *)firsts[k], 7 + k, 64, 64);
		size_t n = inflate_message(i, (const uint8_t *)"\xf2\x00\x11\x00\x00", 5, 64, 64);
		assert_int_equal(n, 5);
		assert_memory_equal(again, "Hello", 5);
		ws_inflater_reset(i);
	}
	ws_inflater_free(i);
}

static void fill(int kind, size_t n)
{
	for (size_t i = 0; i < n; i++)
		text[i] = kind == 0 ? (uint8_t)rand() : kind == 1 ? 'a'
		    : (uint8_t)"words and words "[(i * 7 + i / 31) % 16];
}

/*
 * A sender that ends its stream every two bytes: nothing comes of it, and what it sent before is
 * still referred to, from the far end of the window, too.
 */
static void test_many_ends(void **state)
{
	enum { SIZE = 1 << WS_WINDOW_MAX, CUT = 300, ENDS = 1000 };
	struct ws_deflater *d = ws_deflater_new(WS_WINDOW_MAX);
	struct ws_inflater *i = ws_inflater_new();
	uint8_t ends[2 * ENDS + 1] = {0};

	(void)state;
	for (size_t k = 0; k < ENDS; k++)
		ends[2 * k] = 3;
	fill(0, SIZE);
	for (size_t round = 0; round < 3; round++) {
		/* The rest is behind this in the window, and comes anew. */
		size_t n = ws_deflate(d, text, SIZE - CUT, true, true, 9, packed);
		assert_int_equal(inflate_message(i, packed, n, 1000, 4096), SIZE - CUT);
		assert_memory_equal(again, text, SIZE - CUT);
		assert_int_equal(inflate_message(i, ends, sizeof(ends), 1000, 4096), 0);
		assert_true(round == 0 || n < SIZE / 8);
	}
	ws_inflater_free(i);
	ws_deflater_free(d);
}

static void test_broken(void **state)
{
	static const char *const broken[] = {"\x07", "\xff\xff", "\xf2\x00\x11\x00\x00"};
	struct ws_inflater *i = ws_inflater_new();
	size_t used, made;

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		assert_int_equal(ws_inflate(i, (const uint8_t *)broken[k], k == 2 ? 5 : k + 1,
		    &used, again, 64, &made), FAULT_WS_INFLATE);
		ws_inflater_reset(i);
	}
	EXPECT_INFLATED(i, "\xf2\x48\xcd\xc9\xc9\x07\x00", "Hello");
	ws_inflater_free(i);
}

/* In pieces of a message, whatever window, level and takeover. */
static void there_and_back(struct ws_deflater *d, struct ws_inflater *i, size_t n, size_t piece,
    bool takeover, int level)
{
	size_t packed_n = 0, at = 0;

	do {
		size_t take = n - at < piece ? n - at : piece;
		uint8_t *out = packed + packed_n, guard = 0xa5;
		size_t bound = ws_deflate_bound(take);
		assert_true(packed_n + bound < sizeof(packed));
		out[bound] = guard;
		packed_n += ws_deflate(d, text + at, take, at + take == n, takeover, level, out);
		assert_int_equal(out[bound], guard);
		at += take;
	} while (at < n);
	if (!takeover)
		ws_inflater_reset(i);
	assert_int_equal(inflate_message(i, packed, packed_n, 1000, 4096), n);
	assert_memory_equal(again, text, n);
}

static void test_there_and_back(void **state)
{
	static const size_t sizes[] = {0, 1, 2, 125, 4096, 70000};

	(void)state;
	for (unsigned window = WS_WINDOW_MIN; window <= WS_WINDOW_MAX; window++)
		for (int takeover = 0; takeover < 2; takeover++) {
			struct ws_deflater *d = ws_deflater_new(window);
			struct ws_inflater *i = ws_inflater_new();
			for (size_t k = 0; k < 3 * sizeof(sizes) / sizeof(sizes[0]); k++) {
				size_t n = sizes[k / 3];
				fill((int)(k % 3), n);
				there_and_back(d, i, n, 1 << 18, takeover, 1 + (int)(k % 9));
				there_and_back(d, i, n, 1 + n / 3, takeover, 1);
			}
			ws_deflater_free(d);
			ws_inflater_free(i);
		}
}

static void test_random_bytes_fit(void **state)
{
	struct ws_inflater *i = ws_inflater_new();

	(void)state;
	fill(0, 1 << 18);
	for (unsigned window = WS_WINDOW_MIN; window <= WS_WINDOW_MAX; window++) {
		struct ws_deflater *d = ws_deflater_new(window);
		for (int level = 1; level <= 9; level += 4)
			there_and_back(d, i, 1 << 18, 1 << 18, false, level);
		ws_deflater_free(d);
	}
	ws_inflater_free(i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_7_2_3_examples),
	    cmocka_unit_test(test_takeover),
	    cmocka_unit_test(test_many_ends),
	    cmocka_unit_test(test_broken),
	    cmocka_unit_test(test_there_and_back),
	    cmocka_unit_test(test_random_bytes_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
