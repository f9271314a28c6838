/*
 * `framegate explain`: which route takes a request and why, which rules it meets, and what happens
 * to it then. Nothing is connected to, no certificate is read.
 */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include <stdio.h>

#include "config/config.h"

struct explain_query {
	const char		*method;	/* NULL: GET */
	const char		*url;		/* http, https, ws or wss; or a path alone */
	const char *const	*headers;	/* "Name: value"; ws and wss bring their own */
	size_t			 n_headers;
	const char		*source;	/* the client's address; NULL: 127.0.0.1 */
};

enum {
	EXPLAIN_WORDS = 200,
	EXPLAIN_COLUMN = 20	/* where what is said about a name begins */
};

/*
 * Writes the explanation. Takes the configuration over. A fault, with words for it: there is no
 * such request, or the configuration cannot be used; without words: no route takes the request,
 * as the explanation says.
 */
enum fault	explain_print(FILE *, struct config *, const struct explain_query *,
		    char words[EXPLAIN_WORDS]) MUST_USE;

#endif
