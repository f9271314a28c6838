/*
 * Templates: text with ${variables} in it, taken apart once when the configuration is read. Whoever
 * renders one at request time goes through its segments; a variable without a value is empty.
 * "$${" stands for a literal "${"; a "$" before anything else is itself.
 */
#ifndef TEMPLATE_H
#define TEMPLATE_H

#include "base/arena.h"
#include "base/slice.h"

enum template_variable {
	TEMPLATE_LITERAL,	/* no variable: the text itself */
	TEMPLATE_CLIENT_IP,
	TEMPLATE_CLIENT_PORT,
	TEMPLATE_HOST,		/* the request's, without its port */
	TEMPLATE_PATH,		/* normalised, still percent-encoded */
	TEMPLATE_PATH_NAME,	/* ${path.NAME}: a named capture, percent-decoded */
	TEMPLATE_QUERY_NAME,	/* ${query.NAME}: a parameter, percent-decoded */
	TEMPLATE_HEADER_NAME,
	TEMPLATE_COOKIE_NAME,
	TEMPLATE_ROUTE,
	TEMPLATE_REQUEST_ID,
	TEMPLATE_TLS_SNI,
	TEMPLATE_TLS_CLIENT_CN,
	TEMPLATE_SESSION_ID
};

struct template_segment {
	enum template_variable	 variable;
	struct slice		 text;	/* TEMPLATE_LITERAL: the bytes; …_NAME: NAME, as written */
};

struct template {
	const char			*text;	/* as written */
	const struct template_segment	*segments;
	size_t				 n;
};

enum { TEMPLATE_WORDS = 160 };

/* What is wrong, in words, and where in the text it is. */
struct template_error {
	char	words[TEMPLATE_WORDS];
	size_t	at, n;
	bool	whole;		/* it is one variable, and what follows may be looked at, too */
};

/*
 * Takes text apart; the segments point into text, which must live as long as the arena. NULL: see
 * the error; out of memory when its words are empty.
 */
const struct template	*template_compile(struct arena *, const char *text,
			    struct template_error *);
/* "client.ip"; "query." where NAME follows. Not of literals. */
const char	*template_name(enum template_variable);
/*
 * The ith variable, for the manual; NULL: there are no more. A name that ends in '.' wants another
 * behind it. *help: what it stands for; NULL: it is not supported yet.
 */
const char	*template_describe(size_t i, const char **help);

#endif
