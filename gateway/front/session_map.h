/*
 * Who owns which session: shared by all workers, so that a request that lands on any of them finds
 * the session. A link outlives its session as long as somebody holds it.
 */
#ifndef SESSION_MAP_H
#define SESSION_MAP_H

#include "base/held.h"
#include "base/slice.h"
#include "config/config.h"
#include "loop/worker.h"

struct session;

enum { SESSION_ID_MAX = 255 };	/* bytes of an id */

struct session_link {
	struct held		 held;
	struct session_map	*map;
	struct worker		*worker;	/* the session's */
	struct session		*session;	/* for that worker only; NULL: it is over */
	struct session_link	*next;		/* in its place of the map */
	uint64_t		 hash;
	const char		*route;		/* name of it */
	struct slice		 id;
};

struct session_map	*session_map_new(void);	/* NULL: out of memory */
void			 session_map_free(struct session_map *);	/* no link is left */
/* What an id is good for: sessions are bound to their route. Held; NULL: there is none. */
struct session_link	*session_map_find(struct session_map *, const struct config_route *,
			    struct slice id);
/*
 * A link for a new session of this worker, held twice: by the map and by the caller. *found: in its
 * place the one that is there already, held. NO_MEMORY.
 */
enum fault		 session_map_claim(struct session_map *, struct worker *,
			    const struct config_route *, struct slice id,
			    struct session_link **link, bool *found) MUST_USE;
/* The session is over: nobody finds it any more. On its worker; the caller's hold stays. */
void			 session_map_remove(struct session_link *);

#endif
