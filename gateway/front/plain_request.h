/*
 * What requests to sessions of plain HTTP have in common: where the session is, how they are
 * answered.
 */
#ifndef PLAIN_REQUEST_H
#define PLAIN_REQUEST_H

#include "front/session.h"

extern const struct session_kind plain_kind;
/* Of every answer: not to be kept, changed or held back by whoever passes it on. */
extern const struct header plain_request_headers[];
extern const unsigned plain_request_n_headers;
enum { PLAIN_HEADERS = 3 };

/* The session that the request's path names; NULL: there is none. The id is hidden then. */
struct session_link *plain_request_find(struct exchange *);
/* An id is a secret: logs get the path without it. */
void	 plain_request_hide(struct exchange *);
/* A number in the query. BAD_NUMBER: it is none; *given: it is there. */
enum fault plain_request_number(const struct exchange *, struct slice name, uint64_t *number,
	    bool *given) MUST_USE;
/*
 * Answers for a fault, with further headers, and members that follow in the JSON ("" or ", …").
 * Ends the exchange.
 */
void	 plain_request_fail(struct exchange *, enum fault, const struct header *, unsigned n,
	    struct slice more);
/* The same for VISIT_REFUSED, whatever for. */
void	 plain_request_refuse(const struct visit *);

#endif
