#include "serve/serve_files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "codec/http_date.h"
#include "codec/http_path.h"
#include "serve/beneath.h"
#include "serve/conditions.h"
#include "serve/media_type.h"

enum {
	SERVE_FILES_CHUNK = 64 * 1024,	/* read at a time, so that others get their turn */
	SERVE_FILES_HEADERS = 6,
	/* ms within which a file may change again without another time stamp: */
	SERVE_FILES_TICK = 50,		/* of a kernel that counts in jiffies */
	SERVE_FILES_SECONDS = 2000	/* of a file system that knows seconds only */
};

/* A file on its way to a client. */
struct serve_files {
	struct task	 task;
	struct exchange	*x;
	int		 fd;
	uint64_t	 at, left;
	bool		 full;		/* the client does not take more now */
	struct response	 response;	/* said with the first bytes; status 0: it has been */
	struct header	 headers[SERVE_FILES_HEADERS];
};

/* What a request is about. */
struct serve_file {
	char		*path;		/* below the directory; "." for itself */
	int		 fd;		/* -1: not open */
	struct stat	 stat;
	struct header	 headers[SERVE_FILES_HEADERS];
	unsigned	 n_headers;
};

static struct serve_files *serve_files_of(struct exchange *x)
{
	return x->state;
}

static void serve_files_free(struct serve_files *s)
{
	s->x->state = NULL;
	task_cancel(&s->task);
	close(s->fd);
	free(s);
}

/* Where the path goes on behind the route's prefix. */
static struct slice serve_files_rest(const struct exchange *x)
{
	const struct config_route *conf = x->route->conf;
	struct slice rest = x->request->path;
	size_t cut = 0;

	if (conf->path_kind == PATH_PREFIX || conf->path_kind == PATH_EXACT)
		cut = strlen(conf->path);
	rest = (struct slice){rest.p + cut, rest.n - cut};
	if (rest.n > 0 && rest.p[0] == '/')
		rest = (struct slice){rest.p + 1, rest.n - 1};
	return rest;
}

/*
 * One decoded segment may hold no slash and be no hidden file; dot segments are gone since the
 * path was normalised, and would be hidden files too.
 */
static bool serve_files_segment(struct slice raw, char *out, size_t *n)
{
	if (!http_path_decode(raw, false, out, n))
		return false;
	if (memchr(out, '/', *n) || memchr(out, '\0', *n))
		return false;
	return *n == 0 || out[0] != '.' || slice_eq((struct slice){out, *n}, SLICE(".well-known"));
}

/* The file's name below the directory. Room for the index is left behind it. */
static enum fault serve_files_name(struct exchange *x, struct serve_file *file)
{
	struct slice rest = serve_files_rest(x), raw;
	const char *index = x->route->conf->index;
	size_t used = 0, n;

	file->path = arena_alloc(&x->arena, rest.n + (index ? strlen(index) : 0) + 4);
	if (file->path == NULL)
		return FAULT_NO_MEMORY;
	for (bool first = true; slice_cut(&rest, '/', &raw); first = false) {
		if (!first)
			file->path[used++] = '/';
		if (!serve_files_segment(raw, file->path + used, &n))
			return FAULT_NOT_FOUND;
		used += n;
	}
	if (used == 0)
		file->path[used++] = '.';
	file->path[used] = '\0';
	return FAULT_NONE;
}

/* Why a file cannot be opened; the log tells what the client need not know. */
static enum fault serve_files_fault(const struct exchange *x, const char *path, int error)
{
	const struct config_route *conf = x->route->conf;
	enum fault f;

	switch (error) {
	case ENOENT:
	case ENOTDIR:
	case ENAMETOOLONG:
	case ELOOP:
	case ENXIO:
		return FAULT_NOT_FOUND;
	case EACCES:
	case EPERM:
	case EXDEV:
		f = FAULT_FORBIDDEN;
		break;
	case EMFILE:
	case ENFILE:
		f = FAULT_NO_FILES;
		break;
	default:
		f = FAULT_SYSTEM;
	}
	log_fault(f, "route %s: %s/%s: %s", conf->name, conf->static_dir, path,
	    error == EXDEV ? "leads out of the directory" : strerror(error));
	return f;
}

