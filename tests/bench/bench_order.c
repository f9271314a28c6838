#include "bench_order.h"

#include <string.h>

#define BENCH_ORDER_WHOLE	1024	/* up to here every byte is compared */
#define BENCH_ORDER_ENDS	16

void
bench_order_put(uint8_t order[BENCH_ORDER_SIZE], uint8_t kind, uint64_t blocks)
{
	memset(order, 0, BENCH_ORDER_SIZE);
	order[0] = kind;
	memcpy(order + 8, &blocks, sizeof(blocks));
}

uint8_t
bench_order_get(const uint8_t order[BENCH_ORDER_SIZE], uint64_t *blocks)
{
	memcpy(blocks, order + 8, sizeof(*blocks));
	return order[0];
}

const uint8_t *
bench_order_block(void)
{
	static uint8_t block[BENCH_BLOCK_SIZE];
	static bool made;

	for (size_t i = 0; !made && i < sizeof(block); i++)
		block[i] = (uint8_t)((i * 131 + i / 256) % 251);
	made = true;
	return block;
}

static bool
bench_order_same(uint64_t pos, const uint8_t *p, size_t n)
{
	while (n > 0) {
		size_t at = pos % BENCH_BLOCK_SIZE;
		size_t run = n < BENCH_BLOCK_SIZE - at ? n : BENCH_BLOCK_SIZE - at;

		if (memcmp(p, bench_order_block() + at, run) != 0)
			return false;
		pos += run;
		p += run;
		n -= run;
	}
	return true;
}

bool
bench_order_matches(uint64_t pos, const uint8_t *p, size_t n)
{
	size_t last = n - BENCH_ORDER_ENDS;

	if (n <= BENCH_ORDER_WHOLE)
		return bench_order_same(pos, p, n);
	return bench_order_same(pos, p, BENCH_ORDER_ENDS) &&
	    bench_order_same(pos + last, p + last, BENCH_ORDER_ENDS);
}
