#include "file_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/framegate-files-XXXXXX";

void file_tree_path(char *out, size_t size, const char *name)
{
	assert_true((size_t)snprintf(out, size, "%s/%s", root, name) < size);
}

char file_tree_large(size_t at)
{
	return (char)(at * 31 + at / 251);
}

static void make_dir(const char *name)
{
	char path[128];

	file_tree_path(path, sizeof(path), name);
	assert_int_equal(mkdir(path, 0755), 0);
}

static void make_file(const char *name, const char *text, size_t n)
{
	char path[128];

	file_tree_path(path, sizeof(path), name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
	file_tree_touch(name, 1000000000);
}

static void make_link(const char *name, const char *to)
{
	char path[128];

	file_tree_path(path, sizeof(path), name);
	assert_int_equal(symlink(to, path), 0);
}

void file_tree_touch(const char *name, long seconds)
{
	struct timespec times[2] = {{seconds, 0}, {seconds, 0}};
	char path[128];

	file_tree_path(path, sizeof(path), name);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void make_large(void)
{
	char *large = malloc(FILE_TREE_LARGE);

	assert_non_null(large);
	for (size_t i = 0; i < FILE_TREE_LARGE; i++)
		large[i] = file_tree_large(i);
	make_file("web/large.bin", large, FILE_TREE_LARGE);
	free(large);
}

void file_tree_make(void)
{
	char path[128];

	strcpy(root + strlen(root) - 6, "XXXXXX");
	assert_non_null(mkdtemp(root));
	make_dir("web");
	make_dir("web/sub");
	make_dir("web/sub/deep");
	make_dir("web/.well-known");
	make_file("secret", "secret\n", 7);
	make_file("web/index.html", "index\n", 6);
	make_file("web/empty.txt", "", 0);
	make_large();
	make_file("web/a b.txt", "blank\n", 6);
	make_file("web/.hidden", "hidden\n", 7);
	make_file("web/.well-known/token", "token\n", 6);
	make_file("web/unreadable", "x", 1);
	make_file("web/sub/index.html", "sub\n", 4);
	make_file("web/sub/deep/file.txt", "deep\n", 5);
	file_tree_path(path, sizeof(path), "web/unreadable");
	assert_int_equal(chmod(path, 0), 0);
	file_tree_path(path, sizeof(path), "web/fifo");
	assert_int_equal(mkfifo(path, 0600), 0);
	make_link("web/inside", "sub/deep/file.txt");
	make_link("web/out_relative", "../secret");
	file_tree_path(path, sizeof(path), "secret");
	make_link("web/out_absolute", path);
	make_link("web/out_dir", "..");
	make_link("web/loop", "loop");
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

void file_tree_add_swap(void)
{
	make_dir("web/swap");
	make_dir("web/swap/there");
	make_file("web/swap/there/secret", "good\n", 5);
	make_link("web/swap/link", "../..");
}

void file_tree_add_coded(void)
{
	make_dir("web/coded");
	make_file("web/coded/index.html", "<i>", 3);
	make_file("web/coded/index.html.br", "<br>", 4);
	make_file("web/coded/dir.txt", "plain", 5);
	make_dir("web/coded/dir.txt.gz");
	make_file("web/coded/out.txt", "plain", 5);
	make_link("web/coded/out.txt.gz", "../../secret");
}

void file_tree_add(const char *name, const char *text)
{
	make_file(name, text, strlen(text));
}

void file_tree_remove(void)
{
	assert_int_equal(nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}
