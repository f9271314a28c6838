/*
 * The map of a backend: its tokens as they stand in the file now. Whoever asks sees what was
 * written before; when that has to be read, it is read by a thread of its own, and those who ask
 * meanwhile wait. Sessions are not touched by a change.
 */
#ifndef TOKEN_MAP_H
#define TOKEN_MAP_H

#include "config/config.h"
#include "loop/worker.h"
#include "upstream/target.h"

struct token_map;

/*
 * The map of this name before, if it stands in the same place: counted, by its backends. Else it is
 * read for the first time; what a token led to before (NULL: there was nothing) is the same target
 * still. SYSTEM: it cannot be read (said on the log).
 */
enum fault	 token_map_new(const struct config_backend *, struct token_map *before,
		    struct token_map **) MUST_USE;
/* The last one to let go waits until it is not being read. Nobody waits for it; NULL is fine. */
void		 token_map_put(struct token_map *);
/* Of each target, from now on; the lock of their fleet is held. */
void		 token_map_set_max(struct token_map *, unsigned max_sessions);

/* Who waits until the map is read; lives until done was called or token_map_leave returned true. */
struct token_wait {
	struct list		 link;
	struct letter		 letter;
	struct worker		*worker;
	void			(*done)(struct token_wait *);
};

/* True: token_map_find may be asked. False: once done was called, on this worker. */
bool		 token_map_ready(struct token_map *, struct token_wait *, struct worker *);
/* False: done is on its way and will be called. */
bool		 token_map_leave(struct token_map *, struct token_wait *) MUST_USE;
/* Counted (target_put); NULL: there is no such token. */
struct target	*token_map_find(struct token_map *, struct slice token);

#endif
