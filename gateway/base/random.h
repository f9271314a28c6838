/*
 * Random numbers for names that must not be guessed: session and request ids.
 */
#ifndef RANDOM_H
#define RANDOM_H

#include <stddef.h>
#include <stdint.h>

enum { RANDOM_ID = 16 };	/* characters of an id */

void	random_bytes(void *p, size_t n);	/* from the kernel; buffered per thread */
/* 64 random bits as lower-case hexadecimal digits and a NUL. */
void	random_id(char out[RANDOM_ID + 1]);

#endif
