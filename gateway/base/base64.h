/* Base64 by RFC 4648 sections 4 and 5. */
#ifndef BASE64_H
#define BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BASE64_SIZE(n)	(((n) + 2) / 3 * 4)

/* Writes BASE64_SIZE(n) characters, padded, no NUL; returns how many. */
size_t	base64_encode(char *out, const uint8_t *p, size_t n);
/* Strict: padding required, no white space, no stray bits. out: n / 4 * 3 bytes. */
bool	base64_decode(uint8_t *out, size_t *out_n, const char *p, size_t n);

#endif
