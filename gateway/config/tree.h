/*
 * From a file and those that it includes to one tree of nodes: each file is read by itself, and
 * its groups are joined to the groups of the same name, in the order in which things are said.
 */
#ifndef TREE_H
#define TREE_H

#include "config/node.h"
#include "config/notice.h"

struct tree {
	struct sources	*sources;
	struct notice	*notice;
	struct node	*root;		/* all of it, as one group */
	bool		 broken;	/* syntax errors: what is missing may be unread */
};

/* false: out of memory, which was said; other mistakes were said and left out of the tree. */
bool	tree_read(struct tree *, const struct source *);

#endif
