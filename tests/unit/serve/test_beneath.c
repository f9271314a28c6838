/* No path leads out of a directory, by neither way of opening. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_long_name),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
