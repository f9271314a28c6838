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

/* A question, embedded in whoever asks. */
struct lookup {
	struct list		 link;		/* among those who wait for the same name */
	struct resolver_name	*name;
	struct worker		*worker;
	struct task		 task;
	struct timer		 patience;
	/*
	 * The answer, once, never from within lookup_start or lookup_cancel: n addresses with port
	 * 0, in the order of RFC 6724, valid during the call; n = 0: the name does not resolve.
	 */
	void			(*done)(struct lookup *, const struct address *, size_t n);
};

/* max_age: how old (ms) an answer may be. NO_MEMORY: no answer will come. */
enum fault	lookup_start(struct lookup *, struct worker *, const char *name, uint64_t max_age,
		    void (*done)(struct lookup *, const struct address *, size_t n)) MUST_USE;
/* No answer will come. Harmless after the answer. */
void		lookup_cancel(struct lookup *);

/* Once per worker. servers: "127.0.0.1:5353,…" instead of the system's name servers, or NULL. */
enum fault	resolver_init(struct worker *, const char *servers) MUST_USE;
void		resolver_fini(struct worker *);

#endif
