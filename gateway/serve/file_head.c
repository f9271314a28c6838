#include "serve/file_head.h"

#include <inttypes.h>
#include <string.h>

#include "codec/http_date.h"
#include "serve/media_type.h"

enum {
	/* ms within which a file may change again without another time stamp: */
	FILE_TICK = 50,		/* of a kernel that counts in jiffies */
	FILE_SECONDS = 2000	/* of a file system that knows seconds only */
};

static bool file_is_settled(const struct timespec *modified)
{
	int64_t ms = (int64_t)modified->tv_sec * 1000 + modified->tv_nsec / 1000000;

	ms += modified->tv_nsec ? FILE_TICK : FILE_SECONDS;
	return (int64_t)clock_wall_ms() > ms;
}

enum fault file_head_describe(struct file_head *h, struct exchange *x, const struct file_find *f)
{
	const struct stat *st = &f->stat;
	struct slice coding = http_coding_name(f->coding);
	char *etag = arena_printf(&x->arena, "%s\"%" PRIx64 "-%" PRIx64 ".%lx%s%.*s\"",
	    file_is_settled(&st->st_mtim) ? "" : "W/", (uint64_t)st->st_size,
	    (uint64_t)st->st_mtim.tv_sec, (long)st->st_mtim.tv_nsec, coding.n ? "-" : "",
	    SLICE_ARG(coding));

	h->n = 0;
	h->subject = (struct conditions_subject){
		.etag = slice_of(etag),
		.modified = st->st_mtim.tv_sec,
		.size = (uint64_t)st->st_size,
		/* Whether its coding would be that of each part, or of all, clients differ. */
		.ranges = f->coding == HTTP_CODING_IDENTITY ? HTTP_RANGES : 1,
	};
	return etag ? FAULT_NONE : FAULT_NO_MEMORY;
}

static void file_head_add(struct file_head *h, struct slice name, struct slice value)
{
	h->headers[h->n++] = (struct header){name, value};
}

struct slice file_head_type(const struct file_find *f)
{
	const char *name = strrchr(f->path, '/');

	return slice_of(media_type_of(slice_of(name ? name + 1 : f->path)));
}

enum fault file_head_make(struct file_head *h, struct exchange *x, const struct file_find *f,
    struct slice type)
{
	char *date = arena_alloc(&x->arena, HTTP_DATE_SIZE + 1);

	if (date == NULL)
		return FAULT_NO_MEMORY;
	http_date_write(h->subject.modified, date);
	file_head_add(h, SLICE("ETag"), h->subject.etag);
	file_head_add(h, SLICE("Last-Modified"), (struct slice){date, HTTP_DATE_SIZE});
	if (f->varies)
		file_head_add(h, SLICE("Vary"), SLICE("Accept-Encoding"));
	if (type.p == NULL)
		return FAULT_NONE;
	file_head_add(h, SLICE("Content-Type"), type);
	if (f->coding != HTTP_CODING_IDENTITY)
		file_head_add(h, SLICE("Content-Encoding"), http_coding_name(f->coding));
	file_head_add(h, SLICE("X-Content-Type-Options"), SLICE("nosniff"));
	file_head_add(h, SLICE("Accept-Ranges"), SLICE("bytes"));
	return FAULT_NONE;
}

enum fault file_head_range(struct file_head *h, struct exchange *x, uint64_t first, uint64_t n)
{
	const uint64_t size = h->subject.size;
	char *range = n == 0 ? arena_printf(&x->arena, "bytes */%" PRIu64, size)
	    : arena_printf(&x->arena, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, first,
	    first + n - 1, size);

	file_head_add(h, SLICE("Content-Range"), slice_of(range));
	return range ? FAULT_NONE : FAULT_NO_MEMORY;
}
