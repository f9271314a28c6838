/* application/websocket-events: what is one, what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "codec/websocket_events.h"

static void expect_event(struct slice *rest, enum websocket_event_kind kind, const char *content)
{
	struct websocket_event e;

	assert_int_equal(websocket_events_read(rest, &e), FAULT_NONE);
	assert_int_equal(e.kind, kind);
	assert_int_equal(e.content.p != NULL, content != NULL);
	assert_true(slice_eq(e.content, slice_of(content)));
}

static void test_events(void **state)
{
	struct slice all = SLICE("OPEN\r\nTEXT B\r\nhello\r\nworl\r\nBINARY 0\r\n\r\nPING\r\n"
	    "PONG 0001\r\n\0\r\nCLOSE 2\r\n\x03\xe8\r\nDISCONNECT\r\nopen\r\nTEXT-2 1\r\nx\r\n");

	(void)state;
	expect_event(&all, EVENT_OPEN, NULL);
	expect_event(&all, EVENT_TEXT, "hello\r\nworl");
	expect_event(&all, EVENT_BINARY, "");
	expect_event(&all, EVENT_PING, NULL);
	struct websocket_event e;
	assert_int_equal(websocket_events_read(&all, &e), FAULT_NONE);
	assert_int_equal(e.kind, EVENT_PONG);
	assert_true(slice_eq(e.content, SLICE("\0")));
	expect_event(&all, EVENT_CLOSE, "\x03\xe8");
	expect_event(&all, EVENT_DISCONNECT, NULL);
	expect_event(&all, EVENT_OTHER, NULL);
	expect_event(&all, EVENT_OTHER, "x");
	assert_int_equal(all.n, 0);
}

static void test_none(void **state)
{
	static const char *const none[] = {"OPEN", "OPEN\n", "\r\n", " \r\n", " 1\r\nx\r\n",
	    "TEXT \r\n\r\n", "TEXT 1\r\n", "TEXT 1\r\nx", "TEXT 1\r\nx\r", "TEXT 1\r\nxx\r\n",
	    "TEXT 2\r\nx\r\n", "TEXT g\r\nx\r\n", "TEXT 0x1\r\nx\r\n", "TEXT -1\r\nx\r\n",
	    "TEXT 1 \r\nx\r\n", "TEXT  1\r\nx\r\n", "TEXT ffffffffffffffff\r\nx\r\n",
	    "TEXT fffffffffffffffe\r\nx\r\n", "TEXT 10000000000000001\r\nx\r\n", "T\tX 1\r\nx\r\n",
	    "T\xe9XT\r\n", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLM\r\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		struct slice rest = slice_of(none[i]);
		struct websocket_event e;
		assert_int_equal(websocket_events_read(&rest, &e), FAULT_BACK_EVENTS);
	}
}

static void test_write(void **state)
{
	char head[WEBSOCKET_EVENTS_HEAD];

	(void)state;
	assert_int_equal(websocket_events_head(head, EVENT_TEXT, 0xabc), 10);
	assert_memory_equal(head, "TEXT abc\r\n", 10);
	assert_int_equal(websocket_events_head(head, EVENT_BINARY, 0), 10);
	assert_memory_equal(head, "BINARY 0\r\n", 10);
	assert_int_equal(websocket_events_bare(head, EVENT_DISCONNECT), 12);
	assert_memory_equal(head, "DISCONNECT\r\n", 12);
	assert_in_range(websocket_events_head(head, EVENT_DISCONNECT, SIZE_MAX), 1,
	    WEBSOCKET_EVENTS_HEAD - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_events),
	    cmocka_unit_test(test_none),
	    cmocka_unit_test(test_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
