/* The framers, each through the shared torture and with what is its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "config/config.h"
#include "framer_torture.h"

static struct framing framing_of(const struct framer *framer, uint64_t max_message)
{
	return (struct framing){framer, max_message, FRAMER_HOLD, framer->kind, false};
}

static void test_table(void **state)
{
	(void)state;
	assert_int_equal(framing_count, FRAMING_BASE64 + 1);
	assert_ptr_equal(framing_table[FRAMING_BINARY], &framing_binary);
	assert_ptr_equal(framing_table[FRAMING_TEXT], &framing_text);
	assert_ptr_equal(framing_table[FRAMING_NUL], &framing_nul);
	assert_ptr_equal(framing_table[FRAMING_LENGTH8], &framing_length8);
	assert_ptr_equal(framing_table[FRAMING_LENGTH64LE], &framing_length64le);
	assert_ptr_equal(framing_table[FRAMING_NETSTRING], &framing_netstring);
	assert_ptr_equal(framing_table[FRAMING_BASE64], &framing_base64);
	for (size_t i = 0; i < framing_count; i++)
		assert_ptr_equal(framing_find(slice_of(framing_table[i]->name)), framing_table[i]);
	assert_null(framing_find(SLICE("binar")));
	assert_null(framing_find(SLICE("")));
}

static void expect(const struct framer *framer, uint64_t max, const char *bytes, size_t n,
    const char *expected)
{
	const struct framing framing = framing_of(framer, max);

	framer_torture_next(&framing, bytes, n, expected);
}

#define EXPECT(framer, max, bytes, expected) \
	expect(&(framer), (max), (bytes), sizeof(bytes) - 1, (expected))

/* What a client's message becomes, in full. */
static void expect_wrap(const struct framer *framer, const char *message, size_t n,
    const char *wire, size_t wire_n, enum fault fault)
{
	const struct framing framing = framing_of(framer, 0);
	uint8_t scratch[FRAMER_SCRATCH], payload[100], all[200];
	struct msg m = {n > 0 ? payload : NULL, n, MSG_BINARY, false};
	struct iovec iov[3];
	size_t size = 0;

	memcpy(payload, message, n);
	assert_int_equal(framer->wrap(&framing, &m, scratch, iov), fault);
	if (fault != FAULT_NONE)
		return;
	for (size_t i = 0; i < 3; size += iov[i++].iov_len)
		if (iov[i].iov_len > 0)
			memcpy(all + size, iov[i].iov_base, iov[i].iov_len);
	assert_int_equal(size, wire_n);
	assert_memory_equal(all, wire, size);
}

#define WRAP(framer, message, wire) \
	expect_wrap(&(framer), (message), sizeof(message) - 1, (wire), sizeof(wire) - 1, FAULT_NONE)
#define REFUSED(framer, message, fault) \
	expect_wrap(&(framer), (message), sizeof(message) - 1, NULL, 0, (fault))

static void test_binary(void **state)
{
	(void)state;
	assert_string_equal(framing_binary.name, "binary");
	framer_torture(&framing_binary, MSG_BINARY, SIZE_MAX);
	framer_torture(&framing_binary, MSG_TEXT, SIZE_MAX);
	EXPECT(framing_binary, 1, "a\xff\xc3", "a\\xff\\xc3");
}

static void test_text(void **state)
{
	(void)state;
	assert_string_equal(framing_text.name, "text");
	framer_torture(&framing_text, MSG_TEXT, SIZE_MAX);
}

static const struct framing close_on_bad = {&framing_text, 0, FRAMER_HOLD, MSG_TEXT, false};
static const struct framing replace = {&framing_text, 0, FRAMER_HOLD, MSG_TEXT, true};

static void expect_text(const char *bytes, const char *closed, const char *replaced)
{
	framer_torture_next(&close_on_bad, bytes, strlen(bytes), closed);
	framer_torture_next(&replace, bytes, strlen(bytes), replaced);
}

#define U_FFFD "\\xef\\xbf\\xbd"

