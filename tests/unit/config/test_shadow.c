/* Which routes leave nothing for which others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "unit/config/said.h"

/* Is a route with the second match an error after one with the first? */
static bool covers(const char *wide, const char *narrow)
{
	struct said said;
	char *text = NULL;

	said_init(&said);
	assert_true(asprintf(&text, SAID_LISTENERS "routes: { w: { service = \"echo\"; %s }; "
	    "n: { service = \"echo\"; %s }; };", wide, narrow) > 0);
	struct config *c = said_parse(&said, text);
	if (c == NULL && said.report.errors != 1)
		fail_msg("%s", said.text);
	bool covered = c == NULL;
	config_free(c);
	free(text);
	said_fini(&said);
	return covered;
}

static void test_path(void **state)
{
	(void)state;
	assert_true(covers("", ""));
	assert_true(covers("", "path = \"/x\";"));
	assert_true(covers("", "path = \"~x\";"));
	assert_true(covers("path = \"/\";", ""));
	assert_true(covers("path = \"/\";", "path = \"~x\";"));
	assert_true(covers("path = \"/x\";", "path = \"/x\";"));
	assert_true(covers("path = \"/x\";", "path = \"/x/y\";"));
	assert_true(covers("path = \"/x\";", "path = \"=/x\";"));
	assert_true(covers("path = \"/x\";", "path = \"=/x/y\";"));
	assert_true(covers("path = \"/x/\";", "path = \"/x/y\";"));
	assert_true(covers("path = \"/x\";", "path = \"/x/\";"));
	assert_true(covers("path = \"=/x\";", "path = \"=/x\";"));
	assert_true(covers("path = \"~x\";", "path = \"~x\";"));
	assert_false(covers("path = \"/x\";", ""));
	assert_false(covers("path = \"/x\";", "path = \"/\";"));
	assert_false(covers("path = \"/x\";", "path = \"/xy\";"));
	assert_false(covers("path = \"/x/\";", "path = \"/x\";"));
	assert_false(covers("path = \"/x/y\";", "path = \"/x\";"));
	assert_false(covers("path = \"=/x\";", "path = \"/x\";"));
	assert_false(covers("path = \"=/x\";", "path = \"=/x/y\";"));
	assert_false(covers("path = \"/x\";", "path = \"~^/x$\";"));
	assert_false(covers("path = \"~x\";", "path = \"~y\";"));
	assert_false(covers("path = \"~x\";", "path = \"=/x\";"));
	assert_false(covers("path = \"=/x\";", ""));
}

static void test_host(void **state)
{
	(void)state;
	assert_true(covers("", "host = \"a.b\";"));
	assert_true(covers("host = \"a.b\";", "host = \"A.B\";"));
	assert_true(covers("host = \"*.b\";", "host = \"a.b\";"));
	assert_true(covers("host = \"*.b\";", "host = \"*.a.b\";"));
	assert_true(covers("host = [ \"a\", \"b\" ];", "host = [ \"b\", \"a\" ];"));
	assert_false(covers("host = \"a.b\";", ""));
	assert_false(covers("host = \"*.b\";", "host = \"b\";"));
	assert_false(covers("host = \"*.a.b\";", "host = \"*.b\";"));
	assert_false(covers("host = \"a\";", "host = [ \"a\", \"b\" ];"));
}

static void test_method(void **state)
{
	(void)state;
	assert_true(covers("", "method = \"GET\";"));
	assert_true(covers("method = [ \"GET\", \"PUT\" ];", "method = \"PUT\";"));
	assert_false(covers("method = \"GET\";", ""));
	assert_false(covers("method = \"GET\";", "method = [ \"GET\", \"PUT\" ];"));
}

static void test_pairs(void **state)
{
	(void)state;
	assert_true(covers("header = { A = \"1\"; };", "header = { a = \"1\"; b = \"2\"; };"));
	assert_true(covers("query = { a = \"1\"; };", "query = { b = \"2\"; a = \"1\"; };"));
	assert_false(covers("header = { A = \"1\"; };", "header = { A = \"2\"; };"));
	assert_false(covers("header = { A = \"1\"; };", ""));
	assert_false(covers("query = { A = \"1\"; };", "query = { a = \"1\"; };"));
}

static void test_source(void **state)
{
	(void)state;
	assert_true(covers("source = \"10.0.0.0/8\";", "source = \"10.1.0.0/16\";"));
	assert_true(covers("source = \"::/0\";", "source = \"10.0.0.0/8\";"));
	assert_true(covers("source = \"2001:db8::/33\";", "source = \"2001:db8:7fff::/48\";"));
	assert_false(covers("source = \"2001:db8::/33\";", "source = \"2001:db8:8000::/48\";"));
	assert_false(covers("source = \"10.1.0.0/16\";", "source = \"10.0.0.0/8\";"));
	assert_false(covers("source = \"10.0.0.0/8\";", ""));
	assert_false(covers("source = \"0.0.0.0/0\";", "source = \"::1\";"));
}

static void test_all_must_hold(void **state)
{
	(void)state;
	assert_true(covers("path = \"/x\";", "path = \"/x\"; host = \"a\"; method = \"GET\";"));
	assert_false(covers("path = \"/x\"; host = \"a\";", "path = \"/x\"; method = \"GET\";"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_path),
	    cmocka_unit_test(test_host),
	    cmocka_unit_test(test_method),
	    cmocka_unit_test(test_pairs),
	    cmocka_unit_test(test_source),
	    cmocka_unit_test(test_all_must_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
