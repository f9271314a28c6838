/*
 * What waits in a socket, looked at before there is a stream: only as much is taken as is meant
 * for who looks.
 */
#ifndef PEEK_H
#define PEEK_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/* NONE with *got = 0: nothing there yet. PEER_EOF, RESET. */
enum fault	peek_bytes(int fd, uint8_t *p, size_t n, size_t *got) MUST_USE;
/* Takes the first n of the bytes that were seen, to p, where they may stand already. */
void		peek_take(int fd, uint8_t *p, size_t n);

#endif
