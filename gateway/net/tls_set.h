/*
 * The certificates of a TLS context at one time, in OpenSSL's form. A connection holds the set that
 * it began with, so that another one may take its place meanwhile.
 */
#ifndef TLS_SET_H
#define TLS_SET_H

#include <openssl/ssl.h>

#include "base/held.h"
#include "net/tls_names.h"

struct tls_set {
	struct held		 held;
	SSL_CTX			**v;		/* one for each certificate; [0]: the default */
	size_t			 n;
	struct tls_names	 names;
};

/* With room for n, to be filled before others see it. NULL: out of memory. */
struct tls_set	*tls_set_new(size_t n);
void		 tls_set_put(struct tls_set *);		/* NULL is fine */
/* A connection by the default, which holds the set from now on. NULL: out of memory. */
SSL		*tls_set_connection(struct tls_set *);
struct tls_set	*tls_set_of(const SSL *);

#endif
