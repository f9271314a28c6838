#include "upstream/token_load.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum {
	TOKEN_LOAD_SIZE = 64 * 1024 * 1024,	/* of a file */
	TOKEN_LOAD_SAID = 10,			/* lines of a file that are complained about */
	TOKEN_LOAD_FRESH = 100			/* ms within which a clock may not have moved on */
};

void token_source_init(struct token_source *s, const char *path, unsigned max_sessions)
{
	*s = (struct token_source){.path = path, .max_sessions = max_sessions, .watch_fd = -1};
}

void token_source_fini(struct token_source *s)
{
	if (s->watch_fd >= 0)
		close(s->watch_fd);
}

static bool token_source_is_same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool token_source_changed(struct token_source *s)
{
	char events[4096];
	struct stat st;

	if (!s->known)
		return true;
	if (s->watch_fd >= 0)
		return read(s->watch_fd, events, sizeof(events)) > 0;
	return stat(s->path, &st) != 0 || st.st_dev != s->dev || st.st_ino != s->ino ||
	    st.st_size != s->size || !token_source_is_same_time(st.st_mtim, s->mtime) ||
	    !token_source_is_same_time(st.st_ctim, s->ctime);
}

/* A second change within one tick of the file system's clock would not be seen. */
static bool token_source_is_fresh(struct timespec changed)
{
	int64_t at = (int64_t)changed.tv_sec * 1000 + changed.tv_nsec / 1000000;

	return (int64_t)clock_wall_ms() - at < TOKEN_LOAD_FRESH;
}

/* Before anything is read: what changes meanwhile will show as a change. */
static void token_source_note(struct token_source *s, const struct stat *st)
{
	token_source_fini(s);
	s->watch_fd = -1;
	if (S_ISDIR(st->st_mode)) {
		s->watch_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
		s->known = s->watch_fd >= 0 && inotify_add_watch(s->watch_fd, s->path,
		    IN_CLOSE_WRITE | IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVE | IN_DELETE_SELF |
		    IN_MOVE_SELF) >= 0;
		return;
	}
	s->dev = st->st_dev;
	s->ino = st->st_ino;
	s->size = st->st_size;
	s->mtime = st->st_mtim;
	s->ctime = st->st_ctim;
	s->known = !token_source_is_fresh(st->st_ctim);
}

/* One load of one source. */
struct token_load {
	const struct token_table	*before;
	struct token_table		*table;
	unsigned			 max_sessions;
};

static enum fault token_load_text(struct token_load *load, const char *path, struct slice text)
{
	struct token_file file = {text, 0};
	struct token_entry e;
	const char *wrong;
	unsigned said = 0;

	while (token_file_read(&file, &e, &wrong)) {
		bool again = false;
		if (wrong == NULL) {
			enum fault f = token_table_add(load->table, &e, load->before,
			    load->max_sessions, &again);
			if (f != FAULT_NONE)
				return f;
		}
		if (again)
			wrong = "its token was there before; this line counts";
		if (wrong && said++ < TOKEN_LOAD_SAID)
			log_line(LOG_LEVEL_WARN, "%s:%u: %s", path, file.line, wrong);
	}
	if (said > TOKEN_LOAD_SAID)
		log_line(LOG_LEVEL_WARN, "%s: %u more such lines", path, said - TOKEN_LOAD_SAID);
	return FAULT_NONE;
}

static enum fault token_load_complain(const char *path, const char *why)
{
	log_line(LOG_LEVEL_ERROR, "cannot read the tokens in %s: %s", path, why);
	return FAULT_SYSTEM;
}

static enum fault token_load_read(struct token_load *load, const char *path, int fd)
{
	enum fault f = FAULT_NONE;
	char *text = NULL;
	size_t n = 0, room = 0;
	ssize_t got;

	do {
		if (n == room) {
			char *more = realloc(text, room = room ? 2 * room : 65536);
			if (more == NULL) {
				free(text);
				return FAULT_NO_MEMORY;
			}
			text = more;
		}
		got = read(fd, text + n, room - n);
		n += got > 0 ? (size_t)got : 0;
	} while (got > 0 && n <= TOKEN_LOAD_SIZE);
	if (got < 0)
		f = token_load_complain(path, strerror(errno));
	else if (got > 0)
		f = token_load_complain(path, "it is larger than 64M");
	else
		f = token_load_text(load, path, (struct slice){text, n});
	free(text);
	return f;
}

/* What is gone by now has no tokens; what is no file, in a directory, is not looked at. */
static enum fault token_load_file(struct token_load *load, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	enum fault f = FAULT_NONE;

	if (fd < 0)
		return errno == ENOENT ? FAULT_NONE : token_load_complain(path, strerror(errno));
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		f = token_load_read(load, path, fd);
	close(fd);
	return f;
}

static enum fault token_load_directory(struct token_load *load, const char *path)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort);
	enum fault f = FAULT_NONE;

	if (n < 0)
		return errno == ENOENT ? FAULT_NONE : token_load_complain(path, strerror(errno));
	for (int i = 0; i < n; i++) {
		char file[4096];
		int size = snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
		if (f == FAULT_NONE && size > 0 && (size_t)size < sizeof(file))
			f = token_load_file(load, file);
		free(names[i]);
	}
	free(names);
	return f;
}

enum fault token_load(struct token_source *s, const struct token_table *before,
    struct token_table **made)
{
	struct token_load load = {before, token_table_new(), s->max_sessions};
	struct stat st;
	enum fault f = FAULT_NONE;

	if (load.table == NULL)
		return FAULT_NO_MEMORY;
	s->known = false;
	if (stat(s->path, &st) == 0) {
		token_source_note(s, &st);
		f = S_ISDIR(st.st_mode) ? token_load_directory(&load, s->path)
		    : token_load_file(&load, s->path);
	} else if (errno != ENOENT) {
		f = token_load_complain(s->path, strerror(errno));
	}
	if (f == FAULT_NONE)
		*made = load.table;
	else
		held_put(&load.table->held);
	return f;
}
