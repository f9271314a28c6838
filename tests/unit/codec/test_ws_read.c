/* Reading WebSocket frames, by section of RFC 6455. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/ws.h"
#include "unit/cutter.h"

struct subject {
	struct ws_reader	 reader;
	bool			 masked;
	uint64_t		 max_message;
	struct transcript	 message;	/* the message under way */
};

static struct subject subject;

static void subject_begin(void *me)
{
	struct subject *s = me;

	ws_reader_init(&s->reader, s->masked, s->max_message);
	s->message.n = 0;
	transcript_add(&s->message, "%s", "");
}

static const char *opcode_name(uint8_t opcode)
{
	static const char *const names[16] = {[WS_TEXT] = "text", [WS_BINARY] = "binary",
	    [WS_CLOSE] = "close", [WS_PING] = "ping", [WS_PONG] = "pong"};

	assert_true(opcode < 16 && names[opcode]);
	return names[opcode];
}

/* Messages are told when they are whole: where pieces end is the cutter's doing. */
static size_t subject_step(void *me, uint8_t *p, size_t n, bool eof, struct transcript *t,
    bool *stop)
{
	struct subject *s = me;
	struct ws_event e;
	size_t used;
	enum fault f = ws_read(&s->reader, p, n, &e, &used);

	(void)eof;
	if (f != FAULT_NONE) {
		transcript_add(t, "%s", fault_name(f));
		*stop = true;
		return 0;
	}
	if (used == 0) {
		assert_true(n < WS_HEAD_MAX + WS_CONTROL_MAX);
		return 0;
	}
	assert_true(e.p >= p && e.p + e.n <= p + n);
	assert_true(e.n > 0 || s->reader.left == 0);	/* an empty piece is an empty frame */
	transcript_bytes(&s->message, e.p, e.opcode < WS_CLOSE ? e.n : 0);
	if (e.opcode >= WS_CLOSE) {
		assert_false(e.more);
		transcript_add(t, "%s(", opcode_name(e.opcode));
		transcript_bytes(t, e.p, e.n);
		transcript_add(t, ") ");
	} else if (!e.more) {
		transcript_add(t, "%s(%s) ", opcode_name(e.opcode), s->message.text);
		s->message.n = 0;
		s->message.text[0] = '\0';
	}
	return used;
}

static const struct cutter cutter = {&subject, subject_begin, subject_step};

/* Frames under construction. */
static uint8_t frames[1 << 18];
static size_t frames_n;

static void put(const void *p, size_t n)
{
	assert_true(frames_n + n <= sizeof(frames));
	memcpy(frames + frames_n, p, n);
	frames_n += n;
}

static void put_byte(unsigned byte)
{
	put(&(uint8_t){(uint8_t)byte}, 1);
}

/* A masked frame, its length in the form of that many extra bytes. */
static void put_frame_as(unsigned first, const void *payload, uint64_t n, unsigned extended)
{
	static const uint8_t mask[4] = {0x37, 0xfa, 0x21, 0x3d};

	put_byte(first);
	put_byte(0x80u | (unsigned)(extended == 0 ? n : extended == 2 ? 126 : 127));
	for (unsigned i = extended; i-- > 0;)
		put_byte((uint8_t)(n >> 8 * i));
	put(mask, 4);
	for (size_t i = 0; payload && i < n; i++)
		put_byte(((const uint8_t *)payload)[i] ^ mask[i % 4]);
}

static void put_frame(unsigned first, const void *payload, uint64_t n)
{
	put_frame_as(first, payload, n, n < 126 ? 0 : n < 65536 ? 2 : 8);
}

static void put_text(unsigned first, const char *payload)
{
	put_frame(first, payload, strlen(payload));
}

static void expect(const char *expected)
{
	cutter_expect(&cutter, frames, frames_n, expected);
	frames_n = 0;
}

/* The fault comes with exactly the last byte put, not earlier and not later. */
static void expect_at_last_byte(enum fault fault)
{
	struct transcript t = {NULL, 0, 0};
	struct subject s = {.masked = subject.masked, .max_message = subject.max_message};
	bool stop = false;
	size_t held = 0;

	subject_begin(&s);
	for (size_t i = 1; i <= frames_n; i++) {
		uint8_t *copy = malloc(i - held);
		assert_non_null(copy);
		memcpy(copy, frames + held, i - held);
		size_t used = subject_step(&s, copy, i - held, false, &t, &stop);
		held += used;
		free(copy);
		assert_int_equal(stop, i == frames_n);
	}
	assert_non_null(strstr(t.text, fault_name(fault)));
	free(t.text);
	free(s.message.text);
	frames_n = 0;
}

