/*
 * Tokens and the targets that they lead to, found by hash. It grows while it is read; from then on
 * nothing in it changes, and threads share it by count.
 */
#ifndef TOKEN_TABLE_H
#define TOKEN_TABLE_H

#include "base/arena.h"
#include "base/siphash.h"
#include "upstream/target.h"
#include "upstream/token_file.h"

struct token_slot {
	struct slice		 token;		/* in the arena */
	struct target		*target;	/* counted */
};

struct token_table {
	struct held		 held;
	struct arena		 arena;
	struct siphash_key	 key;
	struct token_slot	*entries;
	uint32_t		*slots;		/* entry + 1; 0: free */
	size_t			 n, n_slots;	/* a power of two, at least twice n */
};

struct token_table	*token_table_new(void);		/* NULL: out of memory */
/*
 * Copies the entry. A target that the token led to in the table before (NULL: there is none) and
 * that is the same still is taken over, with what is known of it. *again: the token was there
 * already, and leads to this target from now on.
 */
enum fault		 token_table_add(struct token_table *, const struct token_entry *,
			    const struct token_table *before, unsigned max_sessions, bool *again)
			    MUST_USE;
/* The table's; NULL: there is no such token. */
struct target		*token_table_find(const struct token_table *, struct slice token);

#endif
