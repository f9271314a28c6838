/* What somebody meant to write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/nearest.h"

static const char *const known[] = {
    "backend", "bind", "buffer", "framing", "headers", "head", "max_message", "ping",
    "ping_timeout",
    "subprotocols", "tls", "tries", NULL,
};

static void expect_near(const char *to, const char *near)
{
	struct nearest best = {.to = to};
	const char *found = NULL;

	for (size_t i = 0; known[i]; i++)
		if (nearest_try(&best, known[i]))
			found = known[i];
	if (near)
		assert_string_equal(found, near);
	else
		assert_null(found);
}

static void test_edits(void **state)
{
	(void)state;
	expect_near("subprotocol", "subprotocols");	/* a letter missing */
	expect_near("bindd", "bind");			/* one too many */
	expect_near("pong", "ping");			/* another one */
	expect_near("bufefr", "buffer");		/* two swapped */
	expect_near("max-message", "max_message");	/* '-' for '_' is none */
	expect_near("MAX_MESSAGE", "max_message");	/* nor is case */
	expect_near("framming", "framing");
	expect_near("pingtimeout", "ping_timeout");
	expect_near("heads", "head");			/* nearer than headers */
	expect_near("tsl", "tls");
}

static void test_far(void **state)
{
	(void)state;
	expect_near("", NULL);
	expect_near("x", NULL);
	expect_near("xyz", NULL);
	expect_near("completely_else", NULL);
	expect_near("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_edits),
	    cmocka_unit_test(test_far),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
