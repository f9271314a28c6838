/*
 * What the load asks of the backend, in 16 bytes at the start of a connection and again after
 * each order is done. A backend that knows exactly how much to send goes quiet at a known byte,
 * so the proxy's CPU time is read at rest and belongs to a known number of bytes.
 *
 *	E		return everything that follows
 *	D blocks	send that many blocks
 *	U blocks	take that many blocks, then answer with the same 16 bytes
 */
#ifndef BENCH_ORDER_H
#define BENCH_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_ORDER_SIZE	16
#define BENCH_BLOCK_SIZE	65536		/* the bulk message */

void		bench_order_put(uint8_t order[BENCH_ORDER_SIZE], uint8_t kind, uint64_t blocks);
uint8_t		bench_order_get(const uint8_t order[BENCH_ORDER_SIZE], uint64_t *blocks);

/* The block everybody sends. */
const uint8_t	*bench_order_block(void);
/* Are these the bytes from position pos of a row of blocks? Of long pieces only the ends count. */
bool		bench_order_matches(uint64_t pos, const uint8_t *p, size_t n);

#endif
