/*
 * Reads libconfig's syntax for what libconfig does not keep or does not say: the place of each
 * value, every mistake and not only the first, duplicates with both places, integers that it would
 * wrap, comments and strings without an end. What is sound comes out twice: as nodes that know
 * their places, and as text that libconfig reads into the same tree, for the values.
 */
#ifndef SCAN_H
#define SCAN_H

#include "config/node.h"
#include "config/notice.h"

struct scan {
	struct sources	*sources;
	struct notice	*notice;
	struct node	*root;		/* a group, without its values */
	const char	*text;		/* for libconfig: root's members, each value in place */
	bool		 broken;	/* syntax errors: something may be missing */
};

/* Nodes are made in sources' texts, names in its names. false: out of memory, which was said. */
bool	scan_source(struct scan *, const struct source *);

#endif
