/*
 * `rewrite`: the request as its backend is to see it.
 */
#ifndef REWRITE_H
#define REWRITE_H

#include "http/exchange.h"

struct rewrite {
	/* In normal form, beginning with "/" (or "*"); query.p NULL: none, and without its "?". */
	struct slice		 path, query;
	struct slice		 host;		/* a valid authority; n 0: that of the server */
	/* In place of all fields of these names. */
	const struct header	*set;
	unsigned		 n_set;
	/* No field of these names is passed on. */
	const struct slice	*remove;
	unsigned		 n_remove;
};

/*
 * What the route makes of the request: `strip` cuts its prefix off where a segment ends, and leaves
 * at least "/"; `path` replaces the path, and the query if the template has a "?"; values in it are
 * encoded as render_url does. All of it is in the exchange's arena or lives as long as the
 * snapshot. Refused, which is on the log: FAULT_CONTROL_CHARACTER; PATH_ESCAPES: a value put a dot
 * segment into the path; HTTP_SYNTAX: it made no path or no host; NO_MEMORY.
 */
enum fault	rewrite_request(struct exchange *, struct rewrite *) MUST_USE;

#endif
