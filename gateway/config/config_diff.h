/*
 * What differs between two configurations, told key by key, with the values as they stand in a
 * file.
 */
#ifndef CONFIG_DIFF_H
#define CONFIG_DIFF_H

#include "config/config.h"

enum config_change_kind {
	CONFIG_ADDED,		/* an item */
	CONFIG_REMOVED,
	CONFIG_CHANGED,		/* a key, of an item or of the top level */
	CONFIG_MOVED		/* a route, behind one that it stood before */
};

/* Strings last as long as the call that tells of it. */
struct config_change {
	enum config_change_kind	 kind;
	const char		*collection;	/* "routes"; NULL: the top level */
	const char		*item;		/* its name; with a collection */
	const char		*key;		/* of CONFIG_CHANGED: "limits.per_ip" */
	const char		*before, *after;	/* as in a file; NULL: not said */
	bool			 fixed;		/* only a start changes it */
};

struct config_diff {
	void	(*changed)(struct config_diff *, const struct config_change *);
	bool	 failed;	/* out of memory: not all was told */
};

/* Tells of each difference, the top level first, then collection by collection. */
void	config_diff(struct config_diff *, const struct config *before, const struct config *after);
/* Whether these two items of a collection ("routes") say the same; false as well without memory. */
bool	config_diff_same(const char *collection, const void *a, const void *b);
/* Whether sessions of these routes are served alike: by the same rules and the same backend. */
bool	config_diff_same_route(const struct config_route *, const struct config_route *);
/* What only a start changes is in `to` as it is in `from`, which must live as long. */
void	config_diff_keep_fixed(struct config *to, const struct config *from);

#endif
