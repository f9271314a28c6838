/* Configurations in files: includes, what they join and refuse, and relative paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/config/said.h"

/* Each test runs in a directory of its own. */
static char dir[64];

static int enter(void **state)
{
	(void)state;
	said_dir(dir);
	return chdir(dir);
}

static int leave(void **state)
{
	(void)state;
	said_dir_remove(dir);
	return chdir("/");
}

/* The whole of it: what is said, with the directory as "DIR". */
static struct config *load(const char *path, const char *messages)
{
	struct said said;
	char text[4096] = "";
	size_t n = 0;

	said_init(&said);
	struct config *c = config_load(path, &said.report);
	for (char *p = said.text, *next; *p; p = next) {
		next = strstr(p, dir);
		int take = next ? (int)(next - p) : (int)strlen(p);
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%.*s%s", take, p,
		    next ? "DIR" : "");
		next = next ? next + strlen(dir) : p + strlen(p);
	}
	assert_string_equal(text, messages);
	assert_int_equal(c == NULL, said.report.errors > 0);
	said_fini(&said);
	return c;
}

static void test_no_file(void **state)
{
	(void)state;
	assert_null(load("x.conf",
	    "x.conf: error: cannot read this configuration: No such file or directory\n"));
	assert_null(load(".", ".: error: cannot read this configuration: Is a directory\n"));
}

static void test_nul(void **state)
{
	FILE *f = fopen("x.conf", "w");

	(void)state;
	assert_non_null(f);
	fwrite("a = 1;\0b = 2;", 1, 13, f);
	fclose(f);
	assert_null(load("x.conf", "x.conf: error: cannot read this configuration: "
	    "it holds a NUL byte, so it is no text\n"));
}

static void test_byte_order_mark(void **state)
{
	(void)state;
	said_write("x.conf", "\xef\xbb\xbf" SAID_LISTENERS SAID_ROUTES);
	config_free(load("x.conf", ""));
}

static void test_crlf(void **state)
{
	(void)state;
	said_write("x.conf", "workers = 2;\r\n// x\r\nuser = 3;\r\n" SAID_LISTENERS SAID_ROUTES);
	assert_null(load("x.conf", "x.conf:3: error: expected text for 'user', not 3\n"
	    "    3 | user = 3;\n"
	    "      |        ^\n"));
}

