/*
 * Random numbers that must not be guessed: of session and request ids, and of WebSocket masks.
 */
#ifndef RANDOM_H
#define RANDOM_H

#include <stddef.h>
#include <stdint.h>

enum { RANDOM_ID = 16 };	/* characters of an id */

/* From the kernel, buffered per thread: a few bytes rarely cost a system call. */
void		random_bytes(void *p, size_t n);
uint32_t	random_word(void);	/* the same: masks of frames */
/* 64 random bits as lower-case hexadecimal digits and a NUL. */
void		random_id(char out[RANDOM_ID + 1]);

#endif
