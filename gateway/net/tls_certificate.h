/* What is told of a certificate. */
#ifndef TLS_CERTIFICATE_H
#define TLS_CERTIFICATE_H

#include <openssl/x509.h>
#include <stdint.h>

#include "base/buffer.h"

/* Adds its subject as RFC 2253 has it, in UTF-8; of one that has none the first name it is for. */
void	tls_certificate_subject(X509 *, struct buffer *);
/* When it expires, in seconds since 1970; 0: it does not say. */
int64_t	tls_certificate_expires(X509 *);

#endif
