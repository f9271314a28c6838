/*
 * WebSocket frames for the load and the backend: enough to speak to a proxy honestly, written
 * apart from the gateway's own codec so that a mistake there cannot agree with itself here.
 */
#ifndef BENCH_WS_H
#define BENCH_WS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_WS_HEAD_MAX	14
#define BENCH_WS_CONTROL_MAX	125

enum { BENCH_WS_TEXT = 1, BENCH_WS_BINARY = 2, BENCH_WS_CLOSE = 8, BENCH_WS_PING = 9, BENCH_WS_PONG = 10 };

struct bench_ws {			/* zeroed: at the start of a frame */
	uint8_t		head[BENCH_WS_HEAD_MAX];
	uint8_t		have;		/* bytes of head that are there */
	uint8_t		key[4];
	bool		open;		/* inside a payload */
	bool		masked;
	uint8_t		opcode;
	uint64_t	done, left;	/* of the payload */
	uint8_t		control[BENCH_WS_CONTROL_MAX];
};

struct bench_ws_piece {
	uint8_t		 opcode;
	uint8_t		*p;		/* unmasked; NULL: nothing complete yet */
	size_t		 n;
};

extern const uint8_t bench_ws_key[4];	/* the load masks with this one */

/* Writes a frame's head, masked if key is not NULL; returns its length. */
size_t	bench_ws_head(uint8_t head[BENCH_WS_HEAD_MAX], unsigned opcode, uint64_t n,
	    const uint8_t *key);
void	bench_ws_mask(uint8_t *p, size_t n, const uint8_t key[4], uint64_t at);
/*
 * Takes bytes as they arrive and shows the next piece of payload; data frames come in whatever
 * pieces arrive, control frames whole. Returns what was consumed.
 */
size_t	bench_ws_next(struct bench_ws *, uint8_t *p, size_t n, struct bench_ws_piece *);

#endif
