#include "serve/file_find.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "serve/beneath.h"

/* What stands behind the name of a twin. */
static const char *const file_endings[] = {
	[HTTP_CODING_GZIP] = ".gz", [HTTP_CODING_BR] = ".br",
};

/* Nothing waits for the other end of a fifo, and no terminal becomes ours. */
static int file_open(int root, const char *path, bool cached, struct stat *st)
{
	const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY;
	int fd = cached ? beneath_open_cached(root, path, flags) : beneath_open(root, path, flags);

	if (fd >= 0 && fstat(fd, st) != 0) {
		int error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

static enum file_found file_trouble(struct file_find *f, bool cached)
{
	f->error = errno;
	switch (errno) {
	case EAGAIN:
		return cached ? FILE_WOULD_WAIT : FILE_ERROR;
	case ENOENT:
	case ENOTDIR:
	case ENAMETOOLONG:
	case ELOOP:
	case ENXIO:
		return FILE_NOT_THERE;
	default:
		return FILE_ERROR;
	}
}

static void file_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static enum file_found file_find_plain(struct file_find *f, int root, bool cached)
{
	file_close(&f->fd);
	f->fd = file_open(root, f->path, cached, &f->stat);
	return f->fd < 0 ? file_trouble(f, cached) : FILE_FOUND;
}

/* A directory is its index. */
static enum file_found file_find_index(struct file_find *f, int root, bool cached)
{
	size_t n = strlen(f->path);

	if (f->index == NULL)
		return FILE_NOT_THERE;
	if (n > 0 && f->path[n - 1] != '/')
		f->path[n++] = '/';
	strcpy(f->path + n, f->index);
	return file_find_plain(f, root, cached);
}

static bool file_is_older(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

/* A twin that is older than its file is of an older file. NOT_THERE: there is none. */
static enum file_found file_find_twin(struct file_find *f, int root, bool cached,
    enum http_coding coding)
{
	size_t n = strlen(f->path);
	struct stat st;

	strcpy(f->path + n, file_endings[coding]);
	int fd = file_open(root, f->path, cached, &st);
	f->path[n] = '\0';
	if (fd < 0)
		return errno == EAGAIN && cached ? FILE_WOULD_WAIT : FILE_NOT_THERE;
	if (!S_ISREG(st.st_mode) || file_is_older(&st.st_mtim, &f->stat.st_mtim)) {
		close(fd);
		return FILE_NOT_THERE;
	}
	close(f->fd);
	f->fd = fd;
	f->stat = st;
	f->coding = coding;
	return FILE_FOUND;
}

/* The first in the order that is there. */
static enum file_found file_find_coded(struct file_find *f, int root, bool cached)
{
	enum file_found found = FILE_NO_CODING;
	unsigned looked = 0;

	for (unsigned i = 0; i < f->n_order && found == FILE_NO_CODING; i++) {
		if (f->order[i] == HTTP_CODING_IDENTITY)
			found = FILE_FOUND;
		else if (!f->media->packed) {
			found = file_find_twin(f, root, cached, f->order[i]);
			looked++;
		}
		if (found == FILE_NOT_THERE)
			found = FILE_NO_CODING;
	}
	f->varies = f->coding != HTTP_CODING_IDENTITY ||
	    (!f->media->packed && looked < HTTP_CODINGS - 1);
	return found;
}

static const struct media_type *file_media(const struct file_find *f)
{
	const char *name = strrchr(f->path, '/');

	return media_type_of(slice_of(name ? name + 1 : f->path));
}

static enum file_found file_find_in(struct file_find *f, int root, bool cached)
{
	enum file_found found = file_find_plain(f, root, cached);

	if (found == FILE_FOUND && S_ISDIR(f->stat.st_mode)) {
		if (!f->slash)
			return FILE_IS_DIRECTORY;
		found = file_find_index(f, root, cached);
	}
	if (found == FILE_FOUND && !S_ISREG(f->stat.st_mode))
		return FILE_NOT_THERE;
	if (found != FILE_FOUND)
		return found;
	f->media = file_media(f);
	return file_find_coded(f, root, cached);
}

/* The directory is opened each time, so that it may be replaced by another while we run. */
enum file_found file_find(struct file_find *f, bool cached)
{
	size_t n = strlen(f->path);
	enum file_found found;

	f->fd = -1;
	f->coding = HTTP_CODING_IDENTITY;
	f->varies = false;
	int root = beneath_root(f->dir, cached);
	if (root < 0) {
		found = file_trouble(f, cached);
		return found == FILE_NOT_THERE ? FILE_ERROR : found;
	}
	found = file_find_in(f, root, cached);
	close(root);
	if (found != FILE_FOUND)
		file_close(&f->fd);
	if (found == FILE_WOULD_WAIT)
		f->path[n] = '\0';
	return found;
}