static enum fault serve_files_open_at(const struct exchange *x, int dir, struct serve_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = beneath_open(dir, file->path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (file->fd < 0)
		return serve_files_fault(x, file->path, errno);
	if (fstat(file->fd, &file->stat) != 0)
		return serve_files_fault(x, file->path, errno);
	return FAULT_NONE;
}

/* A directory is its index; names in it are relative to a path that ends with a slash. */
static enum fault serve_files_open_index(const struct exchange *x, int dir, struct serve_file *file)
{
	size_t n = strlen(file->path);

	if (x->route->conf->index == NULL)
		return FAULT_NOT_FOUND;
	if (n > 0 && file->path[n - 1] != '/')
		file->path[n++] = '/';
	strcpy(file->path + n, x->route->conf->index);
	return serve_files_open_at(x, dir, file);
}

/* *slash: this is a directory that was asked for as if it were a file. */
static enum fault serve_files_open_in(const struct exchange *x, int dir, struct serve_file *file,
    bool *slash)
{
	struct slice path = x->request->path;
	enum fault f = serve_files_open_at(x, dir, file);

	if (f != FAULT_NONE)
		return f;
	if (S_ISDIR(file->stat.st_mode)) {
		*slash = x->route->conf->path_kind != PATH_EXACT && !slice_ends(path, SLICE("/"));
		if (*slash)
			return FAULT_NONE;
		f = serve_files_open_index(x, dir, file);
	}
	if (f == FAULT_NONE && !S_ISREG(file->stat.st_mode))
		return FAULT_NOT_FOUND;
	return f;
}

/* The directory is opened each time, so that it may be replaced by another while we run. */
static enum fault serve_files_find(struct exchange *x, struct serve_file *file, bool *slash)
{
	const char *name = x->route->conf->static_dir;
	enum fault f = serve_files_name(x, file);

	if (f != FAULT_NONE)
		return f;
	int dir = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		log_fault(FAULT_SYSTEM, "route %s: %s: %s", x->route->conf->name, name,
		    strerror(errno));
		return FAULT_SYSTEM;
	}
	f = serve_files_open_in(x, dir, file, slash);
	close(dir);
	return f;
}

static enum fault serve_files_add_slash(struct exchange *x)
{
	const struct request *r = x->request;
	char *url = arena_printf(&x->arena, "%.*s/%s%.*s", SLICE_ARG(r->path),
	    r->query.p ? "?" : "", SLICE_ARG(r->query));

	if (url == NULL)
		return FAULT_NO_MEMORY;
	struct header location = {SLICE("Location"), slice_of(url)};
	exchange_answer(x, 308, &location, 1, NULL, SLICE(""));
	return FAULT_NONE;
}

static bool serve_files_settled(const struct timespec *modified)
{
	int64_t ms = (int64_t)modified->tv_sec * 1000 + modified->tv_nsec / 1000000;

	ms += modified->tv_nsec ? SERVE_FILES_TICK : SERVE_FILES_SECONDS;
	return (int64_t)clock_wall_ms() > ms;
}

/*
 * The entity tag is size and time. It is weak while the file is so young that it could change
 * again without either changing (RFC 9110 section 8.8.1).
 */
static bool serve_files_describe(struct exchange *x, const struct serve_file *file,
    struct conditions_subject *subject)
{
	const struct stat *st = &file->stat;
	bool settled = serve_files_settled(&st->st_mtim);
	char *etag = arena_printf(&x->arena, "%s\"%" PRIx64 "-%" PRIx64 ".%lx\"",
	    settled ? "" : "W/", (uint64_t)st->st_size, (uint64_t)st->st_mtim.tv_sec,
	    (long)st->st_mtim.tv_nsec);

	*subject = (struct conditions_subject){
		.etag = slice_of(etag),
		.modified = st->st_mtim.tv_sec,
		.size = (uint64_t)st->st_size,
	};
	return etag != NULL;
}

static void serve_files_add(struct serve_file *file, struct slice name, struct slice value)
{
	file->headers[file->n_headers++] = (struct header){name, value};
}

/* The headers that a 200 and a 304 share (RFC 9110 section 15.4.5), then those of content. */
static bool serve_files_headers(struct exchange *x, struct serve_file *file,
    const struct conditions_subject *subject, bool content)
{
	const char *name = strrchr(file->path, '/');
	char *date = arena_alloc(&x->arena, HTTP_DATE_SIZE + 1);

	if (date == NULL)
		return false;
	http_date_write(subject->modified, date);
	serve_files_add(file, SLICE("ETag"), subject->etag);
	serve_files_add(file, SLICE("Last-Modified"), (struct slice){date, HTTP_DATE_SIZE});
	if (!content)
		return true;
	serve_files_add(file, SLICE("Content-Type"),
	    slice_of(media_type_of(slice_of(name ? name + 1 : file->path))));
	serve_files_add(file, SLICE("X-Content-Type-Options"), SLICE("nosniff"));
	serve_files_add(file, SLICE("Accept-Ranges"), SLICE("bytes"));
	return true;
}

static bool serve_files_add_range(struct exchange *x, struct serve_file *file, uint64_t first,
    uint64_t n, uint64_t size)
{
	char *range = arena_printf(&x->arena, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, first,
	    first + n - 1, size);

	serve_files_add(file, SLICE("Content-Range"), slice_of(range));
	return range != NULL;
}

static void serve_files_run(struct task *t)
{
	struct serve_files *s = LIST_OWNER(t, struct serve_files, task);
	struct exchange *x = s->x;
	struct worker *w = x->client->worker;
	size_t want = s->left < SERVE_FILES_CHUNK ? (size_t)s->left : SERVE_FILES_CHUNK;

	ssize_t n = pread(s->fd, w->scratch, want, (off_t)s->at);
	if (n <= 0) {
		log_fault(FAULT_SYSTEM, "route %s: file became shorter while it was sent: %s",
		    x->route->conf->name, n < 0 ? strerror(errno) : "end of file");
		serve_files_free(s);
		exchange_fail(x, FAULT_SYSTEM);
		return;
	}
	if (s->response.status) {
		exchange_respond(x, &s->response);
		s->response.status = 0;
	}
	s->at += (uint64_t)n;
	s->left -= (uint64_t)n;
	struct iovec iov = {w->scratch, (size_t)n};
	enum flow flow = exchange_write(x, &iov, 1);
	if (s->left == 0) {
		serve_files_free(s);
		exchange_end(x);
		return;
	}
	s->full |= flow != FLOW_OK;
	if (!s->full)
		worker_resume(w, t);
}

