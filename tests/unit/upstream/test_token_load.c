/* Tokens from files and directories: what is found, what counts as a change, what is kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "flow/flow.h"
#include "upstream/token_load.h"

static char dir[64], file[80];
static bool exhausted;

/* In front of the C library's: the machine may have given out all it has. */
int inotify_init1(int flags)
{
	if (!exhausted)
		return (int)syscall(SYS_inotify_init1, flags);
	errno = EMFILE;
	return -1;
}

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
	char command[96];

	(void)state;
	exhausted = false;
	clock_fake(0, 0);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

/* A path in the directory; four at a time. */
static const char *at(const char *name)
{
	static char paths[4][96];
	static unsigned n;

	snprintf(paths[n % 4], sizeof(paths[0]), "%s/%s", dir, name);
	return paths[n++ % 4];
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void lead(const char *link, const char *to)
{
	assert_int_equal(symlink(to, link), 0);
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

	assert_int_equal(token_load(s, 3, before, &t), FAULT_NONE);
	return t;
}

static void test_file(void **state)
{
	struct token_source s;

	(void)state;
	put(file, "a: h:1\nb: [::1]:2\nu: unix_socket:/run/x\na: h:9\n");
	token_source_init(&s, file);
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
	token_source_init(&s, file);
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
	const char *other = at("b");

	(void)state;
	put(file, "a: h:1\nboth: h:1\n");
	token_source_init(&s, dir);
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
	token_source_init(&s, file);
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

static void expect_fault(struct token_source *s, enum fault f)
{
	struct token_table *t = NULL;

	assert_int_equal(token_load(s, 0, NULL, &t), f);
	assert_null(t);
}

/* Nothing but files counts in a directory, and nothing else is opened. */
static void test_directory_of_anything(void **state)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct token_source s;

	(void)state;
	snprintf(un.sun_path, sizeof(un.sun_path), "%s/socket", dir);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(mkfifo(at("fifo"), 0600), 0);
	assert_int_equal(mkdir(at("folder"), 0000), 0);
	lead(at("dangling"), "nowhere");
	lead(at("loop"), "loop");
	lead(at("zero"), "/dev/zero");
	put(at("big"), "big: h:1\n");
	assert_int_equal(truncate(at("big"), TOKEN_LOAD_SIZE + 1), 0);
	put(at("z"), "a: h:1\n");
	token_source_init(&s, dir);
	struct token_table *t = load(&s, NULL);
	assert_int_equal(t->n, 1);
	expect(t, "a", "tcp://h:1");
	held_put(&t->held);
	token_source_fini(&s);
	close(fd);
}

/* Where the links of a directory lead to may change outside of it; so may its own path. */
static void test_links(void **state)
{
	char now[96];
	struct token_source s;

	(void)state;
	strcpy(now, at("now"));
	mkdir(at("1"), 0700);
	mkdir(at("2"), 0700);
	put(at("elsewhere"), "a: h:1\n");
	lead(at("1/link"), "../elsewhere");
	put(at("2/own"), "a: h:3\n");
	lead(now, "1");
	token_source_init(&s, now);
	struct token_table *t = load(&s, NULL);
	assert_false(token_source_changed(&s));
	put(at("elsewhere"), "a: h:2\n");
	assert_true(token_source_changed(&s));
	held_put(&t->held);
	t = load(&s, NULL);
	expect(t, "a", "tcp://h:2");
	assert_false(token_source_changed(&s));
	unlink(at("elsewhere"));
	assert_true(token_source_changed(&s));
	held_put(&t->held);
	t = load(&s, NULL);
	assert_int_equal(t->n, 0);
	put(at("elsewhere"), "a: h:2\n");
	assert_true(token_source_changed(&s));
	held_put(&t->held);
	t = load(&s, NULL);
	expect(t, "a", "tcp://h:2");
	assert_false(token_source_changed(&s));
	lead(at("then"), "2");
	assert_int_equal(rename(at("then"), now), 0);
	assert_true(token_source_changed(&s));
	held_put(&t->held);
	t = load(&s, NULL);
	expect(t, "a", "tcp://h:3");
	assert_false(token_source_changed(&s));
	chmod(at("2/own"), 0400);
	assert_true(token_source_changed(&s));
	held_put(&t->held);
	token_source_fini(&s);
}

/* Neither a file nor a directory: nothing can be told of it twice. */
static void test_no_file(void **state)
{
	struct token_source s;

	(void)state;
	assert_int_equal(mkfifo(file, 0600), 0);
	token_source_init(&s, file);
	expect_fault(&s, FAULT_SYSTEM);
	token_source_fini(&s);
}

/* Without a watch every question is answered by reading. */
static void test_no_watch(void **state)
{
	struct token_source s;

	(void)state;
	exhausted = true;
	put(file, "a: h:1\n");
	token_source_init(&s, dir);
	struct token_table *t = load(&s, NULL);
	expect(t, "a", "tcp://h:1");
	assert_true(token_source_changed(&s));
	assert_true(s.said);
	exhausted = false;
	held_put(&t->held);
	t = load(&s, NULL);
	assert_false(token_source_changed(&s));
	held_put(&t->held);
	token_source_fini(&s);
}

/* What failed for lack of something is tried again, though nothing has changed. */
static void test_again(void **state)
{
	struct rlimit had, none;
	struct token_source s;

	(void)state;
	put(file, "a: h:1\n");
	token_source_init(&s, file);
	clock_fake(1000, clock_wall_ms() + 60 * 1000);
	getrlimit(RLIMIT_NOFILE, &had);
	none = (struct rlimit){3, had.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	expect_fault(&s, FAULT_NO_FILES);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &had), 0);
	assert_false(token_source_changed(&s));
	clock_fake(1000 + TOKEN_SOURCE_RETRY, clock_wall_ms());
	assert_true(token_source_changed(&s));
	struct token_table *t = load(&s, NULL);
	expect(t, "a", "tcp://h:1");
	assert_false(token_source_changed(&s));
	held_put(&t->held);
	token_source_fini(&s);
}

