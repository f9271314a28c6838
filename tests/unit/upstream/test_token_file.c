/* Token files, line by line, as websockify takes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "upstream/token_file.h"

/* "token>host:port" for each line, or "!LINE words". */
static void expect(const char *text, const char *expected)
{
	struct token_file file = {slice_of(text), 0};
	struct token_entry e;
	const char *wrong;
	char said[1000] = "", one[300];

	while (token_file_read(&file, &e, &wrong)) {
		if (wrong)
			snprintf(one, sizeof(one), "!%u %s\n", file.line, wrong);
		else if (e.kind == SERVER_UNIX)
			snprintf(one, sizeof(one), "%.*s>unix:%.*s\n", SLICE_ARG(e.token),
			    SLICE_ARG(e.host));
		else
			snprintf(one, sizeof(one), "%.*s>%.*s|%u\n", SLICE_ARG(e.token),
			    SLICE_ARG(e.host), (unsigned)e.port);
		strcat(said, one);
	}
	assert_string_equal(said, expected);
}

static void test_lines(void **state)
{
	(void)state;
	expect("a: localhost:5900\n# comment\n\n  b:\t10.0.0.1:1  \r\nc: h:65535", "a>localhost|5900\n"
	    "b>10.0.0.1|1\nc>h|65535\n");
	expect("x: ::1:5900\ny: [2001:db8::1]:80\n", "x>::1|5900\ny>2001:db8::1|80\n");
	expect("a:b:c: h:1\n", "a:b:c>h|1\n");
	expect("l: :5900\n", "l>localhost|5900\n");
	expect("../x: h:1\n%2e: h:2\na/b: h:3\n", "../x>h|1\n%2e>h|2\na/b>h|3\n");
	expect("m: ::ffff:10.0.0.1:80\n", "m>::ffff:10.0.0.1|80\n");
	expect("u: unix_socket:/run/vnc.sock\n", "u>unix:/run/vnc.sock\n");
	expect("tok en: h:1\rother: h:2", "tok en>h|1\nother>h|2\n");
	expect("", "");
	expect("#", "");
}

static void test_wrong(void **state)
{
	(void)state;
	expect("a\n", "!1 expected 'TOKEN: HOST:PORT'\n");
	expect("a:h:1\n", "!1 expected 'TOKEN: HOST:PORT'\n");
	expect("\n: h:1\n", "!2 its token is missing\n");
	expect("a: h\n", "!1 its target has no port\n");
	expect("a: h:0\na: h:65536\na: h:x\n", "!1 its port must be a number from 1 to 65535\n"
	    "!2 its port must be a number from 1 to 65535\n"
	    "!3 its port must be a number from 1 to 65535\n");
	expect("a: h h:1\n", "!1 its host is neither a name nor an address\n");
	expect("a: http://x:1\n", "!1 its host is neither a name nor an address\n");
	expect("a: []:1\n", "!1 its host is neither a name nor an address\n");
	expect("a: h:1: x\n", "!1 a second ':' is followed by white space\n");
	expect("a: unix_socket:run\n", "!1 the path of a unix socket begins with '/'\n");
	expect("a\x01: h:1\n", "!1 it holds a control character\n");
	expect("good: h:1\nbad\ngood2: h:2\n", "good>h|1\n!2 expected 'TOKEN: HOST:PORT'\n"
	    "good2>h|2\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
