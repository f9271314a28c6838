/* Messages that wait for a client. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "front/outbox.h"

static struct worker worker;
static struct outbox box;

static void put(const char *text)
{
	struct msg m = {(uint8_t *)(uintptr_t)text, strlen(text), MSG_TEXT, false};

	assert_int_equal(outbox_put(&box, &worker, &m), FAULT_NONE);
}

static void expect(uint64_t after, uint64_t id, const char *text)
{
	const struct outbox_message *m = outbox_after(&box, after);

	assert_non_null(m);
	assert_int_equal(m->id, id);
	assert_true(slice_eq(outbox_text(m), slice_of(text)));
}

static void expect_bytes(size_t bytes)
{
	assert_int_equal(box.bytes, bytes);
	assert_int_equal(worker.stats.kept, bytes);
}

static void test_outbox(void **state)
{
	(void)state;
	assert_null(outbox_after(&box, 0));
	put("a");
	put("");
	put("ccc");
	expect(0, 1, "a");
	expect(1, 2, "");
	expect(2, 3, "ccc");
	assert_null(outbox_after(&box, 3));
	expect(0, 1, "a");
	expect_bytes(3 * OUTBOX_MESSAGE + 4);
	outbox_drop(&box, &worker, 1);
	assert_int_equal(box.gone, 1);
	expect(1, 2, "");
	outbox_shrink(&box, &worker, 2, 0);
	assert_int_equal(box.gone, 2);
	outbox_shrink(&box, &worker, 3, OUTBOX_MESSAGE + 3);
	expect(2, 3, "ccc");
	outbox_drop(&box, &worker, box.last);
	assert_null(outbox_after(&box, 3));
	expect_bytes(0);
	put("d");
	expect(3, 4, "d");
	outbox_drop(&box, &worker, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outbox),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
