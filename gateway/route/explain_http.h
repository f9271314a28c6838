/*
 * What `rewrite` and `cors` of a route make of a request and of its answer, in lines of words.
 */
#ifndef EXPLAIN_HTTP_H
#define EXPLAIN_HTTP_H

#include <stdio.h>

#include "http/exchange.h"

/* True if it is a preflight that the gateway answers; then that was said. */
bool	explain_http_preflight(FILE *, const struct exchange *);
void	explain_http_changes(FILE *, struct exchange *);

#endif
