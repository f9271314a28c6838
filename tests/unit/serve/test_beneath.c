/* No path leads out of a directory, by neither way of opening. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_tree.h"
#include "serve/beneath.h"

static int dir;

static int begin(void **state)
{
	char path[128];

	(void)state;
	file_tree_make();
	file_tree_path(path, sizeof(path), "web");
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return dir < 0;
}

static int end(void **state)
{
	(void)state;
	close(dir);
	file_tree_remove();
	return 0;
}

static int try(int (*how)(int, const char *, int), const char *path)
{
	int fd = how(dir, path, O_RDONLY | O_NONBLOCK);
	int error = fd < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return error;
}

static void test_open(void **state)
{
	static const struct {
		const char	*path;
		int		 error;		/* of beneath_open */
		int		 walk;		/* of beneath_walk */
	} rows[] = {
		{"index.html", 0, 0},
		{".", 0, 0},
		{"sub", 0, 0},
		{"sub/", 0, 0},
		{"sub/deep/file.txt", 0, 0},
		{"./sub/deep/./file.txt", 0, 0},
		{"none", ENOENT, ENOENT},
		{"index.html/", ENOTDIR, ENOTDIR},
		{"index.html/x", ENOTDIR, ENOTDIR},
		{"..", EXDEV, EXDEV},
		{"../secret", EXDEV, EXDEV},
		{"sub/../../secret", EXDEV, EXDEV},
		{"/etc/passwd", EXDEV, ENOENT},
		{"out_relative", EXDEV, ELOOP},
		{"out_absolute", EXDEV, ELOOP},
		{"out_dir/secret", EXDEV, ENOTDIR},
		{"inside", 0, ELOOP},
		{"loop", ELOOP, ELOOP},
		{"", ENOENT, ENOENT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int error = try(beneath_open, rows[i].path), walk = try(beneath_walk, rows[i].path);
		/* Without openat2 both walk. */
		if ((error != rows[i].error && error != walk) || walk != rows[i].walk)
			fail_msg("%s: %s, walking %s", rows[i].path, strerror(error),
			    strerror(walk));
	}
}

static void test_long_name(void **state)
{
	char path[600];

	(void)state;
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(try(beneath_open, path), ENAMETOOLONG);
	assert_int_equal(try(beneath_walk, path), ENAMETOOLONG);
}

static _Atomic bool swapping;

/* A directory becomes a link to what lies outside, and again a directory, all the time. */
static void *swap(void *arg)
{
	char there[128], link[128];

	(void)arg;
	file_tree_path(there, sizeof(there), "web/swap/there");
	file_tree_path(link, sizeof(link), "web/swap/link");
	while (swapping)
		renameat2(AT_FDCWD, there, AT_FDCWD, link, RENAME_EXCHANGE);
	return NULL;
}

static void opens_no_secret(int (*how)(int, const char *, int), const char *path)
{
	char text[8];
	int fd = how(dir, path, O_RDONLY);

	if (fd < 0)
		return;
	ssize_t n = read(fd, text, sizeof(text));
	close(fd);
	if (n != 5 || memcmp(text, "good\n", 5) != 0)
		fail_msg("%s: what is outside was opened", path);
}

static void test_swap(void **state)
{
	pthread_t thread;

	(void)state;
	file_tree_add_swap();
	swapping = true;
	assert_int_equal(pthread_create(&thread, NULL, swap, NULL), 0);
	for (int i = 0; i < 10000; i++) {
		opens_no_secret(beneath_open, "swap/there/secret");
		opens_no_secret(beneath_open, "swap/link/secret");
		opens_no_secret(beneath_open_cached, "swap/there/secret");
		opens_no_secret(beneath_walk, "swap/there/secret");
		opens_no_secret(beneath_walk, "swap/link/secret");
	}
	swapping = false;
	pthread_join(thread, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_swap),
		cmocka_unit_test(test_long_name),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
