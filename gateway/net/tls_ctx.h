/*
 * TLS settings made from the configuration: certificates chosen by SNI on the server's side,
 * verification on the client's side. Shared by all workers; but for tls_ctx_refresh they stay as
 * they were made.
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
/*
 * Have the files of a listener's profile changed since they were read, and not since the last look?
 * Then they are read again, for connections from now on; what is wrong with them is on the log, and
 * all stays as it was. One thread at a time, which may wait for disks.
 */
void		 tls_ctx_refresh(struct tls_ctx *, const struct config_tls *);
size_t		 tls_ctx_certificates(const struct tls_ctx *);	/* how many */
/* The nth of a profile's certificates just now, for X509_free; NULL: it has none. Any thread. */
X509		*tls_ctx_certificate(struct tls_ctx *, size_t n);
/* A connection of a listener's; NULL when out of memory. h2: HTTP/2 is offered, too (ALPN). */
SSL		*tls_ctx_accept(struct tls_ctx *, bool h2);
/*
 * A connection of it; NULL when out of memory. name: what a client verifies and sends as SNI (an
 * address literal is verified as one and not sent): tls.sni, else the server's host. NULL on a
 * server.
 */
SSL		*tls_ctx_connection(struct tls_ctx *, const char *name);

#endif
