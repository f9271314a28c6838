/* Who owns which session, asked by several threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>

#include "front/session_map.h"

enum { THREADS = 4, IDS = 5000 };

static struct session_map *map;
static struct worker worker;
static const struct config_route one = {.name = "one"}, two = {.name = "two"};
static struct session_link *links[IDS];
static _Atomic unsigned claimed;

static struct slice id_of(unsigned i, char text[16])
{
	return (struct slice){text, (size_t)snprintf(text, 16, "id%u", i)};
}

static bool is_there(const struct config_route *route, struct slice id)
{
	struct session_link *l = session_map_find(map, route, id);

	if (l)
		held_put(&l->held);
	return l != NULL;
}

static void test_routes(void **state)
{
	struct session_link *link, *again;
	bool found;

	(void)state;
	map = session_map_new();
	assert_non_null(map);
	assert_int_equal(session_map_claim(map, &worker, &one, SLICE("x"), &link, &found), 0);
	assert_false(found);
	assert_ptr_equal(link->worker, &worker);
	assert_true(is_there(&one, SLICE("x")));
	assert_false(is_there(&two, SLICE("x")));
	assert_false(is_there(&one, SLICE("xx")));
	assert_int_equal(session_map_claim(map, &worker, &one, SLICE("x"), &again, &found), 0);
	assert_true(found);
	assert_ptr_equal(again, link);
	held_put(&again->held);
	session_map_remove(link);
	assert_false(is_there(&one, SLICE("x")));
	assert_true(held_is_last(&link->held));
	held_put(&link->held);
	session_map_free(map);
}

/* All want all ids: each is one thread's. */
static void *claim_all(void *arg)
{
	char text[16];
	bool found;

	for (unsigned i = 0; i < IDS; i++) {
		struct session_link *link = NULL;
		struct slice id = id_of(i, text);
		if (session_map_claim(map, arg, &one, id, &link, &found) != FAULT_NONE)
			return NULL;
		if (found)
			held_put(&link->held);
		else
			links[i] = link;
		claimed += !found;
	}
	return arg;
}

static void test_threads(void **state)
{
	pthread_t threads[THREADS];
	char text[16];

	(void)state;
	map = session_map_new();
	for (unsigned i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, claim_all, &worker), 0);
	for (unsigned i = 0; i < THREADS; i++) {
		void *result;
		pthread_join(threads[i], &result);
		assert_ptr_equal(result, &worker);
	}
	assert_int_equal(claimed, IDS);
	for (unsigned i = 0; i < IDS; i++) {
		assert_true(is_there(&one, id_of(i, text)));
		session_map_remove(links[i]);
		assert_false(is_there(&one, id_of(i, text)));
		held_put(&links[i]->held);
	}
	session_map_free(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
