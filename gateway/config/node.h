/*
 * What the files say, before anybody asks what it means: a tree of named values, each with its
 * place. Nodes last until the configuration has been read; names and strings as long as it does.
 */
#ifndef NODE_H
#define NODE_H

#include "config/source.h"

enum node_kind { NODE_GROUP, NODE_LIST, NODE_STRING, NODE_INTEGER, NODE_FLOAT, NODE_BOOL };

struct node {
	struct node	*next, *first, *last;	/* sibling; children of a group or list */
	size_t		 n;			/* children */
	const char	*name;			/* NULL: in a list */
	enum node_kind	 kind;
	bool		 bad;		/* a mistake in it was reported: no more is to be said */
	const char	*string;	/* NODE_STRING, escapes resolved */
	long long	 integer;	/* NODE_INTEGER; NODE_BOOL: 0 or 1 */
	struct mark	 place;		/* the name, or the value in a list */
	unsigned	 column;	/* bytes before the place, on its line */
	struct mark	 value;		/* the value: all of a scalar, the bracket of the others */
};

void		 node_append(struct node *parent, struct node *child);
struct node	*node_find(const struct node *group, const char *name);
/* Part of a string's value, as a mark: the whole of it if escapes make the place unsure. */
struct mark	 node_within(const struct node *, size_t at, size_t n);
/* "a group", "a list", or the value as written, cut when long: "not %s" in messages. */
const char	*node_words(const struct node *, char *words, size_t size);

#endif