static int setup(void **state)
{
	(void)state;
	subject.masked = true;
	subject.max_message = 0;
	frames_n = 0;
	return 0;
}

static void test_5_7_examples(void **state)
{
	(void)state;
	put("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11);
	expect("text(Hello) ");
	subject.masked = false;
	put("\x81\x05Hello", 7);
	put("\x01\x03Hel\x80\x02lo", 9);
	put("\x89\x05Hello", 7);
	expect("text(Hello) text(Hello) ping(Hello) ");
	subject.masked = true;
	put("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11);
	expect("pong(Hello) ");
}

static void test_5_1_mask_required(void **state)
{
	(void)state;
	put("\x81\x05", 2);
	expect_at_last_byte(FAULT_WS_PROTOCOL);
	subject.masked = false;
	put("\x81\x85", 2);
	expect_at_last_byte(FAULT_WS_PROTOCOL);
}

/* Every first byte, outside of a message and within one. */
static void test_5_2_first_byte(void **state)
{
	(void)state;
	for (unsigned within = 0; within < 2; within++)
		for (unsigned first = 0; first < 256; first++) {
			unsigned opcode = first & 15;
			bool final = first & 0x80, rsv = first & 0x70;
			bool control = opcode >= 8 && opcode <= 10;
			bool ok = !rsv && ((control && final) ||
			    (within ? opcode == 0 : opcode == 1 || opcode == 2));
			if (within)
				put_text(WS_BINARY, "a");
			put_byte(first);
			if (!ok)
				expect_at_last_byte(FAULT_WS_PROTOCOL);
			else
				expect("[1 left]");
		}
}

static void test_5_2_shortest_length(void **state)
{
	(void)state;
	put("\x82\xfe\x00\x7d", 4);
	expect_at_last_byte(FAULT_WS_PROTOCOL);
	put("\x82\xfe\x00\x7e", 4);
	expect("[4 left]");
	put("\x82\xff\0\0\0\0\0\0", 8);		/* at most 65535 by now */
	expect_at_last_byte(FAULT_WS_PROTOCOL);
	put("\x82\xff\0\0\0\0\0\1\0\0", 10);
	expect("[10 left]");
	put("\x82\xff\x80", 3);			/* top bit */
	expect_at_last_byte(FAULT_WS_PROTOCOL);
	put("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\1\2\3\4", 14);
	expect("[14 left]");
}

static void test_5_2_all_lengths(void **state)
{
	static uint8_t payload[70000];
	static const size_t sizes[] = {0, 1, 2, 3, 15, 16, 17, 63, 64, 65, 124, 125, 126, 127, 128, 255,
	    256, 65534, 65535, 65536, 65537, 70000};

	(void)state;
	for (size_t i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)(i * 31 >> 3);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct transcript t = {NULL, 0, 0};
		transcript_add(&t, "binary(");
		transcript_bytes(&t, payload, sizes[i]);
		transcript_add(&t, ") ping() ");
		put_frame(0x82, payload, sizes[i]);
		put_frame(0x89, "", 0);
		expect(t.text);
		free(t.text);
	}
}

static void test_5_4_fragments(void **state)
{
	(void)state;
	put_text(0x01, "one");
	put_text(0x00, "");
	put_text(0x89, "between");
	put_text(0x00, "two");
	put_text(0x8a, "");
	put_text(0x80, "");
	put_text(0x02, "");
	put_text(0x80, "");
	put_text(0x81, "");
	put_text(0x82, "x");
	expect("ping(between) pong() text(onetwo) binary() text() binary(x) ");
}

static void test_5_4_order(void **state)
{
	(void)state;
	put_text(0x01, "one");
	put_byte(0x81);
	expect_at_last_byte(FAULT_WS_PROTOCOL);
	put_text(0x02, "one");
	put_byte(0x02);
	expect_at_last_byte(FAULT_WS_PROTOCOL);
	put_byte(0x80);
	expect_at_last_byte(FAULT_WS_PROTOCOL);
	put_text(0x02, "one");
	put_text(0x80, "one");
	put_byte(0x80);
	expect_at_last_byte(FAULT_WS_PROTOCOL);
}

static void test_5_5_control_frames(void **state)
{
	uint8_t full[125];

	(void)state;
	memset(full, 'p', sizeof(full));
	for (unsigned opcode = 0x89; opcode <= 0x8a; opcode++) {
		struct transcript t = {NULL, 0, 0};
		transcript_add(&t, "%s(%.125s) ", opcode_name(opcode & 15), full);
		put_frame(opcode, full, 125);
		expect(t.text);
		free(t.text);
	}
	for (unsigned opcode = 0x88; opcode <= 0x8a; opcode++)
		for (unsigned n = 126; n <= 127; n++) {
			put_byte(opcode);
			put_byte(0x80 | n);
			expect_at_last_byte(FAULT_WS_PROTOCOL);
		}
}

static void test_5_5_1_close(void **state)
{
	(void)state;
	put_frame(0x88, "", 0);
	expect("close() ");
	put_frame(0x88, "\x03\xe8", 2);
	expect("close(\\x03\\xe8) ");
	put_frame(0x88, "\x03\xe8gr\xc3\xbc\xc3\x9f", 8);
	expect("close(\\x03\\xe8gr\\xc3\\xbc\\xc3\\x9f) ");
	put_byte(0x88);
	put_byte(0x81);		/* no room for a code */
	expect_at_last_byte(FAULT_WS_PROTOCOL);
	put_frame(0x88, "\x03\xe8\xc3", 3);
	expect("WS_UTF8");
	put_frame(0x88, "\x03\xe8\xed\xa0\x80", 5);
	expect("WS_UTF8");
	put_frame(0x88, "\x03\xec\xff", 3);	/* 1004, and a bad reason */
	expect("WS_PROTOCOL");
}

static bool code_in_table(unsigned code)
{
	static const unsigned ranges[][2] = {{1000, 1003}, {1007, 1014}, {3000, 4999}};

	for (size_t i = 0; i < 3; i++)
		if (code >= ranges[i][0] && code <= ranges[i][1])
			return true;
	return false;
}

static void test_7_4_close_codes(void **state)
{
	(void)state;
	for (unsigned code = 0; code < 65536; code++)
		assert_int_equal(ws_close_code_valid(code), code_in_table(code));
	for (unsigned code = 0; code <= 5000; code++) {
		uint8_t frame[] = {0x88, 0x82, 0, 0, 0, 0, (uint8_t)(code >> 8), (uint8_t)code};
		struct ws_reader r;
		struct ws_event e;
		struct slice reason;
		size_t used;
		ws_reader_init(&r, true, 0);
		enum fault f = ws_read(&r, frame, sizeof(frame), &e, &used);
		assert_int_equal(f, code_in_table(code) ? FAULT_NONE : FAULT_WS_PROTOCOL);
		assert_int_equal(ws_close_code(&e, &reason), code);
		assert_int_equal(reason.n, 0);
	}
}

static void test_7_1_5_close_code(void **state)
{
	uint8_t body[] = "\x0f\xa0why";
	struct ws_event e = {.opcode = WS_CLOSE, .p = body};
	struct slice reason;

	(void)state;
	assert_int_equal(ws_close_code(&e, &reason), 1005);
	assert_int_equal(reason.n, 0);
	e.n = 5;
	assert_int_equal(ws_close_code(&e, &reason), 4000);
	assert_true(slice_eq(reason, SLICE("why")));
}

static void test_8_1_text_is_utf8(void **state)
{
	(void)state;
	put_text(0x81, "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5");
	put_text(0x01, "\xf0\x9f");
	put_frame(0x89, "\xff", 1);
	put_text(0x00, "");
	put_text(0x00, "\x98");
	put_text(0x80, "\x80!");
	put_frame(0x82, "\xff\xfe", 2);
	expect("text(\\xce\\xba\\xe1\\xbd\\xb9\\xcf\\x83\\xce\\xbc\\xce\\xb5) ping(\\xff) "
	    "text(\\xf0\\x9f\\x98\\x80!) binary(\\xff\\xfe) ");
}

/* Not at the end of the frame or message: with the byte itself. */
static void test_8_1_first_impossible_byte(void **state)
{
	static const char *const bad[] = {"\xff", "\x80", "\xc1", "\xe0\x9f", "\xed\xa0", "\xf0\x8f",
	    "\xf4\x90", "\xf5", "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xf4\x90", "abc\xc2 ",
	    "0123456789abcdef0123456789abcdef0123456789abcdef\xc0"};
	static const uint8_t key[4] = {1, 2, 3, 4};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put("\x01\xfe\x7f\xff\1\2\3\4", 8);
		for (size_t j = 0; bad[i][j]; j++)
			put_byte((uint8_t)bad[i][j] ^ key[j % 4]);
		expect_at_last_byte(FAULT_WS_UTF8);
	}
	put_text(0x01, "\xf4");
	put("\x80\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\x90", 15);
	expect_at_last_byte(FAULT_WS_UTF8);
}

