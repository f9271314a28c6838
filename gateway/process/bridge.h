/*
 * A gateway between one address and one service, as it is said on a command line, and the
 * configuration that it stands for.
 */
#ifndef BRIDGE_H
#define BRIDGE_H

#include <stdbool.h>
#include <stdio.h>

enum { BRIDGE_MADE = 16 };

/* Strings are the caller's, or made by bridge_make; NULL: not said. */
struct bridge {
	const char	*bind;		/* as in 'bind' */
	const char	*mode;		/* of a unix socket to listen on */
	const char	*cert, *key;	/* key NULL: in the same file */
	const char	*min_version, *ciphers;
	const char	*client_ca;	/* clients must show a certificate from these authorities */
	const char	*server;	/* as in 'servers' */
	const char	*map, *map_key;	/* instead of server */
	const char	*framing, *transports;
	const char	*ping;		/* seconds */
	const char	*web;
	const char	*log_to, *log_level;
	bool		 also_plain;	/* clients may expect the port to speak without TLS too */
	bool		 closed;	/* nobody may come in: who may could not be said */
	bool		 web_closed;	/* nor see the files */
	char		*made[BRIDGE_MADE];
	size_t		 n_made;
};

/* A string that lives until bridge_clear; "" when there is no memory. */
const char	*bridge_make(struct bridge *, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));
/* Without server and map, every request is answered with 503. */
void		 bridge_write(FILE *, const struct bridge *);
void		 bridge_clear(struct bridge *);

#endif
