/* Who asks sees what was written before, even while what was there before that is being read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <semaphore.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "upstream/token_load.h"
#include "upstream/token_map.h"

/* Each reading ends with a post to was_read; it goes on after a post to go_on. */
static sem_t was_read, go_on;
static bool gated, no_threads;

enum fault __real_token_load(struct token_source *, unsigned, const struct token_table *,
	    struct token_table **);
enum fault __wrap_token_load(struct token_source *, unsigned, const struct token_table *,
	    struct token_table **);
int	__real_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
int	__wrap_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

enum fault __wrap_token_load(struct token_source *s, unsigned max_sessions,
    const struct token_table *before, struct token_table **made)
{
	enum fault f = __real_token_load(s, max_sessions, before, made);

	if (gated) {
		sem_post(&was_read);
		sem_wait(&go_on);
	}
	return f;
}

int __wrap_pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*run)(void *), void *arg)
{
	return no_threads ? 11 : __real_pthread_create(t, a, run, arg);
}

static struct worker worker;
static struct token_map *map;
static char file[64];

/* Who waits, and the port that the token leads to when the waiting has ended; 0: none. */
struct asking {
	struct token_wait	 wait;
	const char		*token;
	bool			 done;
	unsigned		 port;
};

static unsigned port_of(const char *token)
{
	struct target *t = token_map_find(map, slice_of(token));
	unsigned port = t ? t->server.port : 0;

	target_put(t);
	return port;
}

static void asked(struct token_wait *wait)
{
	struct asking *a = LIST_OWNER(wait, struct asking, wait);

	assert_false(a->done);
	a->done = true;
	a->port = port_of(a->token);
}

static bool ask(struct asking *a, const char *token)
{
	*a = (struct asking){.wait = {.done = asked}, .token = token};
	return token_map_ready(map, &a->wait, &worker);
}

static void wait_for(struct asking *a)
{
	while (!a->done)
		worker_turn(&worker, -1);
}

static void put(const char *text)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static int begin(void **state)
{
	static const struct config_backend conf = {.name = "b", .map = file};

	(void)state;
	strcpy(file, "/tmp/framegate-tokens-XXXXXX");
	close(mkstemp(file));
	gated = no_threads = false;
	sem_init(&was_read, 0, 0);
	sem_init(&go_on, 0, 0);
	put("a: h:1\n");
	if (worker_init(&worker, 0, true) != FAULT_NONE)
		return -1;
	return token_map_new(&conf, NULL, &map) == FAULT_NONE ? 0 : -1;
}

static int finish(void **state)
{
	(void)state;
	token_map_put(map);
	worker_fini(&worker);
	clock_fake(0, 0);
	return unlink(file);
}

static void test_late(void **state)
{
	struct asking first, late, gone;

	(void)state;
	gated = true;
	put("a: h:2\n");
	assert_false(ask(&first, "a"));
	sem_wait(&was_read);
	put("a: h:3\nb: h:4\n");
	assert_false(ask(&gone, "a"));
	assert_false(ask(&late, "b"));
	assert_true(token_map_leave(map, &gone.wait));
	sem_post(&go_on);
	wait_for(&first);
	assert_int_equal(first.port, 2);
	sem_post(&go_on);
	wait_for(&late);
	assert_int_equal(late.port, 4);
	assert_int_equal(port_of("a"), 3);
	assert_false(gone.done);
}

/* What was there before counts until there is a thread again. */
static void test_no_thread(void **state)
{
	struct asking a;

	(void)state;
	clock_fake(1000, clock_wall_ms() + 60 * 1000);
	if (!ask(&a, "a"))
		wait_for(&a);
	put("a: h:2\n");
	no_threads = true;
	assert_true(ask(&a, "a"));
	assert_int_equal(port_of("a"), 1);
	no_threads = false;
	assert_false(ask(&a, "a"));
	wait_for(&a);
	assert_int_equal(a.port, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_late, begin, finish),
	    cmocka_unit_test_setup_teardown(test_no_thread, begin, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
