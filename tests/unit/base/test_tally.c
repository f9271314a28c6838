/* Counts for each address; IPv6 by its /64. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/tally.h"

static void address(const char *text, uint8_t ip[TALLY_KEY])
{
	assert_int_equal(inet_pton(AF_INET6, text, ip), 1);
}

static void test_counts(void **state)
{
	struct tally *t = tally_new();
	uint8_t a[TALLY_KEY], b[TALLY_KEY];

	(void)state;
	address("::ffff:192.0.2.1", a);
	address("::ffff:192.0.2.2", b);
	assert_int_equal(tally_take(t, a, 2, FAULT_PER_IP), FAULT_NONE);
	assert_int_equal(tally_take(t, a, 2, FAULT_PER_IP), FAULT_NONE);
	assert_int_equal(tally_take(t, a, 2, FAULT_PER_IP), FAULT_PER_IP);
	assert_int_equal(tally_take(t, b, 2, FAULT_PER_IP), FAULT_NONE);
	tally_release(t, a);
	assert_int_equal(tally_take(t, a, 2, FAULT_PER_IP), FAULT_NONE);
	tally_release(t, a);
	tally_release(t, a);
	tally_release(t, b);
	tally_free(t);
}

static void test_networks(void **state)
{
	struct tally *t = tally_new();
	uint8_t a[TALLY_KEY], same[TALLY_KEY], other[TALLY_KEY];

	(void)state;
	address("2001:db8:1:2::1", a);
	address("2001:db8:1:2:ffff:ffff:ffff:ffff", same);
	address("2001:db8:1:3::1", other);
	assert_int_equal(tally_take(t, a, 1, FAULT_PER_IP), FAULT_NONE);
	assert_int_equal(tally_take(t, same, 1, FAULT_PER_IP), FAULT_PER_IP);
	assert_int_equal(tally_take(t, other, 1, FAULT_PER_IP), FAULT_NONE);
	tally_release(t, a);
	assert_int_equal(tally_take(t, same, 1, FAULT_PER_IP), FAULT_NONE);
	tally_release(t, same);
	tally_release(t, other);
	tally_free(t);
}

/* What is left in the end is nothing: the sanitizers' builds see it. */
static void test_many(void **state)
{
	struct tally *t = tally_new();
	uint8_t ip[TALLY_KEY] = {[10] = 0xff, 0xff, 10};

	(void)state;
	for (int round = 0; round < 2; round++)
		for (unsigned i = 0; i < 50000; i++) {
			ip[13] = (uint8_t)(i >> 8);
			ip[14] = (uint8_t)i;
			if (round == 0)
				assert_int_equal(tally_take(t, ip, 1, FAULT_PER_IP), FAULT_NONE);
			else
				tally_release(t, ip);
		}
	assert_int_equal(tally_take(t, ip, 1, FAULT_PER_IP), FAULT_NONE);
	tally_release(t, ip);
	tally_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_counts),
	    cmocka_unit_test(test_networks),
	    cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
