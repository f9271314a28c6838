/*
 * Which certificate answers for which name: what a client asks for by SNI (RFC 6066 section 3)
 * against the names that the certificates carry.
 */
#ifndef TLS_NAMES_H
#define TLS_NAMES_H

#include <openssl/ssl.h>
#include <stdbool.h>

struct tls_name;

struct tls_names {
	struct tls_name	*v;
	size_t		 n;
};

/* The DNS names of ctx's certificate, or its common name if it has none. False: out of memory. */
bool	tls_names_add(struct tls_names *, SSL_CTX *ctx);
/* Once, after the last add. Of two certificates for one name the first keeps it. */
void	tls_names_sort(struct tls_names *);
/* Exact names go before "*.…", which stands for one label. NULL: none. */
SSL_CTX	*tls_names_find(const struct tls_names *, const char *name);
void	tls_names_fini(struct tls_names *);

#endif