static void test_8_1_message_ends_within_a_character(void **state)
{
	(void)state;
	put_text(0x81, "a\xe2\x82");
	expect_at_last_byte(FAULT_WS_UTF8);
	put_text(0x01, "a\xe2\x82");
	put_text(0x80, "");
	expect_at_last_byte(FAULT_WS_UTF8);
}

static void test_max_message(void **state)
{
	(void)state;
	subject.max_message = 10;
	put_text(0x82, "0123456789");
	put_text(0x02, "0123");
	put_text(0x89, "a ping counts for nothing");
	put_text(0x80, "456789");
	put_text(0x81, "0123456789");
	expect("binary(0123456789) ping(a ping counts for nothing) binary(0123456789) "
	    "text(0123456789) ");
	put("\x82\x8b", 2);
	expect_at_last_byte(FAULT_WS_TOO_BIG);
	put_text(0x02, "01234");
	put("\x80\x86", 2);
	expect_at_last_byte(FAULT_WS_TOO_BIG);
	put("\x82\xfe\x01", 3);		/* at least 256 */
	expect_at_last_byte(FAULT_WS_TOO_BIG);
	put("\x82\xff\x01", 3);
	expect_at_last_byte(FAULT_WS_TOO_BIG);
	put("\x82\xfe\x00\x0b", 4);	/* wrong before it is large */
	expect_at_last_byte(FAULT_WS_PROTOCOL);
	subject.max_message = UINT64_MAX;
	put_text(0x02, "x");
	put("\x80\xff\x7f\xff\xff\xff\xff\xff\xff\xff\1\2\3\4", 14);
	expect("[14 left]");
}

