/* Templates, taken apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "config/template.h"

static const struct template *compile(struct arena *arena, const char *text)
{
	struct template_error error;
	const struct template *t = template_compile(arena, text, &error);

	assert_string_equal(error.words, "");
	assert_non_null(t);
	assert_string_equal(t->text, text);
	return t;
}

static void expect_segment(const struct template *t, size_t i, enum template_variable variable,
    const char *text)
{
	assert_true(i < t->n);
	assert_int_equal(t->segments[i].variable, variable);
	assert_true(slice_eq(t->segments[i].text, slice_of(text)));
}

static void test_segments(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	const struct template *t = compile(&arena, "https://${host}/new${path}?u=${query.user-1}");
	assert_int_equal(t->n, 6);
	expect_segment(t, 0, TEMPLATE_LITERAL, "https://");
	expect_segment(t, 1, TEMPLATE_HOST, "");
	expect_segment(t, 2, TEMPLATE_LITERAL, "/new");
	expect_segment(t, 3, TEMPLATE_PATH, "");
	expect_segment(t, 4, TEMPLATE_LITERAL, "?u=");
	expect_segment(t, 5, TEMPLATE_QUERY_NAME, "user-1");
	assert_int_equal(compile(&arena, "")->n, 0);
	assert_int_equal(compile(&arena, "plain")->n, 1);
	arena_fini(&arena);
}

static void test_every_variable(void **state)
{
	static const struct {
		const char		*text, *name;
		enum template_variable	 variable;
	} rows[] = {
	    {"${client.ip}", "", TEMPLATE_CLIENT_IP},
	    {"${client.port}", "", TEMPLATE_CLIENT_PORT},
	    {"${host}", "", TEMPLATE_HOST},
	    {"${path}", "", TEMPLATE_PATH},
	    {"${path.id}", "id", TEMPLATE_PATH_NAME},
	    {"${query.a.b}", "a.b", TEMPLATE_QUERY_NAME},
	    {"${header.X-Y}", "X-Y", TEMPLATE_HEADER_NAME},
	    {"${cookie.sid}", "sid", TEMPLATE_COOKIE_NAME},
	    {"${route}", "", TEMPLATE_ROUTE},
	    {"${request.id}", "", TEMPLATE_REQUEST_ID},
	    {"${tls.sni}", "", TEMPLATE_TLS_SNI},
	    {"${tls.client_cn}", "", TEMPLATE_TLS_CLIENT_CN},
	    {"${session.id}", "", TEMPLATE_SESSION_ID},
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct template *t = compile(&arena, rows[i].text);
		assert_int_equal(t->n, 1);
		expect_segment(t, 0, rows[i].variable, rows[i].name);
		const char *name = template_name(rows[i].variable);
		assert_memory_equal(rows[i].text + 2, name, strlen(name));
	}
	arena_fini(&arena);
}

static void test_dollars(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	const struct template *t = compile(&arena, "$5 $${x} $$ ${host}$");
	assert_int_equal(t->n, 5);
	expect_segment(t, 0, TEMPLATE_LITERAL, "$5 ");
	expect_segment(t, 1, TEMPLATE_LITERAL, "${");
	expect_segment(t, 2, TEMPLATE_LITERAL, "x} $$ ");
	expect_segment(t, 3, TEMPLATE_HOST, "");
	expect_segment(t, 4, TEMPLATE_LITERAL, "$");
	t = compile(&arena, "$${$${${host}");
	assert_int_equal(t->n, 3);
	expect_segment(t, 0, TEMPLATE_LITERAL, "${");
	expect_segment(t, 1, TEMPLATE_LITERAL, "${");
	expect_segment(t, 2, TEMPLATE_HOST, "");
	arena_fini(&arena);
}

static void expect_error(const char *text, const char *words, size_t at, size_t n)
{
	struct template_error error;
	struct arena arena;

	arena_init(&arena);
	assert_null(template_compile(&arena, text, &error));
	assert_string_equal(error.words, words);
	assert_int_equal(error.at, at);
	assert_int_equal(error.n, n);
	arena_fini(&arena);
}

static void test_errors(void **state)
{
	(void)state;
	expect_error("ab${hots}c", "unknown variable '${hots}'; did you mean '${host}'?", 2, 7);
	expect_error("${clientip}", "unknown variable '${clientip}'; did you mean '${client.ip}'?",
	    0, 11);
	expect_error("${querry.}", "unknown variable '${querry.}'; did you mean '${query.NAME}'?",
	    0, 10);
	expect_error("${}", "unknown variable '${}'", 0, 3);
	expect_error("${xyzzy}", "unknown variable '${xyzzy}'", 0, 8);
	expect_error("${path.}", "'${path.}' lacks a name after the '.'", 0, 8);
	expect_error("x${host", "the '}' of '${' is missing", 1, 2);
	expect_error("${auth.user}", "'${auth.user}' is not supported yet", 0, 12);
	expect_error("${auth.claim.x}", "'${auth.claim.x}' is not supported yet", 0, 15);
}

static void test_long_name(void **state)
{
	char text[200] = "${";
	struct template_error error;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	memset(text + 2, 'a', 190);
	text[192] = '}';
	assert_null(template_compile(&arena, text, &error));
	assert_int_equal(strlen(error.words), strlen("unknown variable '${}'") + 40);
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_segments),
	    cmocka_unit_test(test_every_variable),
	    cmocka_unit_test(test_dollars),
	    cmocka_unit_test(test_errors),
	    cmocka_unit_test(test_long_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
