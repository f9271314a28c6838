/*
 * What a route changes in every answer, whoever gives it and over whatever version of HTTP: headers
 * of `rewrite`, and `cors`. exchange_respond and exchange_upgrade come by here when there is any.
 */
#ifndef AMEND_H
#define AMEND_H

#include "base/arena.h"
#include "base/fault.h"

struct config_route;
struct cors;
struct exchange;
struct header;
struct response;

/* Belongs to a route; immutable. */
struct amend {
	struct arena		 arena;
	const struct config_route *conf;
	struct header		*set;		/* in place of those of the same names */
	unsigned		 n_set;
	const struct cors	*cors;		/* NULL: none */
};

/* *made: NULL when the route changes nothing. messages: of sessions. */
enum fault	amend_new(const struct config_route *, bool messages, struct amend **made) MUST_USE;
void		amend_free(struct amend *);	/* NULL is fine */

/* For a route that has an amend; as exchange_ops has them. No memory is needed. */
enum flow	amend_respond(struct exchange *, const struct response *);
enum flow	amend_upgrade(struct exchange *, const struct header *, unsigned n);

#endif
