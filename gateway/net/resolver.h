/*
 * Names to addresses, asynchronously (c-ares; /etc/hosts and "localhost" too). Answers are cached
 * per worker, lookups of one name at the same time share one question, and while the name servers
 * fail the last good answer goes on to serve (RFC 8767).
 */
#ifndef RESOLVER_H
#define RESOLVER_H

#include "loop/worker.h"
#include "net/address.h"

enum { RESOLVER_ADDRESSES = 16 };	/* of one name; the others are not looked at */

struct lookup;

/*
 * The answer, once, never from within lookup_start or lookup_cancel: n addresses with port 0, in
 * the order of RFC 6724, valid during the call; n = 0: the name does not resolve. The lookup may
 * be started again or freed from within.
 */
typedef void lookup_done(struct lookup *, const struct address *, size_t n);

/* A question, embedded in whoever asks; all zero before the first start. */
struct lookup {
	struct list		 link;		/* among those who wait for the same name */
	struct resolver_name	*name;		/* NULL: not asking */
	struct task		 task;
	struct timer		 patience;
	lookup_done		*done;
};

/* max_age: how old (ms) an answer may be. NO_MEMORY: no answer will come. */
enum fault	lookup_start(struct lookup *, struct worker *, const char *name, uint64_t max_age,
		    lookup_done *) MUST_USE;
void		lookup_cancel(struct lookup *);	/* no answer will come; harmless after it came */

/* Once per worker. servers: "127.0.0.1:5353,…" instead of the system's name servers, or NULL. */
enum fault	resolver_init(struct worker *, const char *servers) MUST_USE;
void		resolver_fini(struct worker *);	/* lookups under way are cancelled */

#endif
