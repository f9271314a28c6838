/*
 * TLS as a pure filter between a stream's wire bytes and what its owner sees. It does no I/O: the
 * stream receives into wire, feeds it here, and sends what comes out; so TLS costs the same number
 * of system calls as plain, and a record that the socket does not take needs no retry of SSL_write.
 */
#ifndef TLS_LAYER_H
#define TLS_LAYER_H

#include <openssl/ssl.h>
#include <sys/uio.h>

#include "base/fault.h"
#include "base/slice.h"

enum { TLS_OPEN_EXTRA = 18 * 1024 };

struct tls_layer;

/*
 * Where the wire bytes that TLS makes go to: the stream queues or sends them.
 * false: out of memory.
 */
typedef bool tls_sink(void *to, const uint8_t *p, size_t n);

/* What was negotiated; strings live as long as the layer. */
struct tls_facts {
	const char	*version;	/* "TLSv1.3" */
	struct slice	 sni;		/* empty when none */
	struct slice	 alpn;
	bool		 resumed;	/* a session of an earlier connection was taken up again */
	bool		 certificate;	/* the client has shown one, and it was verified */
	struct slice	 client_cn;	/* of that certificate; empty when none */
};

/*
 * ssl: of tls_ctx_connection; taken over. peer: who that is, for the log ("192.0.2.1",
 * "tls://host:port"); copied. NULL when out of memory, ssl is the caller's then.
 */
struct tls_layer *tls_layer_new(SSL *ssl, bool server, const char *peer);
void		 tls_layer_free(struct tls_layer *);

/*
 * Wire bytes in, plain bytes out: all n are taken. *out_n plain bytes were written to out, which
 * has room for n + TLS_OPEN_EXTRA (a record begun earlier may end now). *up: the handshake is done
 * (said in every call from then on). *eof: close_notify came; what follows it is dropped.
 * Whatever TLS has to say itself goes to sink, the alert before a fault too. n = 0 starts a
 * client's handshake.
 * Faults: TLS_HANDSHAKE or TLS_PROTOCOL, DIAL_TLS and DIAL_CERTIFICATE on a client, NO_MEMORY; the
 * reason is on the error log (a client's mistakes at debug level). After a fault every call
 * returns it again, and nothing more goes to sink.
 */
enum fault	 tls_open(struct tls_layer *, const uint8_t *wire, size_t n,
		    uint8_t *out, size_t *out_n, bool *up, bool *eof,
		    tls_sink *, void *to) MUST_USE;
/* Once up: plain bytes in, records of up to 16 KiB to sink; small pieces share a record. */
enum fault	 tls_seal(struct tls_layer *, const struct iovec *, int n, tls_sink *,
		    void *to) MUST_USE;
/*
 * close_notify to sink, once; nothing when there is nobody to say it to (not up, or failed).
 * Nothing may be sealed afterwards; opening goes on.
 */
enum fault	 tls_finish(struct tls_layer *, tls_sink *,
		    void *to) MUST_USE;
struct tls_facts tls_layer_facts(const struct tls_layer *);

#endif
