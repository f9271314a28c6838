/* What differs between two configurations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "config/config_diff.h"
#include "unit/config/said.h"

static char told[4096];

static const char *shown(const char *s)
{
	return s ? s : "-";
}

static void tell(struct config_diff *d, const struct config_change *c)
{
	static const char *const kinds[] = {"added", "removed", "changed", "moved"};
	size_t n = strlen(told);

	(void)d;
	snprintf(told + n, sizeof(told) - n, "%s %s.%s %s: %s -> %s%s\n", kinds[c->kind],
	    shown(c->collection), shown(c->item), shown(c->key), shown(c->before),
	    shown(c->after), c->fixed ? " fixed" : "");
}

static void expect(const char *before, const char *after, const char *wanted)
{
	struct config_diff d = {.changed = tell};
	struct config *a = said_good(before), *b = said_good(after);

	told[0] = '\0';
	config_diff(&d, a, b);
	assert_false(d.failed);
	assert_string_equal(told, wanted);
	config_free(a);
	config_free(b);
}

#define LISTENERS "listeners: { l: { bind = \"127.0.0.1:1\"; }; };\n"
#define ROUTE "routes: { r: { service = \"echo\"; }; };\n"
#define PLAIN LISTENERS ROUTE

static void test_nothing(void **state)
{
	(void)state;
	expect(PLAIN, PLAIN, "");
	expect(PLAIN, "/* the same */ limits: { head = \"16K\"; };\n" ROUTE LISTENERS, "");
}

static void test_top(void **state)
{
	(void)state;
	expect("workers = 2;" PLAIN, "workers = 3; drain = \"5m\"; limits: { per_ip = 9; };" PLAIN,
	    "changed -.- workers: 2 -> 3 fixed\n"
	    "changed -.- drain: \"keep\" -> \"5m\"\n"
	    "changed -.- limits.per_ip: 0 -> 9\n");
	expect("access_log: { to = \"stdout\"; };" PLAIN, PLAIN,
	    "changed -.- access_log.to: \"stdout\" -> -\n"
	    "changed -.- access_log.format: \"json\" -> -\n");
}

static void test_items(void **state)
{
	(void)state;
	expect(LISTENERS "routes: { a: { path = \"/a\"; service = \"echo\"; };"
	    "	gone: { path = \"/g\"; service = \"echo\"; }; };",
	    LISTENERS "routes: { new: { path = \"/n\"; service = \"echo\"; };"
	    "	a: { path = \"/a\"; service = \"echo\"; ping = \"1s\"; }; };",
	    "removed routes.gone -: - -> -\n"
	    "added routes.new -: - -> -\n"
	    "changed routes.a ping: \"25s\" -> \"1s\"\n");
	expect("defaults: { limits: { sessions = 5; }; };" PLAIN, PLAIN,
	    "changed routes.r limits.sessions: 5 -> 0\n");
}

#define ABC(a, b, c) LISTENERS "routes: { " \
	a ": { path = \"/" a "\"; service = \"echo\"; }; " \
	b ": { path = \"/" b "\"; service = \"echo\"; }; " \
	c ": { path = \"/" c "\"; service = \"echo\"; }; };"

/* The order counts among routes: who has fallen behind is told of. */
static void test_order(void **state)
{
	(void)state;
	expect(ABC("a", "b", "c"), ABC("b", "c", "a"), "moved routes.a -: - -> -\n");
	expect(ABC("a", "b", "c"), ABC("c", "a", "b"),
	    "moved routes.a -: - -> -\nmoved routes.b -: - -> -\n");
	expect("listeners: { a: { bind = \"*:1\"; }; b: { bind = \"*:2\"; }; };" ROUTE,
	    "listeners: { b: { bind = \"*:2\"; }; a: { bind = \"*:1\"; }; };" ROUTE, "");
}

static void test_same(void **state)
{
	struct config *a = said_good(PLAIN), *b = said_good("workers = 7;" PLAIN);
	struct config *c = said_good("defaults: { buffer = \"8K\"; };" PLAIN);

	(void)state;
	assert_true(config_diff_same("routes", &a->routes[0], &b->routes[0]));
	assert_false(config_diff_same("routes", &a->routes[0], &c->routes[0]));
	assert_true(config_diff_same("listeners", &a->listeners[0], &c->listeners[0]));
	config_diff_keep_fixed(a, b);
	assert_int_equal(a->workers, 7);
	config_free(a);
	config_free(b);
	config_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nothing), cmocka_unit_test(test_top),
	    cmocka_unit_test(test_items), cmocka_unit_test(test_order),
	    cmocka_unit_test(test_same),
	};

	return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