/* The examples of the Unicode Standard, section 3.9, tables 3-8 to 3-11. */
static void test_text_invalid(void **state)
{
	(void)state;
	expect_text("a\xff" "b", "a|BACK_UTF8", "a" U_FFFD "b");
	expect_text("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82" "A", "|BACK_UTF8",
	    U_FFFD U_FFFD U_FFFD U_FFFD U_FFFD U_FFFD U_FFFD U_FFFD "A");
	expect_text("\xed\xa0\x80\xed\xbf\xbf\xed\xaf" "A", "|BACK_UTF8",
	    U_FFFD U_FFFD U_FFFD U_FFFD U_FFFD U_FFFD U_FFFD U_FFFD "A");
	expect_text("\xf4\x91\x92\x93\xff" "A\x80\xbf" "B", "|BACK_UTF8",
	    U_FFFD U_FFFD U_FFFD U_FFFD U_FFFD "A" U_FFFD U_FFFD "B");
	expect_text("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf" "A", "|BACK_UTF8",
	    U_FFFD U_FFFD U_FFFD U_FFFD "A");
	expect_text("0123456789abcdef\xe2\x82\xacg\xe2\x28", "0123456789abcdef\\xe2\\x82\\xacg|BACK_UTF8",
	    "0123456789abcdef\\xe2\\x82\\xacg" U_FFFD "(");
}

static void test_text_ends_within_a_character(void **state)
{
	(void)state;
	expect_text("a\xf0\x9f\x98", "a|BACK_UTF8", "a" U_FFFD);
	expect_text("\xe2", "|BACK_UTF8", U_FFFD);
	expect_text("\xff\xe2\x82", "|BACK_UTF8", U_FFFD U_FFFD);
}

/* A long run of bad bytes is taken in few messages, and each byte counts once. */
static void test_text_run(void **state)
{
	uint8_t bytes[100];
	struct framer_run run = {0};
	struct msg m;
	size_t used, taken = 0, steps = 0;

	(void)state;
	memset(bytes, 0xfe, sizeof(bytes));
	for (; taken < sizeof(bytes); taken += used, steps++) {
		assert_int_equal(framing_text.next(&replace, &run, bytes + taken,
		    sizeof(bytes) - taken, false, &m, &used), FAULT_NONE);
		assert_int_equal(m.n, used * 3);
		assert_int_equal(m.kind, MSG_TEXT);
	}
	assert_true(steps < 10);
}

static void test_lines(void **state)
{
	(void)state;
	framer_torture(&framing_line, MSG_TEXT, SIZE_MAX);
	framer_torture(&framing_crlf, MSG_TEXT, SIZE_MAX);
	framer_torture(&framing_nul, MSG_TEXT, SIZE_MAX);
	EXPECT(framing_line, 0, "a\n\nbc\r\n\r\nd\re\n\r\r\n",
	    "text(a)text()text(bc)text()text(d\\x0de)text(\\x0d)");
	EXPECT(framing_line, 0, "a\nlast", "text(a)text(last)");
	EXPECT(framing_line, 0, "a\r", "text(a\\x0d)");
	EXPECT(framing_crlf, 0, "a\nb\r\n\r\nc\r\r\nd\r", "text(a\\x0ab)text()text(c\\x0d)text(d\\x0d)");
	EXPECT(framing_nul, 0, "a\r\n\0\0b\0c", "text(a\\x0d\\x0a)text()text(b)text(c)");
	WRAP(framing_line, "a\rb\0", "a\rb\0\n");
	WRAP(framing_line, "", "\n");
	WRAP(framing_crlf, "a\nb\r", "a\nb\r\r\n");
	WRAP(framing_nul, "a\r\n", "a\r\n\0");
	REFUSED(framing_line, "a\nb", FAULT_MESSAGE_END);
	REFUSED(framing_line, "\n", FAULT_MESSAGE_END);
	REFUSED(framing_crlf, "a\r\n", FAULT_MESSAGE_END);
	REFUSED(framing_nul, "\0", FAULT_MESSAGE_END);
}

