/*
 * The schema: one row for each key of the language. What is read, checked, dumped, listed by
 * `framegate config defaults` and described in framegate.conf(5) all comes from these rows, so a
 * new key is one row here and one member in config.h; "make pages" then brings the manual page and
 * the example file up to date.
 */
#ifndef SCHEMA_H
#define SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "config/node.h"

enum { SCHEMA_NUMBER = 24 };

struct nearest;
struct read;
struct schema_group;
struct schema_key;

/* A kind of value. Those whose keys are all "later" have no functions. */
struct schema_type {
	const char	*name;		/* in the manual: "duration" */
	const char	*expects;	/* in messages: "a duration" */
	const char	*example;	/* there, too: "such as \"30s\""; may be NULL */
	enum node_kind	 literal;	/* how a value is written; lists: how an element is */
	bool		 list;
	/*
	 * Puts the value into base's member. false: it is not what the type expects, which the
	 * caller says; what is wrong in another way was said, and true returned.
	 */
	bool		(*read)(struct read *, const struct schema_key *, const struct node *,
	    void *base);
	/* The value as it stands in a file. */
	void		(*print)(FILE *, const struct schema_key *, const void *base);
	/* Of types with bounds: a number as it is written. */
	const char	*(*number)(uint64_t, char text[SCHEMA_NUMBER]);
};

/* One of the words that a key takes. */
struct schema_word {
	const char	*name;		/* NULL ends the table */
	int		 value;
	bool		 later;
};

enum {
	SCHEMA_LATER = 1,	/* refused: not supported yet */
	SCHEMA_REQUIRED = 2,
	SCHEMA_TEMPLATE = 4,	/* ${variables} stand in it */
	SCHEMA_ACTION = 8,	/* of a route: it is one of the actions */
	SCHEMA_WITH_ACTION = 16,	/* only means something with that action */
	SCHEMA_CHOICE = 64,	/* this one, or another one instead of it, is required */
	SCHEMA_FIXED = 128,	/* of the top level: only a start changes it, no reload */
	SCHEMA_SAMPLE = 32	/* its example stands in the list of defaults, to make it run */
};

struct schema_key {
	const char			*name;
	const struct schema_type	*type;
	const char			*value;	/* the default without quotes; "": an empty list */
	size_t				 at, size;	/* the member */
	const char			*help;		/* sentences */
	const char			*example;	/* as it stands in a file */
	const struct schema_word	*words;
	const struct schema_group	*group;	/* of a group or collection; of what is named */
	uint64_t			 min, max;	/* 0: no limit */
	unsigned			 flags;
	int				 action;	/* with either of these flags */
	/* Does it mean anything to this item? NULL: it does. */
	bool				(*applies)(const void *base);
};

/* Keys that stand together: the top level, a group in it, or each item of a collection. */
struct schema_group {
	const char		*what;		/* an item, in messages: "route"; or a group */
	const char		*help;		/* for the manual: what stands above the keys */
	const struct schema_key	*keys;
	size_t			 n;
	/* Of a collection: where the array is, its items, and where they keep name and place. */
	size_t			 array_at, count_at, item_size, name_at, place_at;
	const char		*builtin;	/* the name of an item that is always there */
	const char		*sample;	/* a name for an example */
	/* Has a group without items anything to say here? NULL: it has. */
	bool			(*applies)(const void *base);
	/* What an item is before its keys are read; NULL: all defaults. */
	void			(*start)(struct read *, void *item);
	/* After the keys: what they mean together. May be NULL. */
	void			(*finish)(struct read *, const struct node *, void *item);
};

/* Rows; OWNER is the structure that the member is in. */
#define SCHEMA_ROW(key, kind, standard, text) \
	.name = (key), .type = &type_##kind, .value = (standard), .help = (text)
#define SCHEMA_KEY(key, kind, standard, member, text) \
	SCHEMA_ROW(key, kind, standard, text), .at = offsetof(OWNER, member), \
	.size = sizeof(((OWNER *)NULL)->member)
#define SCHEMA_YET(key, kind, standard, text) \
	SCHEMA_ROW(key, kind, standard, text), .flags = SCHEMA_LATER
#define SCHEMA_KEYS(table) .keys = (table), .n = sizeof(table) / sizeof((table)[0])
#define SCHEMA_ITEMS(array, count, type) \
	.array_at = offsetof(struct config, array), .count_at = offsetof(struct config, count), \
	.item_size = sizeof(type), .name_at = offsetof(type, name), \
	.place_at = offsetof(type, place)

extern const struct schema_group schema_top, schema_listener, schema_tls, schema_backend,
    schema_auth, schema_route;

void			*schema_member(const struct schema_key *, void *base);
const void		*schema_value(const struct schema_key *, const void *base);
const struct schema_key	*schema_find(const struct schema_group *, const char *name);
/* The key that comes nearest; NULL: none is near. */
const struct schema_key	*schema_nearest(const struct schema_group *, struct nearest *);
/* A group besides this one that has such a key; NULL: there is none. *of: how to call it. */
const struct schema_group *schema_elsewhere(const struct schema_group *, const char *name);
/* A key's words that are supported, as a sentence has them: "a", "b" or "c". */
void			 schema_words(const struct schema_key *, char *text, size_t size);
/* A key's bounds: "from 1 to 100", "at least "1s""; empty when it has none. */
void			 schema_bounds(const struct schema_key *, char *text, size_t size);
/* Its default as it stands in a file. */
void			 schema_print_default(FILE *, const struct schema_key *);
/* What its type allows, in sentences for people who read about it; may be empty. */
void			 schema_notes(const struct schema_key *, char *text, size_t size);
/* Is there something to print: a value that is set, or has a default? */
bool			 schema_given(const struct schema_key *, const void *base);

#endif
