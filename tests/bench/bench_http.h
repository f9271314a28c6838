/*
 * HTTP/1.1 as far as the load and the backend need it: a path says how many bytes are wanted, and
 * each answer says which one of the backend's answers it is. So the load knows that the backend saw
 * as many requests as it made, whatever stands between.
 */
#ifndef BENCH_HTTP_H
#define BENCH_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench_handshake.h"

/* Both write into out, which holds BENCH_HANDSHAKE_MAX, and return the length. */
size_t	bench_http_request(char *out, const char *host, uint64_t bytes);
size_t	bench_http_answer(char *out, uint64_t bytes, uint64_t number);
/* False: not a request that bench_http_request made. */
bool	bench_http_asked(const struct bench_handshake *request, uint64_t *bytes);
/* NULL: 200 with that many bytes; otherwise what is wrong. */
const char *bench_http_check(const struct bench_handshake *answer, uint64_t bytes,
	    uint64_t *number);

#endif
