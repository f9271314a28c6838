#include "serve/serve_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "codec/http_path.h"
#include "http/gateway_worker.h"
#include "loop/errand.h"
#include "serve/file_find.h"
#include "serve/file_head.h"
#include "serve/file_parts.h"
#include "serve/file_read.h"

enum { SERVE_FILES_CHUNK = 64 * 1024 };	/* read at a time, so that others get their turn */

/*
 * A request for a file, until all of it has been sent. While an errand is away only its thread
 * touches find and what is read; what the exchange must not take with it is held or stands here.
 */
struct serve_files {
	struct errand	 errand;
	struct task	 task;
	struct exchange	*x;		/* NULL: it has gone, and the errand is still away */
	const struct route *route;	/* in the snapshot */
	struct held	*snapshot;
	struct file_find find;
	enum file_found	 found;
	bool		 away;
	bool		 full;		/* the client does not take more now */
	uint64_t	 at, left;	/* of the file, or of the part of it */
	struct file_parts *parts;	/* NULL: one is all */
	struct slice	 before;	/* stands in front of the next bytes */
	uint8_t		*buffer;	/* what an errand has read */
	ssize_t		 got;		/* as file_read has it, with error */
	int		 error;
	int		 status;	/* said with the first bytes; 0: it has been */
	uint64_t	 length;
	struct file_head head;
	char		 path[];
};

static void serve_files_free(struct serve_files *s)
{
	task_cancel(&s->task);
	if (s->find.fd >= 0)
		close(s->find.fd);
	free(s->buffer);
	held_put(s->snapshot);
	free(s);
}

/* Everything of the request but its exchange, which is still to be answered or ended. */
static struct exchange *serve_files_leave(struct serve_files *s)
{
	struct exchange *x = s->x;

	x->state = NULL;
	serve_files_free(s);
	return x;
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

/* The file's name below the directory. */
static bool serve_files_name(struct slice rest, char *path)
{
	struct slice raw;
	size_t used = 0, n;

	for (bool first = true; slice_cut(&rest, '/', &raw); first = false) {
		if (!first)
			path[used++] = '/';
		if (!serve_files_segment(raw, path + used, &n))
			return false;
		used += n;
	}
	if (used == 0)
		path[used++] = '.';
	path[used] = '\0';
	return true;
}

/* Who says nothing about codings gets none. */
static unsigned serve_files_order(const struct exchange *x, enum http_coding order[HTTP_CODINGS])
{
	const struct request *r = x->request;
	struct http_codings codings;

	http_codings_init(&codings);
	for (unsigned i = 0; i < r->n_headers; i++)
		if (slice_ieq(r->headers[i].name, SLICE("Accept-Encoding")))
			http_codings_read(&codings, r->headers[i].value);
	return http_codings_order(&codings, order);
}

static void serve_files_ask(struct serve_files *s)
{
	const struct exchange *x = s->x;
	const struct config_route *conf = x->route->conf;

	s->find = (struct file_find){
		.dir = conf->static_dir,
		.index = conf->index,
		.path = s->path,
		.slash = conf->path_kind == PATH_EXACT || slice_ends(x->request->path, SLICE("/")),
		.fd = -1,
	};
	s->find.n_order = serve_files_order(x, s->find.order);
}

static void serve_files_run(struct task *);
static void serve_files_done(struct errand *);
static void serve_files_lost(struct errand *);

static enum fault serve_files_new(struct exchange *x, struct serve_files **made)
{
	struct slice rest = serve_files_rest(x);
	const char *index = x->route->conf->index;
	size_t room = rest.n + (index ? strlen(index) : 0) + FILE_FIND_ROOM;
	struct serve_files *s = calloc(1, sizeof(*s) + room);

