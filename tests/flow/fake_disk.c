#include "fake_disk.h"

#include <errno.h>

#include "flow.h"
#include "serve/file_find.h"
#include "serve/file_read.h"

struct fake_disk fake_disk;

enum file_found	__real_file_find(struct file_find *, bool);
ssize_t		__real_file_read(int, void *, size_t, uint64_t);
ssize_t		__real_file_read_cached(int, void *, size_t, uint64_t);
enum file_found	__wrap_file_find(struct file_find *, bool);
ssize_t		__wrap_file_read(int, void *, size_t, uint64_t);
ssize_t		__wrap_file_read_cached(int, void *, size_t, uint64_t);

static bool fake_disk_is_cold(void)
{
	fake_disk.looks++;
	return fake_disk.state == DISK_COLD ||
	    (fake_disk.state == DISK_MIXED && fake_disk.looks % 2);
}

enum file_found __wrap_file_find(struct file_find *f, bool cached)
{
	if (!cached) {
		assert_true(flow_world.in_errand);
		fake_disk.waits++;
		return __real_file_find(f, false);
	}
	return fake_disk_is_cold() ? FILE_WOULD_WAIT : __real_file_find(f, true);
}

ssize_t __wrap_file_read(int fd, void *p, size_t n, uint64_t at)
{
	assert_true(flow_world.in_errand);
	fake_disk.waits++;
	errno = fake_disk.error;
	return fake_disk.error ? -1 : __real_file_read(fd, p, n, at);
}

/* Of what is in memory often not all is there. */
ssize_t __wrap_file_read_cached(int fd, void *p, size_t n, uint64_t at)
{
	if (fake_disk_is_cold()) {
		errno = EAGAIN;
		return -1;
	}
	if (fake_disk.state == DISK_MIXED && n > 5000)
		n = 5000;
	return __real_file_read_cached(fd, p, n, at);
}