static void test_lines_too_long(void **state)
{
	(void)state;
	EXPECT(framing_line, 3, "abc\nabc\r\nabcd\n", "text(abc)text(abc)|BACK_TOO_BIG");
	EXPECT(framing_line, 3, "ab\r\r\n", "text(ab\\x0d)");
	EXPECT(framing_line, 3, "abc\r\r\n", "|BACK_TOO_BIG");
	EXPECT(framing_crlf, 3, "abc\r\nab\r", "text(abc)text(ab\\x0d)");
	EXPECT(framing_crlf, 3, "abc\r", "|BACK_TOO_BIG");
	EXPECT(framing_nul, 3, "abc\0abcd", "text(abc)|BACK_TOO_BIG");
}

/* What is no text, within messages: each of them is judged by itself. */
static void test_lines_invalid(void **state)
{
	struct framing framing = framing_of(&framing_line, 0);
	static const char bytes[] = "a\xe2\x82\nb\xff\xff" "c\n\xe2\x82\xac\n\xc3";

	(void)state;
	framer_torture_next(&framing, bytes, sizeof(bytes) - 1, NULL);
	framing.replace_invalid = true;
	framer_torture_next(&framing, bytes, sizeof(bytes) - 1, "text(a" U_FFFD ")text(b" U_FFFD
	    U_FFFD "c)text(\\xe2\\x82\\xac)text(" U_FFFD ")");
	framing.kind = MSG_BINARY;
	framer_torture_next(&framing, bytes, sizeof(bytes) - 1, "binary(a\\xe2\\x82)binary("
	    "b\\xff\\xffc)binary(\\xe2\\x82\\xac)binary(\\xc3)");
}

static void test_lengths(void **state)
{
	static const struct framer *const framers[] = {&framing_length16be, &framing_length16le,
	    &framing_length32be, &framing_length32le, &framing_length64be, &framing_length64le};

	(void)state;
	framer_torture(&framing_length8, MSG_BINARY, 255);
	for (size_t i = 0; i < sizeof(framers) / sizeof(framers[0]); i++) {
		framer_torture(framers[i], MSG_BINARY, 65535);
		framer_torture(framers[i], MSG_TEXT, 65535);
	}
	WRAP(framing_length8, "ab", "\2ab");
	WRAP(framing_length16be, "ab", "\0\2ab");
	WRAP(framing_length16le, "ab", "\2\0ab");
	WRAP(framing_length32be, "ab", "\0\0\0\2ab");
	WRAP(framing_length32le, "", "\0\0\0\0");
	WRAP(framing_length64be, "ab", "\0\0\0\0\0\0\0\2ab");
	WRAP(framing_length64le, "ab", "\2\0\0\0\0\0\0\0ab");
}

static void test_lengths_wrong(void **state)
{
	const struct framing framing = framing_of(&framing_length8, 0);
	static uint8_t long_one[65536];
	uint8_t scratch[FRAMER_SCRATCH];
	struct iovec iov[3];
	struct msg m = {long_one, 256, MSG_BINARY, false};

	(void)state;
	assert_int_equal(framing_length8.wrap(&framing, &m, scratch, iov), FAULT_MESSAGE_LENGTH);
	m.n = 65536;
	const struct framing wider = framing_of(&framing_length16le, 0);
	assert_int_equal(framing_length16le.wrap(&wider, &m, scratch, iov), FAULT_MESSAGE_LENGTH);
	EXPECT(framing_length8, 3, "\3abc\0\4", "binary(abc)binary()|BACK_TOO_BIG");
	EXPECT(framing_length64be, 1 << 20, "\xff\xff\xff\xff\xff\xff\xff\xff", "|BACK_TOO_BIG");
	EXPECT(framing_length64be, 0, "\xff\xff\xff\xff\xff\xff\xff\xff" "abc",
	    "|BACK_TRUNCATED");
	EXPECT(framing_length16be, 0, "\0\1a\0", "binary(a)|BACK_TRUNCATED");
	EXPECT(framing_length16be, 0, "\0\2a", "|BACK_TRUNCATED");
	EXPECT(framing_length16be, 0, "\0\2", "|BACK_TRUNCATED");
}

