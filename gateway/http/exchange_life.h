/* How an exchange begins and ends: for the HTTP layer, which owns it. */
#ifndef EXCHANGE_LIFE_H
#define EXCHANGE_LIFE_H

#include "http/exchange.h"

/* Even a request that nobody could read gets one, for its answer. NO_MEMORY. */
enum fault	exchange_life_begin(struct exchange *, enum http_protocol) MUST_USE;
/* The request is complete: what its head takes counts, for limits.memory. */
void		exchange_life_count(struct exchange *);
/* It is answered with this status, whose head is about to be written. */
void		exchange_life_answer(struct exchange *, int status);
/* The request's memory goes: it is a tunnel now, or has ended. */
void		exchange_life_clear(struct exchange *);
/* Writes the record; nothing of the exchange is left, and another may begin. */
void		exchange_life_finish(struct exchange *);

#endif