	if (s == NULL)
		return FAULT_NO_MEMORY;
	if (!serve_files_name(rest, s->path)) {
		free(s);
		return FAULT_NOT_FOUND;
	}
	s->x = x;
	s->route = x->route;
	s->snapshot = x->snapshot ? held_get(x->snapshot) : NULL;
	task_init(&s->task, serve_files_run);
	errand_init(&s->errand, x->client->worker, serve_files_done, serve_files_lost);
	serve_files_ask(s);
	x->state = s;
	*made = s;
	return FAULT_NONE;
}

/* May the file's system be asked on the worker's thread? */
static bool serve_files_tells(const struct serve_files *s)
{
	return s->route->files && atomic_load_explicit(&s->route->files->tells,
	    memory_order_relaxed);
}

static enum fault serve_files_send_away(struct serve_files *s, void (*run)(struct errand *))
{
	enum fault f = errand_send(s->x->client->worker->gateway->errands, &s->errand, run);

	s->away = f == FAULT_NONE;
	return f;
}

/* Why there is no file to send; the log tells what the client need not know. */
static enum fault serve_files_fault(const struct serve_files *s)
{
	const struct file_find *find = &s->find;
	enum fault f = FAULT_SYSTEM;

	if (s->found == FILE_NO_CODING)
		return FAULT_NOT_ACCEPTABLE;
	if (s->found == FILE_NOT_THERE)
		return FAULT_NOT_FOUND;
	if (find->error == EACCES || find->error == EPERM || find->error == EXDEV)
		f = FAULT_FORBIDDEN;
	else if (find->error == EMFILE || find->error == ENFILE)
		f = FAULT_NO_FILES;
	log_fault(f, "route %s: %s/%s: %s", s->route->conf->name, find->dir, find->path,
	    find->error == EXDEV ? "leads out of the directory" : strerror(find->error));
	return f;
}

static enum fault serve_files_add_slash(struct serve_files *s)
{
	const struct request *r = s->x->request;
	char *url = arena_printf(&s->x->arena, "%.*s/%s%.*s", SLICE_ARG(r->path),
	    r->query.p ? "?" : "", SLICE_ARG(r->query));

	if (url == NULL)
		return FAULT_NO_MEMORY;
	struct header location = {SLICE("Location"), slice_of(url)};
	exchange_answer(serve_files_leave(s), 308, &location, 1, NULL, SLICE(""));
	return FAULT_NONE;
}

/* Without any of the file. */
static void serve_files_answer_short(struct serve_files *s, int status, const char *text)
{
	struct file_head head = s->head;

	exchange_answer(serve_files_leave(s), status, head.headers, head.n,
	    text ? "text/plain; charset=utf-8" : NULL, slice_of(text));
}

static void serve_files_say(struct serve_files *s)
{
	exchange_respond(s->x, &(struct response){.status = s->status, .headers = s->head.headers,
	    .n_headers = s->head.n, .length = (int64_t)s->length});
	s->status = 0;
}

/* False: there is no further part. */
static bool serve_files_begin_part(struct serve_files *s)
{
	struct file_parts *parts = s->parts;

	if (parts == NULL || parts->sent == parts->ranges.n)
		return false;
	s->at = parts->ranges.v[parts->sent].first;
	s->left = parts->ranges.v[parts->sent].n;
	s->before = parts->heads[parts->sent++];
	return true;
}

/* What is sent of the file, and of which type that is. */
static enum fault serve_files_choose(struct serve_files *s, const struct http_ranges *ranges,
    struct slice *type)
{
	*type = file_head_type(&s->find);
	s->at = ranges->v[0].first;
	s->left = s->length = ranges->v[0].n;
	if (ranges->n == 1)
		return FAULT_NONE;
	s->parts = file_parts_new(s->x, ranges, *type, s->head.subject.size);
	if (s->parts == NULL)
		return FAULT_NO_MEMORY;
	*type = s->parts->type;
	s->length = s->parts->length;
	serve_files_begin_part(s);
	return FAULT_NONE;
}

/*
 * The bytes are read later: now the scratch still holds the client's. The head waits for the first
 * of them, so that a small file leaves with one send.
 */
static enum fault serve_files_content(struct serve_files *s, enum conditions_verdict verdict,
    const struct http_ranges *ranges)
{
	struct exchange *x = s->x;
	struct slice type;
	enum fault f = serve_files_choose(s, ranges, &type);

	if (f == FAULT_NONE)
		f = file_head_make(&s->head, x, &s->find, type);
	if (f == FAULT_NONE && verdict == CONDITIONS_PART && s->parts == NULL)
		f = file_head_range(&s->head, x, s->at, s->left);
	if (f != FAULT_NONE)
		return f;
	s->status = verdict == CONDITIONS_PART ? 206 : 200;
	if (s->left > 0 && !slice_eq(x->request->method, SLICE("HEAD"))) {
		worker_resume(x->client->worker, &s->task);
		return FAULT_NONE;
	}
	serve_files_say(s);
	exchange_end(serve_files_leave(s));
	return FAULT_NONE;
}

/* A fault: nothing was answered, and all is as it was. */
static enum fault serve_files_answer(struct serve_files *s)
{
	struct http_ranges ranges;
	enum fault f = file_head_describe(&s->head, s->x, &s->find);