static void test_netstring(void **state)
{
	(void)state;
	framer_torture(&framing_netstring, MSG_BINARY, SIZE_MAX);
	framer_torture(&framing_netstring, MSG_TEXT, SIZE_MAX);
	EXPECT(framing_netstring, 5, "5:hello,0:,1:,,", "binary(hello)binary()binary(,)");
	WRAP(framing_netstring, "hello", "5:hello,");
	WRAP(framing_netstring, "", "0:,");
	EXPECT(framing_netstring, 5, "6:", "|BACK_TOO_BIG");
	EXPECT(framing_netstring, 0, "05:hello,", "|BACK_FRAMING");
	EXPECT(framing_netstring, 0, "00:,", "|BACK_FRAMING");
	EXPECT(framing_netstring, 0, ":,", "|BACK_FRAMING");
	EXPECT(framing_netstring, 0, "-1:,", "|BACK_FRAMING");
	EXPECT(framing_netstring, 0, "1:a,2:abc", "binary(a)|BACK_FRAMING");
	EXPECT(framing_netstring, 0, "18446744073709551616:", "|BACK_FRAMING");
	EXPECT(framing_netstring, 0, "9999999999999999999:abc", "|BACK_TRUNCATED");
	EXPECT(framing_netstring, 0, "3:abc", "|BACK_TRUNCATED");
	EXPECT(framing_netstring, 0, "3", "|BACK_TRUNCATED");
}

/* A message longer than what is held passes in fragments, and none of it is written twice. */
static void test_fragments(void **state)
{
	const struct framing framing = framing_of(&framing_length32be, 1 << 20);
	struct framer_run run = {0};
	static uint8_t bytes[4 + 40000];
	struct msg m;
	size_t used;

	(void)state;
	memcpy(bytes, "\0\0\x9c\x40", 4);
	assert_int_equal(framing_length32be.next(&framing, &run, bytes, 4 + FRAMER_HOLD - 1, false,
	    &m, &used), FAULT_NONE);
	assert_int_equal(used, 0);
	assert_int_equal(framing_length32be.next(&framing, &run, bytes, 4 + FRAMER_HOLD, false,
	    &m, &used), FAULT_NONE);
	assert_int_equal(used, 4 + FRAMER_HOLD);
	assert_int_equal(m.n, FRAMER_HOLD);
	assert_true(m.more);
	assert_int_equal(framing_length32be.next(&framing, &run, bytes + used, 40000 - FRAMER_HOLD,
	    false, &m, &used), FAULT_NONE);
	assert_int_equal(m.n, 40000 - FRAMER_HOLD);
	assert_false(m.more);
}

static void test_base64(void **state)
{
	const struct framing framing = framing_of(&framing_base64, 0);
	struct framer_run run = {0};
	struct msg m;
	size_t used, n;

	(void)state;
	framer_torture(&framing_base64, MSG_BINARY, SIZE_MAX);
	for (size_t size = 1; size < 5000; size += size < 800 ? 1 : 97) {
		uint8_t bytes[10000], original[5000], back[10000];
		for (size_t i = 0; i < size; i++)
			bytes[i] = original[i] = (uint8_t)(i * 7 + i / 256);
		assert_int_equal(framing_base64.next(&framing, &run, bytes, size, false, &m, &used),
		    FAULT_NONE);
		assert_int_equal(used, size);
		assert_int_equal(m.kind, MSG_TEXT);
		assert_true(base64_decode(back, &n, (const char *)m.p, m.n));
		assert_int_equal(n, size);
		assert_memory_equal(back, original, n);
	}
	WRAP(framing_base64, "aGVsbG8=", "hello");
	WRAP(framing_base64, "", "");
	REFUSED(framing_base64, "aGVsbG8", FAULT_MESSAGE_BASE64);
	REFUSED(framing_base64, "aGVs bG8=", FAULT_MESSAGE_BASE64);
	REFUSED(framing_base64, "aGVsbG9=", FAULT_MESSAGE_BASE64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_table),
	    cmocka_unit_test(test_binary),
	    cmocka_unit_test(test_text),
	    cmocka_unit_test(test_text_invalid),
	    cmocka_unit_test(test_text_ends_within_a_character),
	    cmocka_unit_test(test_text_run),
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_lines_too_long),
	    cmocka_unit_test(test_lines_invalid),
	    cmocka_unit_test(test_lengths),
	    cmocka_unit_test(test_lengths_wrong),
	    cmocka_unit_test(test_netstring),
	    cmocka_unit_test(test_fragments),
	    cmocka_unit_test(test_base64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
