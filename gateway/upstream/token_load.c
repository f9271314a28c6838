#include "upstream/token_load.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

enum { TOKEN_LOAD_SAID = 10 };	/* lines of a file that are complained about */

/* One load of one source. */
struct token_load {
	struct token_source		*source;
	const struct token_table	*before;
	struct token_table		*table;
	unsigned			 max_sessions;
	size_t				 left;	/* bytes that may still be read */
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
	log_fault_words(FAULT_SYSTEM, "cannot read the tokens in %s: %s", path, why);
	return FAULT_SYSTEM;
}

static enum fault token_load_errno(const char *path, int error)
{
	if (error == ENOMEM)
		return FAULT_NO_MEMORY;
	token_load_complain(path, strerror(error));
	return error == EMFILE || error == ENFILE ? FAULT_NO_FILES : FAULT_SYSTEM;
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
	} while (got > 0 && n <= load->left);
	if (got < 0) {
		f = token_load_errno(path, errno);
	} else if (got > 0) {
		f = token_load_complain(path, "with it there are more than 64M");
	} else {
		load->left -= n;
		f = token_load_text(load, path, (struct slice){text, n});
	}
	free(text);
	return f;
}

/* What is gone by now has no tokens. It is looked at before it is opened: a device might mind. */
static enum fault token_load_file(struct token_load *load, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return errno == ENOENT ? FAULT_NONE : token_load_errno(path, errno);
	if (!S_ISREG(st.st_mode))
		return FAULT_NONE;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? FAULT_NONE : token_load_errno(path, errno);
	enum fault f = token_load_read(load, path, fd);
	close(fd);
	return f;
}

/* One bad file does not keep the others from being read, and so does not keep tokens alive. */
static enum fault token_load_entry(struct token_load *load, const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		token_source_follow(load->source, path);
	enum fault f = token_load_file(load, path);
	if (f != FAULT_SYSTEM)
		return f;
	token_source_failed(load->source);
	return FAULT_NONE;
}

static enum fault token_load_directory(struct token_load *load, const char *path)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort);
	enum fault f = FAULT_NONE;

	if (n < 0)
		return errno == ENOENT ? FAULT_NONE : token_load_errno(path, errno);
	for (int i = 0; i < n; i++) {
		char file[4096];
		int size = snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
		if (f == FAULT_NONE && size > 0 && (size_t)size < sizeof(file))
			f = token_load_entry(load, file);
		free(names[i]);
	}
	free(names);
	return f;
}

static enum fault token_load_all(struct token_load *load, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		token_source_begin(load->source, NULL);
		return errno == ENOENT ? FAULT_NONE : token_load_errno(path, errno);
	}
	token_source_begin(load->source, &st);
	if (S_ISDIR(st.st_mode))
		return token_load_directory(load, path);
	if (S_ISREG(st.st_mode))
		return token_load_file(load, path);
	return token_load_complain(path, "it is neither a file nor a directory");
}

enum fault token_load(struct token_source *s, unsigned max_sessions,
    const struct token_table *before, struct token_table **made)
{
	struct token_load load = {s, before, token_table_new(), max_sessions, TOKEN_LOAD_SIZE};
	enum fault f = load.table ? token_load_all(&load, s->path) : FAULT_NO_MEMORY;

	if (f == FAULT_NONE) {
		*made = load.table;
		return f;
	}
	if (f == FAULT_NO_MEMORY)
		log_fault(f, "the tokens in %s", s->path);
	token_source_failed(s);
	if (load.table)
		held_put(&load.table->held);
	return f;
}
