/*
 * Cross-origin resource sharing (the Fetch standard, section 3.3): which pages of other origins a
 * browser lets read the answers of a route. The gateway says all of it, for any handler.
 */
#ifndef CORS_H
#define CORS_H

#include "http/exchange.h"

struct cors {
	const struct config_cors *conf;
	bool			 any;		/* origin */
	bool			 any_header;
	/* As their headers have them. */
	struct slice		 methods, headers, expose, max_age;
};

enum { CORS_HEADERS = 6 };

/* In the arena; NO_MEMORY. */
enum fault	cors_new(struct arena *, const struct config_cors *, const struct cors **) MUST_USE;
/* A browser's question whether a request may be made (section 3.3.2): it is to get no handler. */
bool		cors_is_preflight(const struct exchange *);
/* The method that a preflight asks about. */
struct slice	cors_asked_method(const struct exchange *);
/* Is it a header that the gateway says alone? */
bool		cors_owns(struct slice name);
/*
 * The headers of an answer, preflights' included, behind the n that it has: at most CORS_HEADERS.
 * Values may stand in the request. Returns how many.
 */
unsigned	cors_headers(const struct cors *, const struct exchange *, struct header *headers,
		    unsigned n);
/*
 * The key of the configuration that does not let the preflight pass, and the entry that it lacks;
 * NULL: it passes.
 */
const char	*cors_lacks(const struct cors *, const struct exchange *, struct slice *entry);

#endif
