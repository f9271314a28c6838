/* What the configuration has to say: the messages of a report, collected. */
#ifndef SAID_H
#define SAID_H

#include "config/config.h"

struct said {
	struct config_report	 report;	/* the first member: messages come through it */
	char			*text;		/* all of them, a newline behind each */
	size_t			 n;
};

void		 said_init(struct said *);
void		 said_fini(struct said *);
/* Parses text as the file "t"; the messages so far are forgotten. */
struct config	*said_parse(struct said *, const char *text);
/* The same, and there must be no message at all. */
struct config	*said_good(const char *text);
/* The same; it must fail with exactly these messages. */
void		 said_bad(const char *text, const char *messages);
/* The dump, to be freed. */
char		*said_dump(const struct config *);
/* A new directory below TMPDIR; removed with all that is in it. */
char		*said_dir(char path[64]);
void		 said_dir_remove(const char *path);
/* dir/name, in a static buffer. */
const char	*said_path(const char *dir, const char *name);
void		 said_write(const char *path, const char *text);
/* A file of the source tree, to be freed. */
char		*said_read(const char *path);
char		*said_source(const char *path);

/* What makes any text a whole configuration. */
#define SAID_LISTENERS "listeners: { web: { bind = \"127.0.0.1:80\"; }; };\n"
#define SAID_ROUTES "routes: { all: { service = \"echo\"; }; };\n"

#endif
