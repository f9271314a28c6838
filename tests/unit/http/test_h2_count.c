/* What a connection of HTTP/2 knows of its frames: where they begin, what they cost, their past. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "http/h2_budget.h"
#include "http/h2_frames.h"
#include "http/h2_past.h"

static void test_frames(void **state)
{
	static const uint8_t bytes[] = "PREFACE"
	    "\0\0\x05\x02\x01\x80\0\0\x07" "\x80\0\0\x07w"
	    "\0\0\0\x08\0\0\0\0\0"
	    "\0\0\x02\xff\xff\0\0\x01\0" "xy";
	static const struct h2_frame wanted[] = {
		{5, 2, 1, 7, 7}, {0, 8, 0, 0, -1}, {2, 255, 255, 256, -1},
	};

	(void)state;
	for (size_t cut = 1; cut < sizeof(bytes); cut++) {
		struct h2_frames f;
		size_t at = 0, n = 0, total = sizeof(bytes) - 1;
		h2_frames_init(&f, 7);
		while (at < total) {
			bool begins;
			size_t part = cut < total - at ? cut : total - at;
			size_t used = h2_frames_take(&f, bytes + at, part, &begins);
			assert_in_range(used, 1, part);
			at += used;
			if (!begins)
				continue;
			assert_true(n < 3);
			assert_int_equal(f.frame.length, wanted[n].length);
			assert_int_equal(f.frame.type, wanted[n].type);
			assert_int_equal(f.frame.flags, wanted[n].flags);
			assert_int_equal(f.frame.stream, wanted[n].stream);
			if (cut >= 21)
				assert_int_equal(f.frame.depends, wanted[n].depends);
			n++;
		}
		assert_int_equal(n, 3);
		assert_int_equal(f.left, 0);
	}
}

static unsigned spend(struct h2_budget *b, enum h2_waste what, uint64_t now)
{
	unsigned n = 0;

	while (n < 100000 && h2_budget_spend(b, what, now))
		n++;
	return n;
}

static void test_budget(void **state)
{
	static const struct {
		enum h2_waste	what;
		unsigned	least, most;	/* at once */
	} cases[] = {
		{H2_WASTE_PING, 50, 200}, {H2_WASTE_SETTINGS, 20, 100},
		{H2_WASTE_PRIORITY, 200, 2000}, {H2_WASTE_WINDOW, 1000, 10000},
		{H2_WASTE_EMPTY, 50, 500}, {H2_WASTE_TINY, 4000, 20000},
		{H2_WASTE_RESET, 100, 500}, {H2_WASTE_INVALID, 50, 200},
		{H2_WASTE_BROKEN, 100, 500},
		{H2_WASTE_UNKNOWN, 200, 2000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct h2_budget b = {0};
		assert_in_range(spend(&b, cases[i].what, 1000), cases[i].least, cases[i].most);
		b = (struct h2_budget){0};
		for (uint64_t t = 0; t < 3600; t++)	/* five a second, for ever */
			for (int j = 0; j < 5; j++)
				assert_true(h2_budget_spend(&b, cases[i].what, t * 1000));
	}
}

/* Windows are opened again for what was sent. */
static void test_earned(void **state)
{
	struct h2_budget b = {0};

	(void)state;
	for (int i = 0; i < 1000000; i++) {
		h2_budget_earn(&b);
		assert_true(h2_budget_spend(&b, H2_WASTE_WINDOW, 1));
		assert_true(h2_budget_spend(&b, H2_WASTE_WINDOW, 1));
	}
}

static void test_tiny(void **state)
{
	(void)state;
	assert_true(h2_budget_is_tiny(1, false) && h2_budget_is_tiny(1, true));
	assert_false(h2_budget_is_tiny(6, true));	/* an empty frame of a client's */
	assert_false(h2_budget_is_tiny(100, false));
}

static void test_past(void **state)
{
	struct h2_past p = {.opened = 0};

	(void)state;
	assert_int_equal(h2_past_judge(&p, 1), H2_PAST_FINE);
	h2_past_open(&p, 1);
	h2_past_open(&p, 5);
	h2_past_open(&p, 5);		/* its trailers */
	assert_int_equal(p.opened, 2);
	h2_past_end(&p, 1);
	h2_past_end(&p, 99);
	assert_int_equal(h2_past_judge(&p, 1), H2_PAST_ENDED);
	assert_int_equal(h2_past_judge(&p, 3), H2_PAST_NEVER);
	assert_int_equal(h2_past_judge(&p, 5), H2_PAST_FINE);
	assert_int_equal(h2_past_judge(&p, 7), H2_PAST_FINE);
	for (int32_t id = 7; id < 7 + 2 * H2_PAST; id += 2)
		h2_past_open(&p, id);
	assert_int_equal(h2_past_judge(&p, 1), H2_PAST_FINE);	/* too long ago */
	assert_int_equal(h2_past_judge(&p, 3), H2_PAST_FINE);
	h2_past_end(&p, 7);
	assert_int_equal(h2_past_judge(&p, 7), H2_PAST_ENDED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_earned),
		cmocka_unit_test(test_tiny),
		cmocka_unit_test(test_past),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
