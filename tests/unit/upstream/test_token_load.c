/* Tokens from files and directories: what is found, what counts as a change, what is kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "upstream/token_load.h"

static char dir[64], file[80];

static int begin(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/framegate-tokens-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(file, sizeof(file), "%s/a", dir);
	return 0;
}

static int finish(void **state)
{
	char other[80];

	(void)state;
	snprintf(other, sizeof(other), "%s/b", dir);
	unlink(file);
	unlink(other);
	return rmdir(dir);
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void expect(const struct token_table *t, const char *token, const char *server)
{
	const struct target *target = token_table_find(t, slice_of(token));

	if (server == NULL) {
		assert_null(target);
		return;
	}
	assert_non_null(target);
	assert_string_equal(target->server.text, server);
}

static struct token_table *load(struct token_source *s, const struct token_table *before)
{
	struct token_table *t = NULL;

	assert_int_equal(token_load(s, before, &t), FAULT_NONE);
	return t;
}

static void test_file(void **state)
{
	struct token_source s;

	(void)state;
	put(file, "a: h:1\nb: [::1]:2\nu: unix_socket:/run/x\na: h:9\n");
	token_source_init(&s, file, 3);
	struct token_table *t = load(&s, NULL);
	assert_int_equal(t->n, 3);
	expect(t, "a", "tcp://h:9");
	expect(t, "b", "tcp://[::1]:2");
	expect(t, "u", "unix:/run/x");
	expect(t, "c", NULL);
	expect(t, "", NULL);
	expect(t, "a: h:1", NULL);
	expect(t, "../b", NULL);
	assert_int_equal(token_table_find(t, SLICE("a"))->max_sessions, 3);
	held_put(&t->held);
	token_source_fini(&s);
}

/* Written this very moment, it may change again without a trace: it is read again. */
static void test_changes(void **state)
{
	struct token_source s;
	struct timespec old[2] = {{1000, 0}, {1000, 0}};

	(void)state;
	put(file, "a: h:1\n");
	token_source_init(&s, file, 0);
	assert_true(token_source_changed(&s));
	struct token_table *t = load(&s, NULL);
	assert_true(token_source_changed(&s));
	s.known = true;		/* as it would be a while later */
	assert_false(token_source_changed(&s));
	put(file, "a: h:2\n");
	assert_true(token_source_changed(&s));
	held_put(&t->held);
	t = load(&s, NULL);
	s.known = true;
	assert_int_equal(utimensat(-1, file, old, 0), 0);
	assert_true(token_source_changed(&s));
	unlink(file);
	assert_true(token_source_changed(&s));
	held_put(&t->held);
	t = load(&s, NULL);
	assert_int_equal(t->n, 0);
	held_put(&t->held);
	token_source_fini(&s);
}

static void test_directory(void **state)
{
	struct token_source s;
	char other[80];

	(void)state;
	snprintf(other, sizeof(other), "%s/b", dir);
	put(file, "a: h:1\nboth: h:1\n");
	token_source_init(&s, dir, 0);
	struct token_table *t = load(&s, NULL);
	assert_false(token_source_changed(&s));
	put(other, "b: h:2\nboth: h:2\n");
	assert_true(token_source_changed(&s));
	held_put(&t->held);
	t = load(&s, NULL);
	expect(t, "a", "tcp://h:1");
	expect(t, "both", "tcp://h:2");
	assert_false(token_source_changed(&s));
	unlink(other);
	assert_true(token_source_changed(&s));
	held_put(&t->held);
	t = load(&s, NULL);
	expect(t, "b", NULL);
	held_put(&t->held);
	token_source_fini(&s);
}

/* A target that stays is the same one: its sessions count on. */
static void test_targets_stay(void **state)
{
	struct token_source s;

	(void)state;
	put(file, "a: h:1\nb: h:1\n");
	token_source_init(&s, file, 0);
	struct token_table *t = load(&s, NULL);
	struct target *a = token_table_find(t, SLICE("a")), *b = token_table_find(t, SLICE("b"));
	put(file, "x: y:1\na: h:1\nb: h:2\n");
	struct token_table *next = load(&s, t);
	held_get(&b->held);
	held_put(&t->held);
	assert_ptr_equal(token_table_find(next, SLICE("a")), a);
	assert_ptr_not_equal(token_table_find(next, SLICE("b")), b);
	target_put(b);
	held_put(&next->held);
	token_source_fini(&s);
}

static void test_many(void **state)
{
	struct token_source s;
	FILE *f = fopen(file, "w");
	char token[32], server[32];

	(void)state;
	assert_non_null(f);
	for (unsigned i = 0; i < 20000; i++)
		fprintf(f, "token-%u: 10.0.%u.%u:%u\n", i, i / 256 % 256, i % 256, i + 1);
	fclose(f);
	token_source_init(&s, file, 0);
	struct token_table *t = load(&s, NULL);
	assert_int_equal(t->n, 20000);
	for (unsigned i = 0; i < 20000; i += 7) {
		snprintf(token, sizeof(token), "token-%u", i);
		snprintf(server, sizeof(server), "tcp://10.0.%u.%u:%u", i / 256 % 256, i % 256, i + 1);
		expect(t, token, server);
	}
	expect(t, "token-20000", NULL);
	held_put(&t->held);
	token_source_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_file, begin, finish),
	    cmocka_unit_test_setup_teardown(test_changes, begin, finish),
	    cmocka_unit_test_setup_teardown(test_directory, begin, finish),
	    cmocka_unit_test_setup_teardown(test_targets_stay, begin, finish),
	    cmocka_unit_test_setup_teardown(test_many, begin, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
