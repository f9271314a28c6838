/*
 * TLS over bytes instead of over a socket: the caller reads and writes the socket in large
 * pieces, OpenSSL sees memory. That is the cheapest way to drive it: one recv and one send for
 * many records, and none to learn that nothing is there.
 */
#ifndef BENCH_TLS_H
#define BENCH_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_TLS_PIECE	262144				/* most to open or seal at once */
#define BENCH_TLS_ROOM	(BENCH_TLS_PIECE + 32768)	/* with what OpenSSL still held */

enum bench_tls_state { BENCH_TLS_OK, BENCH_TLS_END, BENCH_TLS_FAILED };

SSL_CTX	*bench_tls_server(const char *pem);	/* chain and key in one file */
SSL_CTX	*bench_tls_client(void);		/* does not verify: loopback, throw-away keys */
SSL	*bench_tls_new(SSL_CTX *);

/*
 * Opens all of in, which OpenSSL keeps what is incomplete of; *got bytes of plain text land in
 * plain (BENCH_TLS_ROOM). Carries the handshake on as well.
 */
enum bench_tls_state	bench_tls_open(SSL *, const uint8_t *in, size_t n, uint8_t *plain,
			    size_t *got);
bool			bench_tls_seal(SSL *, const uint8_t *plain, size_t n);
void			bench_tls_bye(SSL *);		/* close_notify */
/* What the calls above want sent, for any connection; to be fetched after each of them. */
const uint8_t		*bench_tls_take(size_t *n);

#endif
