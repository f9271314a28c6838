/*
 * A certificate out of nothing, for trying things out: localhost, 127.0.0.1 and ::1, valid for 30
 * days, with a key that lives in memory only.
 */
#ifndef TLS_SELFSIGNED_H
#define TLS_SELFSIGNED_H

#include <openssl/ssl.h>
#include <stdbool.h>

/* False: the reason is in OpenSSL's error queue. */
bool	tls_selfsigned_use(SSL_CTX *);

#endif
