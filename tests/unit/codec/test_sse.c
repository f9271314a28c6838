/* Events as a server sends them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "codec/sse.h"

static void expect(struct buffer *b, const char *text)
{
	assert_false(b->failed);
	assert_int_equal(b->n, strlen(text));
	assert_memory_equal(b->p, text, b->n);
	buffer_clear(b);
}

static void test_events(void **state)
{
	struct buffer b = {0};

	(void)state;
	sse_add(&b, 7, SLICE(""), SLICE("hello"));
	expect(&b, "id: 7\ndata: hello\n\n");
	sse_add(&b, 0, SLICE("close"), SLICE(" {}"));
	expect(&b, "event: close\ndata:  {}\n\n");
	sse_add(&b, 1, SLICE(""), SLICE(""));
	expect(&b, "id: 1\ndata: \n\n");
	sse_add(&b, UINT64_MAX, SLICE(""), SLICE("\na\n\nid: 3\n"));
	expect(&b, "id: 18446744073709551615\ndata: \ndata: a\ndata: \ndata: id: 3\ndata: \n\n");
	sse_add_base64(&b, 2, SLICE("binary"), SLICE("\xff"));
	expect(&b, "id: 2\nevent: binary\ndata: /w==\n\n");
	sse_add_comment(&b, SLICE(""));
	expect(&b, ":\n\n");
}

static void test_what_it_can_hold(void **state)
{
	(void)state;
	assert_true(sse_can_hold(SLICE("")));
	assert_true(sse_can_hold(SLICE("a\nb")));
	assert_false(sse_can_hold(SLICE("a\rb")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_what_it_can_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
