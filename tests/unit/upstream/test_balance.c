/* Who is picked, how often, and what moves when servers come and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/siphash.h"
#include "upstream/balance.h"

enum { SERVERS = 12 };

static struct target targets[SERVERS], *pointers[SERVERS];
static char texts[SERVERS][32];

static void begin(const unsigned *weights, size_t n)
{
	memset(targets, 0, sizeof(targets));
	for (size_t i = 0; i < n; i++) {
		snprintf(texts[i], sizeof(texts[i]), "tcp://10.0.0.%zu:80", i);
		targets[i].server = (struct config_server){.text = texts[i], .weight = weights[i]};
		pointers[i] = &targets[i];
	}
}

static size_t pick(enum config_balance how, size_t n, uint64_t hash, uint64_t now)
{
	const struct balance_choice choice = {pointers, n, now, hash};

	return (size_t)(balance_table[how].pick(&choice) - targets);
}

static void test_roundrobin(void **state)
{
	char order[15] = "";

	(void)state;
	begin((const unsigned[]){5, 1, 1}, 3);
	for (size_t i = 0; i < 14; i++)
		order[i] = (char)('a' + pick(BALANCE_ROUNDROBIN, 3, 0, 0));
	assert_string_equal(order, "aabacaaaabacaa");
}

static void test_leastconn(void **state)
{
	unsigned counts[3] = {0, 0, 0};

	(void)state;
	begin((const unsigned[]){1, 2, 1}, 3);
	for (size_t i = 0; i < 400; i++)
		targets[pick(BALANCE_LEASTCONN, 3, 0, 0)].sessions++;
	assert_in_range(targets[0].sessions, 99, 101);
	assert_in_range(targets[1].sessions, 199, 201);
	targets[2].sessions -= 50;
	for (size_t i = 0; i < 48; i++)
		assert_int_equal((targets[pick(BALANCE_LEASTCONN, 3, 0, 0)].sessions++, 2), 2);
	assert_in_range(targets[2].sessions, 96, 101);
	/* Without sessions each has its turn. */
	begin((const unsigned[]){1, 1, 1}, 3);
	for (size_t i = 0; i < 30; i++)
		counts[pick(BALANCE_LEASTCONN, 3, 0, 0)]++;
	assert_int_equal(counts[0], 10);
	assert_int_equal(counts[1], 10);
}

static void test_random(void **state)
{
	(void)state;
	begin((const unsigned[]){1, 3, 1, 1}, 4);
	for (size_t i = 0; i < 6000; i++)
		targets[pick(BALANCE_RANDOM, 4, 0, 0)].sessions++;
	for (size_t i = 0; i < 4; i++)
		assert_in_range(targets[i].sessions, i == 1 ? 2900 : 900, i == 1 ? 3100 : 1100);
}

/* The two are never the same one: of two servers the freer one is always found. */
static void test_random_of_two(void **state)
{
	(void)state;
	begin((const unsigned[]){1, 1}, 2);
	assert_int_equal(pick(BALANCE_RANDOM, 1, 0, 0), 0);
	for (size_t i = 0; i < 1000; i++) {
		targets[pick(BALANCE_RANDOM, 2, 0, 0)].sessions++;
		assert_in_range(targets[0].sessions + 1 - targets[1].sessions, 0, 2);
	}
}

/* A million keys over ten servers, then eleven, then the first one gone. */
static void test_hash(void **state)
{
	static const unsigned ones[SERVERS] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
	const struct siphash_key fixed = {0, 0};
	unsigned moved = 0, wrong = 0, count[SERVERS] = {0};

	(void)state;
	begin(ones, SERVERS);
	for (unsigned i = 0; i < 1000000; i++) {
		char key[24];
		int n = snprintf(key, sizeof(key), "user-%u", i);
		uint64_t hash = siphash(&fixed, (struct slice){key, (size_t)n});
		size_t of_ten = pick(BALANCE_HASH, 10, hash, 0);
		size_t of_eleven = pick(BALANCE_HASH, 11, hash, 0);
		count[of_ten]++;
		moved += of_ten != of_eleven;
		wrong += of_ten != of_eleven && of_eleven != 10;
	}
	printf("# of 1000000 keys %u moved to the eleventh server\n", moved);
	assert_int_equal(wrong, 0);		/* nobody moves but to the new one */
	assert_in_range(moved, 90000, 91818);	/* 1/11, and one percent of it */
	for (size_t i = 0; i < 10; i++)
		assert_in_range(count[i], 99000, 101000);
}

static void test_hash_weights(void **state)
{
	const struct siphash_key fixed = {0, 0};

	(void)state;
	begin((const unsigned[]){1, 2, 5}, 3);
	for (uint64_t i = 0; i < 80000; i++)
		targets[pick(BALANCE_HASH, 3, siphash(&fixed, (struct slice){(char *)&i, 8}),
		    0)].sessions++;
	assert_in_range(targets[0].sessions, 9700, 10300);
	assert_in_range(targets[1].sessions, 19500, 20500);
	assert_in_range(targets[2].sessions, 49300, 50700);
}

/* One that came back is not flooded. */
static void test_slow_start(void **state)
{
	unsigned count[2] = {0, 0};

	(void)state;
	begin((const unsigned[]){1, 1}, 2);
	targets[1].recovered = 1000;
	assert_int_equal(target_weight(&targets[1], 1000), TARGET_SHARES / 10);
	assert_int_equal(target_weight(&targets[1], 1000 + TARGET_SLOW_START / 2),
	    TARGET_SHARES * 55 / 100);
	assert_int_equal(target_weight(&targets[1], 1000 + TARGET_SLOW_START), TARGET_SHARES);
	for (size_t i = 0; i < 110; i++)
		count[pick(BALANCE_ROUNDROBIN, 2, 0, 1000)]++;
	assert_int_equal(count[1], 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_roundrobin),
	    cmocka_unit_test(test_leastconn),
	    cmocka_unit_test(test_random),
	    cmocka_unit_test(test_random_of_two),
	    cmocka_unit_test(test_hash),
	    cmocka_unit_test(test_hash_weights),
	    cmocka_unit_test(test_slow_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
