/*
 * Shows bytes to a parser the way a stream does: what was not used stands in front of what comes
 * next. Each time they stand in a block of exactly their size, so a sanitizer sees overreads.
 */
#ifndef FEED_H
#define FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FEED_STOP	SIZE_MAX

/* How to cut; any larger number is the seed of a random way. */
enum { FEED_WHOLE, FEED_BYTES, FEED_RANDOM };

/*
 * One step of the parser: how many bytes it used, 0: more are needed, FEED_STOP: nothing further is
 * to be shown. It may change the bytes in place. eof: no more will follow these.
 */
typedef size_t feed_step(void *subject, uint8_t *p, size_t n, bool eof);

/* Returns how many bytes were left unused in the end. */
size_t		feed_all(feed_step *, void *subject, const uint8_t *bytes, size_t n, uint32_t cut);
/* Deterministic; *seed is never 0 afterwards. */
uint32_t	feed_random(uint32_t *seed);

#endif
