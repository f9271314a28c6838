/* The opening handshake of RFC 6455, from both ends. */
#ifndef BENCH_HANDSHAKE_H
#define BENCH_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>

#define BENCH_HANDSHAKE_MAX	4096

struct bench_handshake {		/* the head of the other end as it arrives */
	size_t	n;
	char	text[BENCH_HANDSHAKE_MAX];
};

/* Takes up to the empty line; true once it is there. Returns what was consumed in *used. */
bool	bench_handshake_collect(struct bench_handshake *, const void *p, size_t n, size_t *used);

/* Both write NUL-terminated text into out, which holds BENCH_HANDSHAKE_MAX, and return its length. */
size_t	bench_handshake_request(char *out, const char *host, const char *path);
size_t	bench_handshake_answer(char *out, const struct bench_handshake *request);
/* NULL: the answer opens a WebSocket; otherwise what is wrong with it. */
const char *bench_handshake_check(const struct bench_handshake *answer);

#endif