	if (f != FAULT_NONE)
		return f;
	enum conditions_verdict verdict = conditions_judge(s->x, &s->head.subject, &ranges);
	switch (verdict) {
	case CONDITIONS_WHOLE:
	case CONDITIONS_PART:
		return serve_files_content(s, verdict, &ranges);
	case CONDITIONS_NOT_MODIFIED:
		f = file_head_make(&s->head, s->x, &s->find, (struct slice){NULL, 0});
		if (f == FAULT_NONE)
			serve_files_answer_short(s, 304, NULL);
		return f;
	case CONDITIONS_FAILED:
		serve_files_answer_short(s, 412, "412 Precondition Failed\n");
		return FAULT_NONE;
	case CONDITIONS_UNSATISFIABLE:
		f = file_head_range(&s->head, s->x, 0, 0);
		if (f == FAULT_NONE)
			serve_files_answer_short(s, 416, "416 Range Not Satisfiable\n");
		return f;
	}
	return FAULT_SYSTEM;
}

static void serve_files_find_away(struct errand *e)
{
	struct serve_files *s = LIST_OWNER(e, struct serve_files, errand);

	s->found = file_find(&s->find, false);
	if (s->found == FILE_FOUND && s->route->files)
		atomic_store_explicit(&s->route->files->tells, file_read_tells(s->find.fd),
		    memory_order_relaxed);
}

/* A fault: s is no more, and the exchange is to be answered for it. */
static enum fault serve_files_found(struct serve_files *s)
{
	enum fault f;

	if (s->found == FILE_WOULD_WAIT)
		f = serve_files_send_away(s, serve_files_find_away);
	else if (s->found == FILE_IS_DIRECTORY)
		f = serve_files_add_slash(s);
	else
		f = s->found == FILE_FOUND ? serve_files_answer(s) : serve_files_fault(s);
	if (f != FAULT_NONE)
		serve_files_leave(s);
	return f;
}

static enum fault serve_files_open(struct exchange *x)
{
	struct slice method = x->request->method;
	struct serve_files *s;

	x->state = NULL;
	if (!slice_eq(method, SLICE("GET")) && !slice_eq(method, SLICE("HEAD")))
		return FAULT_METHOD_NOT_ALLOWED;
	enum fault f = serve_files_new(x, &s);
	if (f != FAULT_NONE)
		return f;
	s->found = serve_files_tells(s) ? file_find(&s->find, true) : FILE_WOULD_WAIT;
	return serve_files_found(s);
}

/* It cannot be read: broken off where something of it has been sent. */
static void serve_files_break(struct serve_files *s, ssize_t n, int error)
{
	enum fault f = n < 0 && error == ENOMEM ? FAULT_NO_MEMORY : FAULT_SYSTEM;

	log_fault(f, "route %s: %s/%s: %s", s->route->conf->name, s->find.dir, s->find.path,
	    n < 0 ? strerror(error) : "the file became shorter while it was sent");
	exchange_fail(serve_files_leave(s), f);
}

/* All has been sent. */
static void serve_files_finish(struct serve_files *s)
{
	if (s->parts)
		exchange_write(s->x, &(struct iovec){(void *)(uintptr_t)s->parts->end.p,
		    s->parts->end.n}, 1);
	exchange_end(serve_files_leave(s));
}

/* Bytes of the file, and what stands before them. */
static enum flow serve_files_write(struct serve_files *s, void *p, size_t n)
{
	struct iovec iov[2] = {{(void *)(uintptr_t)s->before.p, s->before.n}, {p, n}};
	int skipped = s->before.n == 0;