/*
 * The bytes are read later: now the scratch still holds the client's. The head waits for the first
 * of them, so that a small file leaves with one send.
 */
static enum fault serve_files_send(struct exchange *x, struct serve_file *file, int status,
    uint64_t first, uint64_t n)
{
	struct serve_files *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return FAULT_NO_MEMORY;
	task_init(&s->task, serve_files_run);
	s->x = x;
	s->fd = file->fd;
	s->at = first;
	s->left = n;
	memcpy(s->headers, file->headers, sizeof(s->headers));
	s->response = (struct response){.status = status, .headers = s->headers,
	    .n_headers = file->n_headers, .length = (int64_t)n};
	file->fd = -1;
	x->state = s;
	worker_resume(x->client->worker, &s->task);
	return FAULT_NONE;
}

static enum fault serve_files_content(struct exchange *x, struct serve_file *file,
    const struct conditions_subject *subject, enum conditions_verdict verdict, uint64_t first,
    uint64_t n)
{
	int status = verdict == CONDITIONS_PART ? 206 : 200;

	if (!serve_files_headers(x, file, subject, true))
		return FAULT_NO_MEMORY;
	if (verdict == CONDITIONS_PART && !serve_files_add_range(x, file, first, n, subject->size))
		return FAULT_NO_MEMORY;
	if (n > 0 && !slice_eq(x->request->method, SLICE("HEAD")))
		return serve_files_send(x, file, status, first, n);
	exchange_respond(x, &(struct response){.status = status, .headers = file->headers,
	    .n_headers = file->n_headers, .length = (int64_t)n});
	exchange_end(x);
	return FAULT_NONE;
}

static enum fault serve_files_unsatisfiable(struct exchange *x, uint64_t size)
{
	char *range = arena_printf(&x->arena, "bytes */%" PRIu64, size);

	if (range == NULL)
		return FAULT_NO_MEMORY;
	struct header header = {SLICE("Content-Range"), slice_of(range)};
	exchange_answer(x, 416, &header, 1, "text/plain; charset=utf-8",
	    SLICE("416 Range Not Satisfiable\n"));
	return FAULT_NONE;
}

static enum fault serve_files_answer(struct exchange *x, struct serve_file *file)
{
	struct conditions_subject subject;
	uint64_t first, n;

	if (!serve_files_describe(x, file, &subject))
		return FAULT_NO_MEMORY;
	enum conditions_verdict verdict = conditions_judge(x, &subject, &first, &n);
	switch (verdict) {
	case CONDITIONS_WHOLE:
	case CONDITIONS_PART:
		return serve_files_content(x, file, &subject, verdict, first, n);
	case CONDITIONS_NOT_MODIFIED:
		if (!serve_files_headers(x, file, &subject, false))
			return FAULT_NO_MEMORY;
		exchange_answer(x, 304, file->headers, file->n_headers, NULL, SLICE(""));
		return FAULT_NONE;
	case CONDITIONS_FAILED:
		exchange_answer(x, 412, NULL, 0, "text/plain; charset=utf-8",
		    SLICE("412 Precondition Failed\n"));
		return FAULT_NONE;
	case CONDITIONS_UNSATISFIABLE:
		return serve_files_unsatisfiable(x, subject.size);
	}
	return FAULT_SYSTEM;
}

static enum fault serve_files_open(struct exchange *x)
{
	struct slice method = x->request->method;
	struct serve_file file = {.fd = -1};
	bool slash = false;

	x->state = NULL;
	if (!slice_eq(method, SLICE("GET")) && !slice_eq(method, SLICE("HEAD")))
		return FAULT_METHOD_NOT_ALLOWED;
	enum fault f = serve_files_find(x, &file, &slash);
	if (f == FAULT_NONE)
		f = slash ? serve_files_add_slash(x) : serve_files_answer(x, &file);
	if (file.fd >= 0)
		close(file.fd);
	return f;
}

static void serve_files_full(struct exchange *x)
{
	if (x->state)
		serve_files_of(x)->full = true;
}

static void serve_files_room(struct exchange *x)
{
	struct serve_files *s = serve_files_of(x);

	if (s == NULL)
		return;
	s->full = false;
	worker_resume(x->client->worker, &s->task);
}

static void serve_files_gone(struct exchange *x, enum fault f)
{
	(void)f;
	if (x->state)
		serve_files_free(x->state);
}

const struct handler serve_files_handler = {
	.name = "static",
	.open = serve_files_open,
	.full = serve_files_full,
	.room = serve_files_room,
	.gone = serve_files_gone,
};
