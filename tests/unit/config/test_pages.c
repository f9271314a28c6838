/*
 * The manual page and the example file say what the table of keys says, and the examples are
 * right. "make pages" writes the former anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "unit/config/said.h"

static char *made_by(void (*make)(FILE *))
{
	char *text;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	assert_non_null(f);
	make(f);
	fclose(f);
	return text;
}

/* With FRAMEGATE_PAGES=write in the environment: makes it so. */
static void expect_page(const char *path, const char *text)
{
	const char *write = getenv("FRAMEGATE_PAGES"), *top = getenv("srcdir");
	char whole[1024];

	if (write && strcmp(write, "write") == 0) {
		snprintf(whole, sizeof(whole), "%s/%s", top ? top : ".", path);
		said_write(whole, text);
	}
	char *page = said_source(path);
	if (strcmp(page, text) != 0)
		fail_msg("%s is out of date: run \"make pages\"", path);
	free(page);
}

static void test_manual(void **state)
{
	static const char mark[] = "@KEYS@\n";
	char *prose = said_source("conf/framegate.conf.5.in"), *keys = made_by(config_manual);
	char *at = strstr(prose, mark), *page = NULL;

	(void)state;
	assert_non_null(at);
	assert_true(asprintf(&page, "%.*s%s%s", (int)(at - prose), prose, keys,
	    at + strlen(mark)) > 0);
	expect_page("conf/framegate.conf.5", page);
	free(prose);
	free(keys);
	free(page);
}

static void test_example(void **state)
{
	char *text = made_by(config_defaults);

	(void)state;
	expect_page("conf/framegate.conf.example", text);
	free(text);
}

static char *dump_of(const char *text)
{
	struct config *c = said_good(text);
	char *dump = said_dump(c);

	config_free(c);
	return dump;
}

/* Its defaults are the defaults: with the marks taken away it means the same. */
static void test_defaults(void **state)
{
	char *text = made_by(config_defaults), *dump = dump_of(text), *again;
	unsigned n = 0;

	(void)state;
	for (char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		char *p = line + strspn(line, "\t");
		if (p[0] != '#' || p[1] < 'a' || p[1] > 'z')
			continue;
		*p = ' ';
		n++;
	}
	assert_true(n > 20);
	again = dump_of(text);
	assert_string_equal(again, dump);
	free(again);
	free(dump);
	free(text);
}

static void replace(char **text, const char *from, const char *to)
{
	char *at;

	while ((at = strstr(*text, from)) != NULL) {
		char *whole = NULL;
		assert_true(asprintf(&whole, "%.*s%s%s", (int)(at - *text), *text, to,
		    at + strlen(from)) > 0);
		free(*text);
		*text = whole;
	}
}

/* Examples name files that other machines have. */
static void furnish(const char *dir, char **text)
{
	static const char pem[] = "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n";
	char path[512];

	snprintf(path, sizeof(path), "\"%s/*.pem\"", dir);
	replace(text, "\"/etc/framegate/tls/*.pem\"", path);
	said_write(said_path(dir, "x.pem"), pem);
	snprintf(path, sizeof(path), "\"%s/x.pem\"", dir);
	replace(text, "\"/etc/framegate/internal-ca.pem\"", path);
	replace(text, "\"/etc/ssl/example.org/fullchain.pem\"", path);
	replace(text, "\"/etc/ssl/example.org/privkey.pem\"", path);
	snprintf(path, sizeof(path), "\"%s\"", dir);
	replace(text, "\"/usr/share/novnc\"", path);
	replace(text, "\"/var/www/quotes\"", path);
	replace(text, "\"/var/www/site\"", path);
	replace(text, "\"/etc/framegate/tokens\"", path);
	replace(text, "\nuser = \"framegate\";", "\n");
	replace(text, "\ngroup = \"framegate\";", "\n");
}

static void test_examples(void **state)
{
	const char *top = getenv("srcdir");
	char folder[512], path[1024], dir[64];
	unsigned n = 0;
	struct dirent *e;

	(void)state;
	snprintf(folder, sizeof(folder), "%s/conf/examples", top ? top : ".");
	DIR *d = opendir(folder);
	assert_non_null(d);
	said_dir(dir);
	while ((e = readdir(d)) != NULL) {
		if (strstr(e->d_name, ".conf") == NULL)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		char *text = said_read(path);
		furnish(dir, &text);
		config_free(said_good(text));
		free(text);
		n++;
	}
	closedir(d);
	said_dir_remove(dir);
	assert_true(n >= 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_manual),
	    cmocka_unit_test(test_example),
	    cmocka_unit_test(test_defaults),
	    cmocka_unit_test(test_examples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
