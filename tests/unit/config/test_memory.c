/* Out of memory at each place in turn: it is said, once, and nothing is made or lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "unit/config/said.h"

/* The linker sends the program's own calls here (--wrap). */
void		*__real_arena_alloc(struct arena *, size_t);
struct slice	 __real_arena_copy(struct arena *, struct slice);
void		*__real_calloc(size_t, size_t);
void		*__wrap_arena_alloc(struct arena *, size_t);
struct slice	 __wrap_arena_copy(struct arena *, struct slice);
char		*__wrap_arena_printf(struct arena *, const char *, ...);
void		*__wrap_calloc(size_t, size_t);

static unsigned long left;	/* calls until one fails; 0: none does */

static bool fails(void)
{
	return left > 0 && --left == 0;
}

void *__wrap_arena_alloc(struct arena *arena, size_t n)
{
	return fails() ? NULL : __real_arena_alloc(arena, n);
}

struct slice __wrap_arena_copy(struct arena *arena, struct slice s)
{
	return fails() ? (struct slice){NULL, 0} : __real_arena_copy(arena, s);
}

__attribute__((format(printf, 2, 3)))
char *__wrap_arena_printf(struct arena *arena, const char *fmt, ...)
{
	char text[1024], *copy;
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (fails() || n < 0 || (size_t)n >= sizeof(text))
		return NULL;
	copy = __real_arena_alloc(arena, (size_t)n + 1);
	return copy ? strcpy(copy, text) : NULL;
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

static unsigned said_no_memory, said_else;

static void say(struct config_report *report, const char *text)
{
	(void)report;
	if (strcmp(text, "configuration: error: out of memory") == 0)
		said_no_memory++;
	else
		said_else++;
}

static const char good[] =
    "listeners: { a: { bind = [ \"*:80\", \"unix:x\" ]; tls = \"self-signed\"; };\n"
    "  b: { bind = \"127.0.0.1:81\"; }; };\n"
    "backends: { t: { servers = [ \"tls://a:1\", \"tls://[::1]:2\" ]; tls: { sni = \"x\"; }; }; };\n"
    "defaults: { origins = [ \"https://A.example\" ]; allow = \"10.0.0.0/8\"; };\n"
    "routes: { a: { path = \"/a\"; host = [ \"a\", \"b\" ]; backend = \"t\"; };\n"
    "  b: { path = \"~^/(?<x>y)$\"; redirect = \"/${path.x}\"; header: { a = \"b\"; }; };\n"
    "  c: { respond: { body = \"x\"; }; }; };\n";

static void expect_no_crash(const char *text, bool is_good)
{
	struct config_report report = {.say = say};
	unsigned long n = 0;
	struct config *c;
	bool failed;

	do {
		left = ++n;
		said_no_memory = said_else = 0;
		c = config_parse("t", text, &report);
		failed = left == 0;
		left = 0;
		if (failed) {
			assert_null(c);
			assert_int_equal(said_no_memory, 1);
		} else {
			assert_int_equal(said_no_memory, 0);
			assert_int_equal(c != NULL, is_good);
		}
		config_free(c);
	} while (failed);
	assert_true(n > 10);
}

static void test_parse(void **state)
{
	(void)state;
	expect_no_crash(good, true);
}

static void test_mistakes(void **state)
{
	(void)state;
	expect_no_crash("a = ( 1, \"x\" \"y\", { b = c; } ); a = 3; d e; f = \"\n", false);
	expect_no_crash(good + 1, false);
}

static void test_files(void **state)
{
	struct config_report report = {.say = say};
	unsigned long n = 0;
	char dir[64], path[128];
	bool failed;

	(void)state;
	said_dir(dir);
	said_write(said_path(dir, "a"), "routes: { a: { static = \".\"; }; };\n@include \"b\"\n");
	said_write(said_path(dir, "b"), "workers = 1;\n");
	snprintf(path, sizeof(path), "%s", said_path(dir, "x.conf"));
	said_write(path, "include = [ \"a\" ]; listeners: { a: { bind = \"unix:x\"; }; };\n"
	    "pid_file = \"p\"; log: { to = \"./l\"; };\n");
	do {
		left = ++n;
		said_no_memory = said_else = 0;
		struct config *c = config_load(path, &report);
		failed = left == 0;
		left = 0;
		assert_int_equal(c == NULL, failed);
		assert_int_equal(said_no_memory, failed);
		assert_int_equal(said_else, 0);
		config_free(c);
	} while (failed);
	said_dir_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parse),
	    cmocka_unit_test(test_mistakes),
	    cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
