/*
 * The keys of session tickets (RFC 5077, RFC 8446 section 4.6.1), shared by all workers and
 * changed from time to time: whoever gets hold of one can read what its time has recorded.
 */
#ifndef TLS_TICKETS_H
#define TLS_TICKETS_H

#include <openssl/ssl.h>
#include <stdint.h>

struct tls_tickets;

/* rotation: ms; tickets are honoured for one to two of them. 0: never. NULL: out of memory. */
struct tls_tickets *tls_tickets_new(uint64_t rotation);
void		 tls_tickets_free(struct tls_tickets *);
/* Tickets of ctx use these keys, which must live longer. */
void		 tls_tickets_serve(struct tls_tickets *, SSL_CTX *ctx);

#endif