/* All of it or nothing, and what was there before is as it was. */
static void test_nth_allocation_fails(void **state)
{
	struct token_source s;

	(void)state;
	put(at("1"), "a: h:1\nb: [::1]:2\n");
	put(at("2"), "c: unix_socket:/run/x\n");
	token_source_init(&s, dir);
	struct token_table *before = load(&s, NULL), *t;
	flow_fail_allocation(0);
	t = load(&s, NULL);
	unsigned total = flow_allocations();
	held_put(&t->held);
	assert_in_range(total, 8, 100);
	for (unsigned n = 1; n <= total; n++) {
		t = NULL;
		flow_fail_allocation(n);
		assert_int_equal(token_load(&s, 0, NULL, &t), FAULT_NO_MEMORY);
		assert_null(t);
		assert_false(token_source_changed(&s));
		clock_fake(clock_mono_ms() + TOKEN_SOURCE_RETRY, clock_wall_ms());
		assert_true(token_source_changed(&s));
		flow_fail_allocation(0);
		t = load(&s, before);
		assert_ptr_equal(token_table_find(t, SLICE("a")), token_table_find(before, SLICE("a")));
		assert_false(token_source_changed(&s));
		held_put(&t->held);
	}
	held_put(&before->held);
	token_source_fini(&s);
}

/* Lines are lines, whatever bytes they hold and however they end. */
static void test_bytes(void **state)
{
	static const char bytes[] = "nul\0: h:1\r\n\xef\xbb\xbf" "bom: h:2\r\n\xff\xfe: h:3\n"
	    "a: h:1\0\na: h:4\n  # x: h:1\n\n\r\nlast: h:5";
	struct token_source s;
	FILE *f = fopen(file, "w");

	(void)state;
	assert_int_equal(fwrite(bytes, 1, sizeof(bytes) - 1, f), sizeof(bytes) - 1);
	fclose(f);
	token_source_init(&s, file);
	struct token_table *t = load(&s, NULL);
	assert_int_equal(t->n, 4);
	expect(t, "nul", NULL);
	assert_null(token_table_find(t, (struct slice){"nul", 4}));
	expect(t, "\xef\xbb\xbf" "bom", "tcp://h:2");
	expect(t, "\xff\xfe", "tcp://h:3");
	expect(t, "a", "tcp://h:4");
	expect(t, "last", "tcp://h:5");
	held_put(&t->held);
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
	token_source_init(&s, file);
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
	    cmocka_unit_test_setup_teardown(test_directory_of_anything, begin, finish),
	    cmocka_unit_test_setup_teardown(test_links, begin, finish),
	    cmocka_unit_test_setup_teardown(test_no_file, begin, finish),
	    cmocka_unit_test_setup_teardown(test_no_watch, begin, finish),
	    cmocka_unit_test_setup_teardown(test_again, begin, finish),
	    cmocka_unit_test_setup_teardown(test_nth_allocation_fails, begin, finish),
	    cmocka_unit_test_setup_teardown(test_bytes, begin, finish),
	    cmocka_unit_test_setup_teardown(test_many, begin, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
