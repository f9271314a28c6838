#include "config/source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/slice.h"

enum { SOURCE_FIRST = 16 * 1024 };

static const char source_bom[] = "\xef\xbb\xbf";	/* what some editors begin a file with */

static struct source *source_new(struct sources *set, const char *name, const struct source *from)
{
	struct source *s = arena_alloc(set->texts, sizeof(*s));

	if (s == NULL)
		return NULL;
	*s = (struct source){.from = from, .name = arena_copy(set->names, slice_of(name)).p};
	return s->name ? s : NULL;
}

/* Makes it one of the set, unless that would be too much. */
static const struct source *source_keep(struct sources *set, struct source *s, const char **why)
{
	unsigned depth = 0;

	for (const struct source *f = s->from; f; f = f->from)
		depth++;
	if (depth > SOURCE_DEPTH)
		*why = "files include each other too deeply";
	else if (set->count >= SOURCE_FILES)
		*why = "too many files are included";
	else if (memchr(s->text, '\0', s->n))
		*why = "it holds a NUL byte, so it is no text";
	if (*why)
		return NULL;
	if (strncmp(s->text, source_bom, sizeof(source_bom) - 1) == 0) {
		s->text += sizeof(source_bom) - 1;
		s->n -= sizeof(source_bom) - 1;
	}
	set->count++;
	set->bytes += s->n;
	s->older = set->newest;
	return set->newest = s;
}

/* All there is to read, with a NUL behind it. */
static bool source_slurp(struct sources *set, int fd, struct source *s, const char **why)
{
	size_t size = SOURCE_FIRST;
	char *text = arena_alloc(set->texts, size + 1);

	while (text) {
		ssize_t got = read(fd, text + s->n, size - s->n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			*why = strerror(errno);
			return false;
		}
		if (got == 0)
			break;
		s->n += (size_t)got;
		if (set->bytes + s->n > SOURCE_BYTES) {
			*why = "it is too large for a configuration";
			return false;
		}
		if (s->n < size)
			continue;
		char *more = arena_alloc(set->texts, 2 * size + 1);
		if (more)
			memcpy(more, text, s->n);
		text = more;
		size *= 2;
	}
	s->text = text;
	return text != NULL;
}

/* The directory that a file stands in, absolute. */
static const char *source_dir(struct arena *arena, const char *path)
{
	char real[PATH_MAX];
	const char *slash = strrchr(path, '/');
	const char *dir = slash == NULL ? "." : slash == path ? "/"
	    : arena_copy(arena, (struct slice){path, (size_t)(slash - path)}).p;

	if (dir == NULL)
		return NULL;
	return arena_copy(arena, slice_of(realpath(dir, real) ? real : dir)).p;
}

const struct source *source_read(struct sources *set, const char *path, const struct source *from,
    const char **why)
{
	struct source *s = source_new(set, path, from);
	struct stat st;

	*why = NULL;
	if (s == NULL || (s->dir = source_dir(set->names, path)) == NULL)
		return NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) != 0)
		*why = strerror(errno);
	else if (S_ISDIR(st.st_mode))
		*why = strerror(EISDIR);
	bool ok = *why == NULL && source_slurp(set, fd, s, why);
	if (fd >= 0)
		close(fd);
	if (!ok)
		return NULL;
	s->dev = st.st_dev;
	s->ino = st.st_ino;
	return source_keep(set, s, why);
}

const struct source *source_text(struct sources *set, const char *name, const char *text,
    const char **why)
{
	struct source *s = source_new(set, name, NULL);

	*why = NULL;
	if (s == NULL)
		return NULL;
	s->text = text;
	s->n = strlen(text);
	if (s->n > SOURCE_BYTES) {
		*why = "it is too large for a configuration";
		return NULL;
	}
	return source_keep(set, s, why);
}

const char *source_beside(struct arena *arena, const struct source *s, const char *path)
{
	const char *slash = strrchr(s->name, '/');
	int dir = slash && path[0] != '/' ? (int)(slash + 1 - s->name) : 0;

	return arena_printf(arena, "%.*s%s", dir, s->name, path);
}

const char *source_path(struct arena *arena, const struct source *s, const char *path)
{
	if (s == NULL || s->dir == NULL || path[0] == '/')
		return arena_copy(arena, slice_of(path)).p;
	while (strncmp(path, "./", 2) == 0)
		path += 1 + strspn(path + 1, "/");
	return arena_printf(arena, "%s/%s", strcmp(s->dir, "/") == 0 ? "" : s->dir, path);
}

static bool source_same(const struct source *a, const struct source *b)
{
	return a->dir && b->dir && a->dev == b->dev && a->ino == b->ino;
}

const struct source *source_twin(const struct source *s)
{
	const struct source *o = s->older;

	while (o && !source_same(o, s))
		o = o->older;
	return o;
}

const struct source *source_circle(const struct source *s)
{
	const struct source *o = s->from;

	while (o && !source_same(o, s))
		o = o->from;
	return o;
}
