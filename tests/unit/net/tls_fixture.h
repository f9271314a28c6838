/*
 * Certificates made for a test, and a TLS peer of plain OpenSSL over memory: the other side of
 * what is tested.
 */
#ifndef TLS_FIXTURE_H
#define TLS_FIXTURE_H

#include <openssl/ssl.h>
#include <stdbool.h>

struct identity {
	X509		*cert;
	EVP_PKEY	*key;
};

/* san: "DNS:a.example,IP:127.0.0.1", or NULL; issuer NULL: self-signed CA. Aborts on failure. */
struct identity	identity_new(const char *cn, const char *san, const struct identity *issuer);
void		identity_free(struct identity *);
/* Writes chain and key into one PEM file (either may be left out). */
void		identity_save(const struct identity *, const char *path, bool cert, bool key);

/* A peer: wire bytes come out of and go into memory BIOs. */
struct tls_peer {
	SSL_CTX	*ctx;
	SSL	*ssl;
	BIO	*in, *out;		/* as the peer sees them */
};

/* version: TLS1_2_VERSION or TLS1_3_VERSION, only; id: NULL: none. A client trusts nothing. */
void		tls_peer_init(struct tls_peer *, bool server, int version, const struct identity *id);
void		tls_peer_fini(struct tls_peer *);

/* Joins two fresh connections by memory and lets them shake hands; what each said stays behind. */
bool		tls_shake(SSL *server, SSL *client);

#endif
