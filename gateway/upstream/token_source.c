#include "upstream/token_source.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum {
	/* Permissions, too: who could not be read may be readable now. */
	TOKEN_SOURCE_EVENTS = IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE |
	    IN_MOVE | IN_DELETE_SELF | IN_MOVE_SELF,
	TOKEN_SOURCE_FRESH = 100	/* ms within which a clock may not have moved on */
};

void token_source_init(struct token_source *s, const char *path)
{
	*s = (struct token_source){.path = path, .watch_fd = -1, .again = CLOCK_NEVER};
}

void token_source_fini(struct token_source *s)
{
	if (s->watch_fd >= 0)
		close(s->watch_fd);
	s->watch_fd = -1;
}

static bool token_source_is_same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool token_source_is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	    token_source_is_same_time(a->st_mtim, b->st_mtim) &&
	    token_source_is_same_time(a->st_ctim, b->st_ctim);
}

/* The path of a directory that is watched may lead to another one by now. */
bool token_source_changed(struct token_source *s)
{
	char events[4096];
	struct stat st;

	if (!s->known || clock_mono_ms() >= s->again)
		return true;
	if (stat(s->path, &st) != 0 || !token_source_is_same(&st, &s->seen))
		return true;
	return s->watch_fd >= 0 && read(s->watch_fd, events, sizeof(events)) > 0;
}

/* A second change within one tick of the file system's clock would not be seen. */
static bool token_source_is_fresh(struct timespec changed)
{
	int64_t at = (int64_t)changed.tv_sec * 1000 + changed.tv_nsec / 1000000;

	return (int64_t)clock_wall_ms() - at < TOKEN_SOURCE_FRESH;
}

static void token_source_be_blind(struct token_source *s, const char *path, const char *why)
{
	if (!s->said)
		log_line(LOG_LEVEL_WARN, "%s: changes of %s cannot be noticed (%s), so that all of "
		    "it is read anew for each session", s->path, path, why);
	s->known = false;
	s->blind = s->said = true;
}

void token_source_follow(struct token_source *s, const char *path)
{
	if (s->watch_fd >= 0 && inotify_add_watch(s->watch_fd, path, TOKEN_SOURCE_EVENTS) < 0)
		token_source_be_blind(s, path, strerror(errno));
}

void token_source_begin(struct token_source *s, const struct stat *st)
{
	token_source_fini(s);
	s->known = false;
	s->again = CLOCK_NEVER;
	s->said = s->blind;
	s->blind = false;
	if (st == NULL)
		return;
	s->seen = *st;
	s->known = S_ISDIR(st->st_mode) || !token_source_is_fresh(st->st_ctim);
	if (!S_ISDIR(st->st_mode))
		return;
	s->watch_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (s->watch_fd < 0)
		token_source_be_blind(s, s->path, strerror(errno));
	else
		token_source_follow(s, s->path);
}

void token_source_failed(struct token_source *s)
{
	s->again = clock_mono_ms() + TOKEN_SOURCE_RETRY;
}