static void test_unmasked(void **state)
{
	(void)state;
	subject.masked = false;
	put("\x81\x06" "a\xe2\x82\xac" "bc" "\x88\x02\x03\xe8" "\x82\x7e\x00\x7e", 16);
	put("0123456789012345678901234567890123456789012345678901234567890123456789"
	    "01234567890123456789012345678901234567890123456789012345", 126);
	expect("text(a\\xe2\\x82\\xacbc) close(\\x03\\xe8) binary("
	    "0123456789012345678901234567890123456789012345678901234567890123456789"
	    "01234567890123456789012345678901234567890123456789012345) ");
	put("\x81\x02" "a\xff", 4);
	expect_at_last_byte(FAULT_WS_UTF8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_5_7_examples, setup),
	    cmocka_unit_test_setup(test_5_1_mask_required, setup),
	    cmocka_unit_test_setup(test_5_2_first_byte, setup),
	    cmocka_unit_test_setup(test_5_2_shortest_length, setup),
	    cmocka_unit_test_setup(test_5_2_all_lengths, setup),
	    cmocka_unit_test_setup(test_5_4_fragments, setup),
	    cmocka_unit_test_setup(test_5_4_order, setup),
	    cmocka_unit_test_setup(test_5_5_control_frames, setup),
	    cmocka_unit_test_setup(test_5_5_1_close, setup),
	    cmocka_unit_test_setup(test_7_4_close_codes, setup),
	    cmocka_unit_test_setup(test_7_1_5_close_code, setup),
	    cmocka_unit_test_setup(test_8_1_text_is_utf8, setup),
	    cmocka_unit_test_setup(test_8_1_first_impossible_byte, setup),
	    cmocka_unit_test_setup(test_8_1_message_ends_within_a_character, setup),
	    cmocka_unit_test_setup(test_max_message, setup),
	    cmocka_unit_test_setup(test_unmasked, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