	s->before.n = 0;
	s->at += n;
	s->left -= n;
	return exchange_write(s->x, iov + skipped, 2 - skipped);
}

/* What has been read goes out, from the scratch or from an errand's buffer. */
static void serve_files_take(struct serve_files *s, void *p, ssize_t n, int error)
{
	struct exchange *x = s->x;

	if (n <= 0) {
		serve_files_break(s, n, error);
		return;
	}
	if (s->status)
		serve_files_say(s);
	enum flow flow = serve_files_write(s, p, (size_t)n);
	if (s->left == 0 && !serve_files_begin_part(s)) {
		serve_files_finish(s);
		return;
	}
	s->full |= flow != FLOW_OK;
	if (!s->full)
		worker_resume(x->client->worker, &s->task);
}

static size_t serve_files_want(const struct serve_files *s)
{
	return s->left < SERVE_FILES_CHUNK ? (size_t)s->left : SERVE_FILES_CHUNK;
}

static void serve_files_read_away(struct errand *e)
{
	struct serve_files *s = LIST_OWNER(e, struct serve_files, errand);
	size_t want = serve_files_want(s);

	s->got = -1;
	s->error = ENOMEM;
	s->buffer = malloc(want);
	if (s->buffer == NULL)
		return;
	s->got = file_read(s->find.fd, s->buffer, want, s->at);
	s->error = errno;
}

/* What is not in memory is fetched by somebody who may wait for it. */
static void serve_files_run(struct task *t)
{
	struct serve_files *s = LIST_OWNER(t, struct serve_files, task);
	uint8_t *scratch = s->x->client->worker->scratch;
	ssize_t n = -1;

	if (s->full)
		return;
	errno = EAGAIN;
	if (serve_files_tells(s))
		n = file_read_cached(s->find.fd, scratch, serve_files_want(s), s->at);
	if (n >= 0 || errno != EAGAIN) {
		serve_files_take(s, scratch, n, errno);
		return;
	}
	enum fault f = serve_files_send_away(s, serve_files_read_away);
	if (f != FAULT_NONE)
		exchange_fail(serve_files_leave(s), f);
}

/* The buffer is only referred to until the flush. */
static void serve_files_done(struct errand *e)
{
	struct serve_files *s = LIST_OWNER(e, struct serve_files, errand);
	struct worker *w = e->worker;
	struct exchange *x = s->x;
	uint8_t *buffer = s->buffer;

	s->away = false;
	if (x == NULL) {
		serve_files_free(s);
		return;
	}
	if (e->run == serve_files_find_away) {
		enum fault f = serve_files_found(s);
		if (f != FAULT_NONE)
			exchange_fail(x, f);
		return;
	}
	s->buffer = NULL;
	serve_files_take(s, buffer, s->got, s->error);
	worker_flush(w);
	free(buffer);
}

static void serve_files_lost(struct errand *e)
{
	serve_files_free(LIST_OWNER(e, struct serve_files, errand));
}

static void serve_files_full(struct exchange *x)
{
	struct serve_files *s = x->state;

	if (s)
		s->full = true;
}

static void serve_files_room(struct exchange *x)
{
	struct serve_files *s = x->state;

	if (s == NULL || !s->full)
		return;
	s->full = false;
	if (!s->away)
		worker_resume(x->client->worker, &s->task);
}

/* What a thread has begun it ends; nobody waits for it. */
static void serve_files_gone(struct exchange *x, enum fault f)
{
	struct serve_files *s = x->state;

	(void)f;
	if (s == NULL)
		return;
	x->state = NULL;
	s->x = NULL;
	if (!s->away || errand_recall(&s->errand))
		serve_files_free(s);
}

const struct handler serve_files_handler = {
	.name = "static",
	.open = serve_files_open,
	.full = serve_files_full,
	.room = serve_files_room,
	.gone = serve_files_gone,
};
