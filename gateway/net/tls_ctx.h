/*
 * TLS settings made from the configuration: certificates chosen by SNI on the server's side,
 * verification on the client's side. Immutable after they are made, shared by all workers.
 */
#ifndef TLS_CTX_H
#define TLS_CTX_H

#include <openssl/ssl.h>

#include "config/config.h"

struct tls_ctx;

/*
 * A listener's profile. Certificates and keys are read now (before privileges are dropped); a
 * mismatch, an encrypted or unreadable key, an unknown cipher is FAULT_SYSTEM with the place and
 * reason on the log. The profile named "self-signed" makes a certificate for localhost.
 */
enum fault	 tls_ctx_server(const struct config_tls *, struct tls_ctx **) MUST_USE;
/* What a backend's tls group says. The same faults; verify = false is warned about here, once. */
enum fault	 tls_ctx_client(const struct config_backend *, struct tls_ctx **) MUST_USE;
void		 tls_ctx_free(struct tls_ctx *);
/* The nth of a profile's certificates, which is the context's; NULL: there are fewer. */
X509		*tls_ctx_certificate(const struct tls_ctx *, size_t n);
/* A connection of a listener's; NULL when out of memory. h2: HTTP/2 is offered, too (ALPN). */
SSL		*tls_ctx_accept(struct tls_ctx *, bool h2);
/*
 * A connection of it; NULL when out of memory. name: what a client verifies and sends as SNI (an
 * address literal is verified as one and not sent): tls.sni, else the server's host. NULL on a
 * server.
 */
SSL		*tls_ctx_connection(struct tls_ctx *, const char *name);

#endif