static void test_order(void **state)
{
	static const char *const names[] = {"before", "a", "b", "after"};

	(void)state;
	mkdir("conf.d", 0777);
	said_write("conf.d/b.conf", "routes: { b: { path = \"/b\"; service = \"echo\"; }; };");
	said_write("conf.d/a.conf", "routes: { a: { path = \"/a\"; service = \"echo\"; }; };\n"
	    "limits: { headers = 7; };");
	said_write("conf.d/c.txt", "not = a configuration");
	said_write("last.conf", "routes: { after: { service = \"echo\"; }; };");
	said_write("x.conf", "limits: { head = 1024; };\n"
	    "routes: { before: { path = \"/x\"; service = \"echo\"; }; };\n"
	    "include = [ \"conf.d/*.conf\", \"none.d/*\", \"last.conf\" ];\n" SAID_LISTENERS);
	struct config *c = load("x.conf", "");
	assert_int_equal(c->n_routes, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(c->routes[i].name, names[i]);
	assert_string_equal(c->routes[1].place.file, "conf.d/a.conf");
	assert_int_equal(c->routes[1].place.line, 1);
	assert_int_equal(c->limits.head, 1024);
	assert_int_equal(c->limits.headers, 7);
	config_free(c);
}

static void test_mistakes_in_all(void **state)
{
	(void)state;
	said_write("a.conf", "user = 3;");
	said_write("b.conf", "workers = two;");
	said_write("x.conf", "include = [ \"a.conf\", \"b.conf\", \"c.conf\", \"\", 3 ];\n"
	    SAID_LISTENERS SAID_ROUTES);
	assert_null(load("x.conf",
	    "b.conf:1: error: text stands in quotes: \"two\"\n"
	    "    1 | workers = two;\n"
	    "      |           ^~~\n"
	    "x.conf:1: error: cannot include 'c.conf': No such file or directory\n"
	    "    1 | include = [ \"a.conf\", \"b.conf\", \"c.conf\", \"\", 3 ];\n"
	    "      |                                 ^~~~~~~~\n"
	    "x.conf:1: error: expected the path of a file, or a pattern such as \"conf.d/*.conf\", "
	    "for 'include'\n"
	    "    1 | include = [ \"a.conf\", \"b.conf\", \"c.conf\", \"\", 3 ];\n"
	    "      |                                           ^~\n"
	    "x.conf:1: error: expected the path of a file, or a pattern such as \"conf.d/*.conf\", "
	    "for 'include'\n"
	    "    1 | include = [ \"a.conf\", \"b.conf\", \"c.conf\", \"\", 3 ];\n"
	    "      |                                               ^\n"
	    "a.conf:1: error: expected text for 'user', not 3\n"
	    "    1 | user = 3;\n"
	    "      |        ^\n"));
}

static void test_duplicates(void **state)
{
	(void)state;
	said_write("a.conf", "routes: { all: { service = \"echo\"; }; };\nworkers = 2;\n"
	    "limits: { head = 2048; };\nlisteners = 3;");
	said_write("x.conf", SAID_LISTENERS SAID_ROUTES
	    "workers = 3; limits: { head = 1024; };\ninclude = \"a.conf\";\n");
	assert_null(load("x.conf",
	    "a.conf:1: error: 'all' stands twice in 'routes'\n"
	    "    1 | routes: { all: { service = \"echo\"; }; };\n"
	    "      |           ^~~\n"
	    "x.conf:2: the first one is here\n"
	    "    2 | routes: { all: { service = \"echo\"; }; };\n"
	    "      |           ^~~\n"
	    "a.conf:2: error: 'workers' stands twice\n"
	    "    2 | workers = 2;\n"
	    "      | ^~~~~~~\n"
	    "x.conf:3: the first one is here\n"
	    "    3 | workers = 3; limits: { head = 1024; };\n"
	    "      | ^~~~~~~\n"
	    "a.conf:3: error: 'head' stands twice in 'limits'\n"
	    "    3 | limits: { head = 2048; };\n"
	    "      |           ^~~~\n"
	    "x.conf:3: the first one is here\n"
	    "    3 | workers = 3; limits: { head = 1024; };\n"
	    "      |                        ^~~~\n"
	    "a.conf:4: error: 'listeners' stands twice\n"
	    "    4 | listeners = 3;\n"
	    "      | ^~~~~~~~~\n"
	    "x.conf:1: the first one is here\n"
	    "    1 | listeners: { web: { bind = \"127.0.0.1:80\"; }; };\n"
	    "      | ^~~~~~~~~\n"));
}

static void test_circle(void **state)
{
	(void)state;
	said_write("x.conf", "include = \"a.conf\";\n" SAID_LISTENERS SAID_ROUTES);
	said_write("a.conf", "include = \"./x.conf\";\n");
	assert_null(load("x.conf", "a.conf:1: error: './x.conf' includes itself\n"
	    "    1 | include = \"./x.conf\";\n"
	    "      |           ^~~~~~~~~~\n"));
}

static void test_twice(void **state)
{
	(void)state;
	said_write("x.conf", "include = [ \"a.conf\", \"*.conf\" ];\n" SAID_LISTENERS SAID_ROUTES);
	said_write("a.conf", "workers = 2;");
	assert_null(load("x.conf", "x.conf:1: error: 'a.conf' is included twice\n"
	    "    1 | include = [ \"a.conf\", \"*.conf\" ];\n"
	    "      |                       ^~~~~~~~\n"
	    "x.conf:1: error: 'x.conf' includes itself\n"
	    "    1 | include = [ \"a.conf\", \"*.conf\" ];\n"
	    "      |                       ^~~~~~~~\n"));
}

static void test_depth(void **state)
{
	char name[32], text[64];

	(void)state;
	for (int i = 0; i < 18; i++) {
		snprintf(name, sizeof(name), "%d.conf", i);
		snprintf(text, sizeof(text), "include = \"%d.conf\";\n", i + 1);
		said_write(name, text);
	}
	said_write("x.conf", "include = \"0.conf\";\n" SAID_LISTENERS SAID_ROUTES);
	assert_null(load("x.conf", "15.conf:1: error: cannot include '16.conf': "
	    "files include each other too deeply\n"
	    "    1 | include = \"16.conf\";\n"
	    "      |           ^~~~~~~~~\n"));
}

static void test_include_from_elsewhere(void **state)
{
	(void)state;
	mkdir("etc", 0777);
	mkdir("etc/sub", 0777);
	said_write("etc/x.conf", "include = \"sub/a.conf\";\n" SAID_LISTENERS);
	said_write("etc/sub/a.conf", "include = \"b.conf\";");
	said_write("etc/sub/b.conf", "routes: { all: { static = \".\"; }; };");
	struct config *c = load("etc/x.conf", "");
	assert_non_null(c);
	assert_string_equal(c->routes[0].place.file, "etc/sub/b.conf");
	config_free(c);
}

static void test_literal_include(void **state)
{
	(void)state;
	said_write("common", "ping = \"1m\";\norigins = \"*\"\n");
	said_write("x.conf", SAID_LISTENERS "routes: {\n"
	    "  a: { path = \"/a\"; service = \"echo\";\n"
	    "    @include \"common\"\n  };\n"
	    "  b: { path = \"/b\"; service = \"echo\";\n"
	    "@include \"common\"\n    idle = \"1h\"; };\n};\n"
	    "# @include \"nothing\"\n");
	struct config *c = load("x.conf", "");
	assert_int_equal(c->n_routes, 2);
	assert_int_equal(c->routes[0].ping, 60000);
	assert_int_equal(c->routes[1].ping, 60000);
	assert_int_equal(c->routes[1].idle, 3600000);
	config_free(c);
}

static void test_literal_include_wrong(void **state)
{
	(void)state;
	said_write("a", "user = 3;\n@include \"x.conf\"\n");
	said_write("x.conf", "@include \"a\"\n@include \"b\"\n" SAID_LISTENERS SAID_ROUTES);
	assert_null(load("x.conf",
	    "a:2: error: 'x.conf' includes itself\n"
	    "    2 | @include \"x.conf\"\n"
	    "      |           ^~~~~~\n"
	    "x.conf:2: error: cannot include 'b': No such file or directory\n"
	    "    2 | @include \"b\"\n"
	    "      |           ^\n"
	    "a:1: error: expected text for 'user', not 3\n"
	    "    1 | user = 3;\n"
	    "      |        ^\n"));
}

/* Each includes the next one twice: 2^n texts, unless somebody counts. */
static void test_flood(void **state)
{
	char name[32], text[128];

	(void)state;
	for (int i = 0; i < 15; i++) {
		snprintf(name, sizeof(name), "%d", i);
		snprintf(text, sizeof(text), "@include \"%d\"\n@include \"%d\"\n", i + 1, i + 1);
		said_write(name, text);
	}
	said_write("15", "");
	said_write("x.conf", "@include \"0\"\n" SAID_LISTENERS SAID_ROUTES);
	struct said said;
	said_init(&said);
	assert_null(config_load("x.conf", &said.report));
	assert_non_null(strstr(said.text, "too many files are included"));
	assert_true(said.report.errors < 30);
	said_fini(&said);
}

static void test_large(void **state)
{
	FILE *f = fopen("x.conf", "w");

	(void)state;
	assert_non_null(f);
	for (int i = 0; i < 17 * 1024; i++)
		fprintf(f, "#%01022d\n", i);
	fclose(f);
	assert_null(load("x.conf", "x.conf: error: cannot read this configuration: "
	    "it is too large for a configuration\n"));
}

static const char pem_cert[] = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n";
static const char pem_key[] = "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n";

static void expect_path(const char *path, const char *name)
{
	char real[PATH_MAX];

	assert_non_null(realpath(dir, real));
	assert_string_equal(path, said_path(real, name));
}

static void test_relative_paths(void **state)
{
	char both[512];

	(void)state;
	mkdir("etc", 0777);
	mkdir("etc/tls", 0777);
	mkdir("etc/www", 0777);
	snprintf(both, sizeof(both), "%s%s", pem_cert, pem_key);
	said_write("etc/tls/b.pem", both);
	said_write("etc/tls/a.pem", both);
	said_write("etc/cert", pem_cert);
	said_write("etc/key", pem_key);
	said_write("etc/x.conf",
	    "pid_file = \"./run/pid\"; log: { to = \"./log\"; };\n"
	    "listeners: { a: { bind = \"unix:sock\"; tls = \"t\"; }; };\n"
	    "tls: { t: { certificates = ( \"tls/*.pem\", { cert = \"cert\"; key = \"key\"; } ); }; };\n"
	    "backends: { b: { servers = \"tls://x:1\"; tls: { ca = \"cert\"; cert = \"cert\"; "
	    "key = \"key\"; }; }; };\n"
	    "routes: { b: { path = \"/b\"; backend = \"b\"; }; s: { static = \"www\"; }; };\n");
	struct config *c = load("etc/x.conf", "");
	assert_non_null(c);
	expect_path(c->pid_file, "etc/run/pid");
	expect_path(c->log.to, "etc/log");
	expect_path(c->listeners[0].bind[0].text + 5, "etc/sock");
	assert_int_equal(c->tls[0].n_certificates, 3);
	expect_path(c->tls[0].certificates[0].cert, "etc/tls/a.pem");
	expect_path(c->tls[0].certificates[0].key, "etc/tls/a.pem");
	expect_path(c->tls[0].certificates[1].cert, "etc/tls/b.pem");
	expect_path(c->tls[0].certificates[2].key, "etc/key");
	assert_int_equal(c->tls[0].certificates[2].place.line, 3);
	expect_path(c->backends[0].tls.ca, "etc/cert");
	expect_path(c->backends[0].tls.key, "etc/key");
	expect_path(c->routes[1].static_dir, "etc/www");
	char *dump = said_dump(c), *again;
	config_free(c);
	c = said_good(dump);
	again = said_dump(c);
	assert_string_equal(again, dump);
	config_free(c);
	free(dump);
	free(again);
}

static void test_pem(void **state)
{
	(void)state;
	said_write("cert", pem_cert);
	said_write("key", pem_key);
	said_write("x.conf", SAID_LISTENERS SAID_ROUTES
	    "tls: { t: { certificates = ( \"cert\", \"key\", { cert = \"key\"; key = \"cert\"; } ); }; };\n");
	assert_null(load("x.conf",
	    "x.conf:3: error: 'DIR/cert' holds no private key in PEM form; "
	    "if that is in another file: { cert = \"...\"; key = \"...\"; }\n"
	    "    3 | tls: { t: { certificates = ( \"cert\", \"key\", { cert = \"key\"; key = \"cert\"; } ); }; };\n"
	    "      |                              ^~~~~~\n"
	    "x.conf:3: error: 'DIR/key' holds no certificate in PEM form\n"
	    "    3 | tls: { t: { certificates = ( \"cert\", \"key\", { cert = \"key\"; key = \"cert\"; } ); }; };\n"
	    "      |                                      ^~~~~\n"
	    "x.conf:3: error: 'DIR/key' holds no certificate in PEM form\n"
	    "    3 | tls: { t: { certificates = ( \"cert\", \"key\", { cert = \"key\"; key = \"cert\"; } ); }; };\n"
	    "      |                                                      ^~~~~\n"
	    "x.conf:3: error: 'DIR/cert' holds no private key in PEM form\n"
	    "    3 | tls: { t: { certificates = ( \"cert\", \"key\", { cert = \"key\"; key = \"cert\"; } ); }; };\n"
	    "      |                                                                   ^~~~~~\n"));
}

/* Without somebody to tell, messages go to standard error, and without a report nothing is lost. */
static void test_no_report(void **state)
{
	struct config_report report = {.say = NULL};
	int out = dup(2);

	(void)state;
	assert_true(freopen("stderr", "w", stderr) != NULL);
	assert_null(config_load("x.conf", &report));
	assert_null(config_load("y.conf", NULL));
	fflush(stderr);
	dup2(out, 2);
	close(out);
	char *text = said_read("stderr");
	assert_string_equal(text,
	    "x.conf: error: cannot read this configuration: No such file or directory\n"
	    "y.conf: error: cannot read this configuration: No such file or directory\n");
	assert_int_equal(report.errors, 1);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_no_file, enter, leave),
	    cmocka_unit_test_setup_teardown(test_nul, enter, leave),
	    cmocka_unit_test_setup_teardown(test_byte_order_mark, enter, leave),
	    cmocka_unit_test_setup_teardown(test_crlf, enter, leave),
	    cmocka_unit_test_setup_teardown(test_order, enter, leave),
	    cmocka_unit_test_setup_teardown(test_mistakes_in_all, enter, leave),
	    cmocka_unit_test_setup_teardown(test_duplicates, enter, leave),
	    cmocka_unit_test_setup_teardown(test_circle, enter, leave),
	    cmocka_unit_test_setup_teardown(test_twice, enter, leave),
	    cmocka_unit_test_setup_teardown(test_depth, enter, leave),
	    cmocka_unit_test_setup_teardown(test_include_from_elsewhere, enter, leave),
	    cmocka_unit_test_setup_teardown(test_literal_include, enter, leave),
	    cmocka_unit_test_setup_teardown(test_literal_include_wrong, enter, leave),
	    cmocka_unit_test_setup_teardown(test_flood, enter, leave),
	    cmocka_unit_test_setup_teardown(test_large, enter, leave),
	    cmocka_unit_test_setup_teardown(test_relative_paths, enter, leave),
	    cmocka_unit_test_setup_teardown(test_pem, enter, leave),
	    cmocka_unit_test_setup_teardown(test_no_report, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
