/* Writing WebSocket frames (RFC 6455 sections 5.2 and 5.5.1), read back by the reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/ws.h"

static void expect_head(enum ws_opcode opcode, bool final, uint64_t n, const char *head, size_t size)
{
	uint8_t out[WS_HEAD_MAX];

	memset(out, 0xaa, sizeof(out));
	assert_int_equal(ws_write_head(out, opcode, final, n), size);
	assert_memory_equal(out, head, size);
	for (size_t i = size; i < sizeof(out); i++)
		assert_int_equal(out[i], 0xaa);
}

static void test_5_2_heads(void **state)
{
	(void)state;
	expect_head(WS_TEXT, true, 0, "\x81\x00", 2);
	expect_head(WS_BINARY, false, 125, "\x02\x7d", 2);
	expect_head(WS_CONTINUATION, true, 126, "\x80\x7e\x00\x7e", 4);
	expect_head(WS_CONTINUATION, false, 65535, "\x00\x7e\xff\xff", 4);
	expect_head(WS_BINARY, true, 65536, "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10);
	expect_head(WS_BINARY, true, INT64_MAX, "\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", 10);
	expect_head(WS_PONG, true, 3, "\x8a\x03", 2);
}

/* The reader takes every head that is written, and nothing but the shortest is written. */
static void test_5_2_read_back(void **state)
{
	static uint8_t bytes[WS_HEAD_MAX + 70000];

	(void)state;
	for (size_t n = 0; n <= 70000; n += n < 300 ? 1 : 311) {
		struct ws_reader r;
		struct ws_event e;
		size_t used, head = ws_write_head(bytes, WS_BINARY, true, n);
		ws_reader_init(&r, false, 0);
		assert_int_equal(ws_read(&r, bytes, head + n, &e, &used), FAULT_NONE);
		assert_int_equal(used, head + n);
		assert_int_equal(e.opcode, WS_BINARY);
		assert_int_equal(e.n, n);
		assert_false(e.more);
	}
}

static void expect_close(uint16_t code, struct slice reason, struct slice expected)
{
	uint8_t out[WS_HEAD_MAX + WS_CONTROL_MAX];
	struct ws_reader r;
	struct ws_event e;
	struct slice back;
	size_t used, n = ws_write_close(out + 2, code, reason);

	assert_int_equal(n, 2 + expected.n);
	assert_int_equal(ws_write_head(out, WS_CLOSE, true, n), 2);
	ws_reader_init(&r, false, 0);
	assert_int_equal(ws_read(&r, out, 2 + n, &e, &used), FAULT_NONE);
	assert_int_equal(used, 2 + n);
	assert_int_equal(ws_close_code(&e, &back), code);
	assert_true(slice_eq(back, expected));
}

static void test_5_5_1_close(void **state)
{
	char reason[130];

	(void)state;
	expect_close(1000, SLICE(""), SLICE(""));
	expect_close(4999, (struct slice){NULL, 0}, SLICE(""));
	expect_close(1001, SLICE("gr\xc3\xbc\xc3\x9f"), SLICE("gr\xc3\xbc\xc3\x9f"));
	expect_close(1001, SLICE("ab\xff" "c"), SLICE("ab"));
	expect_close(1001, SLICE("ab\xe2\x82"), SLICE("ab"));
	memset(reason, 'r', sizeof(reason));
	for (size_t n = 0; n <= sizeof(reason); n++)
		expect_close(3000, (struct slice){reason, n}, (struct slice){reason, n < 123 ? n : 123});
	/* a character across the limit */
	for (size_t begin = 119; begin < 124; begin++) {
		memset(reason, 'r', sizeof(reason));
		memcpy(reason + begin, "\xf0\x9f\x98\x80", 4);
		expect_close(3000, (struct slice){reason, 130},
		    (struct slice){reason, begin == 119 ? 123 : begin < 123 ? begin : 123});
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_5_2_heads),
	    cmocka_unit_test(test_5_2_read_back),
	    cmocka_unit_test(test_5_5_1_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
