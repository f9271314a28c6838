#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/config/said.h"

#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void said_say(struct config_report *report, const char *text)
{
	struct said *s = (struct said *)report;
	size_t n = strlen(text);

	s->text = realloc(s->text, s->n + n + 2);
	assert_non_null(s->text);
	memcpy(s->text + s->n, text, n);
	s->n += n;
	s->text[s->n++] = '\n';
	s->text[s->n] = '\0';
}

void said_init(struct said *s)
{
	*s = (struct said){.report = {.say = said_say}};
	s->text = calloc(1, 1);
	assert_non_null(s->text);
}

void said_fini(struct said *s)
{
	free(s->text);
}

struct config *said_parse(struct said *s, const char *text)
{
	s->n = 0;
	s->text[0] = '\0';
	s->report.errors = s->report.warnings = 0;
	return config_parse("t", text, &s->report);
}

struct config *said_good(const char *text)
{
	struct said s;

	said_init(&s);
	struct config *c = said_parse(&s, text);
	assert_string_equal(s.text, "");
	assert_non_null(c);
	said_fini(&s);
	return c;
}

void said_bad(const char *text, const char *messages)
{
	struct said s;

	said_init(&s);
	struct config *c = said_parse(&s, text);
	assert_string_equal(s.text, messages);
	assert_null(c);
	assert_true(s.report.errors > 0);
	said_fini(&s);
}

char *said_dump(const struct config *c)
{
	char *text;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	assert_non_null(f);
	config_dump(f, c);
	assert_int_equal(fclose(f), 0);
	return text;
}

char *said_dir(char path[64])
{
	const char *tmp = getenv("TMPDIR");

	snprintf(path, 64, "%s/framegate-XXXXXX", tmp && strlen(tmp) < 40 ? tmp : "/tmp");
	assert_non_null(mkdtemp(path));
	return path;
}

static int said_remove(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	return remove(path);
}

void said_dir_remove(const char *path)
{
	nftw(path, said_remove, 8, FTW_DEPTH | FTW_PHYS);
}

const char *said_path(const char *dir, const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

void said_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

char *said_read(const char *path)
{
	FILE *f = fopen(path, "r"), *copy;
	char *text, piece[4096];
	size_t n, got;

	if (f == NULL)
		fail_msg("cannot open %s", path);
	copy = open_memstream(&text, &n);
	assert_non_null(copy);
	while ((got = fread(piece, 1, sizeof(piece), f)) > 0)
		fwrite(piece, 1, got, copy);
	fclose(copy);
	fclose(f);
	return text;
}

char *said_source(const char *path)
{
	const char *top = getenv("srcdir");
	char whole[1024];

	snprintf(whole, sizeof(whole), "%s/%s", top ? top : ".", path);
	return said_read(whole);
}
