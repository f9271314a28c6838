/*
 * From the tree of nodes to struct config, by the schema: each value is handed to its key's type,
 * with messages for what is unknown, twice, missing or wrong.
 */
#ifndef READ_H
#define READ_H

#include "config/config.h"
#include "config/notice.h"
#include "config/schema.h"

struct read {
	struct config		*config;
	struct arena		*arena;		/* the configuration's */
	struct notice		*notice;
	bool			 broken;	/* syntax errors: what is missing may be unread */
	struct node		*defaults;	/* the group of that name; NULL: none */
	struct config_route	 route;		/* what a route is that says nothing */
};

/* All of it. What is wrong was said; cross checks are left to do. */
void		 read_config(struct read *, const struct node *root);

/* For types. */
void		 read_group(struct read *, const struct schema_group *, const struct node *,
		    void *base);
/* Marks the node as bad if there was anything wrong in it. */
void		 read_item(struct read *, const struct schema_group *, struct node *, void *item);
void		 read_defaults(struct read *, const struct schema_group *, void *base);
void		*read_alloc(struct read *, size_t);	/* NULL: out of memory, which was said */
char		*read_copy(struct read *, struct slice);
/* The path as seen from the file that says it; NULL: out of memory. */
const char	*read_path(struct read *, const struct node *, const char *path);
/* "expected … such as … for 'KEY', not VALUE"; with a reason instead of the example if why. */
void		 read_wrong(struct read *, const struct schema_key *, const struct node *,
		    const char *why);
/* "expected at least one value for 'KEY'" */
void		 read_empty(struct read *, const struct schema_key *, const struct node *);
void		 read_expected(struct read *, const struct schema_key *, const struct node *,
		    const char *what, const char *why);
/* "VALUE is not supported yet for 'KEY'" */
void		 read_later(struct read *, const struct schema_key *, const struct node *);
/* Is it within the key's bounds? If not, that is said. */
bool		 read_bounds(struct read *, const struct schema_key *, const struct node *,
		    uint64_t value);
/* Is it a sound string, and not empty? */
bool		 read_is_text(const struct node *);

/* Puts one element into its item; false: it is not what the type expects. */
typedef bool read_element(struct read *, const struct schema_key *, const struct node *,
    void *item);
/* A list, or a value that stands for a list of one. Returns the items; *n: how many. */
void		*read_list(struct read *, const struct schema_key *, const struct node *,
		    size_t item_size, size_t *n, read_element *);

#endif
