#include "net/tls_layer.h"

#include <assert.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum {
	TLS_RECORD = 16 * 1024,		/* RFC 8446 section 5.1: the most a record may carry */
	TLS_REKEY = 1 << 23		/* records under one key */
};

struct tls_layer {
	SSL		*ssl;
	const uint8_t	*wire;		/* during tls_open: what OpenSSL has not read yet */
	size_t		 wire_n;
	tls_sink	*sink;		/* during a call */
	void		*to;
	enum fault	 fault;		/* the first one is the last */
	uint32_t	 records;	/* sealed with this key */
	bool		 server, up, eof;
	bool		 sink_failed;
	char		 peer[];
};

static int tls_bio_write(BIO *bio, const char *p, size_t n, size_t *put)
{
	struct tls_layer *layer = BIO_get_data(bio);

	*put = n;
	if (layer->sink(layer->to, (const uint8_t *)p, n))
		return 1;
	layer->sink_failed = true;
	return 0;
}

static int tls_bio_read(BIO *bio, char *p, size_t n, size_t *got)
{
	struct tls_layer *layer = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	*got = n < layer->wire_n ? n : layer->wire_n;
	if (*got == 0) {
		BIO_set_retry_read(bio);
		return 0;
	}
	memcpy(p, layer->wire, *got);
	layer->wire += *got;
	layer->wire_n -= *got;
	return 1;
}

static long tls_bio_ctrl(BIO *bio, int what, long number, void *pointer)
{
	(void)bio;
	(void)number;
	(void)pointer;
	return what == BIO_CTRL_FLUSH;	/* the sink takes everything at once */
}

static BIO_METHOD *tls_bio_method;

static void tls_bio_register(void)
{
	BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire");

	if (method == NULL)
		return;
	BIO_meth_set_write_ex(method, tls_bio_write);
	BIO_meth_set_read_ex(method, tls_bio_read);
	BIO_meth_set_ctrl(method, tls_bio_ctrl);
	tls_bio_method = method;
}

static BIO *tls_bio_new(struct tls_layer *layer)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	BIO *bio;

	pthread_once(&once, tls_bio_register);
	if (tls_bio_method == NULL || (bio = BIO_new(tls_bio_method)) == NULL)
		return NULL;
	BIO_set_data(bio, layer);
	BIO_set_init(bio, 1);
	return bio;
}

struct tls_layer *tls_layer_new(SSL *ssl, bool server, const char *peer)
{
	size_t peer_n = strlen(peer) + 1;
	struct tls_layer *layer = calloc(1, sizeof(*layer) + peer_n);
	BIO *bio = layer ? tls_bio_new(layer) : NULL;

	if (bio == NULL) {
		free(layer);
		return NULL;
	}
	layer->ssl = ssl;
	layer->server = server;
	memcpy(layer->peer, peer, peer_n);
	SSL_set_bio(ssl, bio, bio);
	/* An idle connection gives its two 16 KiB buffers back. */
	SSL_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
	if (server)
		SSL_set_accept_state(ssl);
	else
		SSL_set_connect_state(ssl);
	return layer;
}

void tls_layer_free(struct tls_layer *layer)
{
	if (layer == NULL)
		return;
	SSL_free(layer->ssl);
	free(layer);
}

/* OpenSSL looks at its error queue to tell what happened: nobody's leftovers may be in it. */
static void tls_begin(struct tls_layer *layer, tls_sink *sink, void *to)
{
	if (ERR_peek_error() != 0)	/* clearing an empty queue costs 800 instructions */
		ERR_clear_error();
	layer->sink = sink;
	layer->to = to;
}

static enum fault tls_blame(const struct tls_layer *layer, unsigned long error)
{
	if (layer->sink_failed || ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE)
		return FAULT_NO_MEMORY;
	if (layer->up)
		return FAULT_TLS_PROTOCOL;
	if (layer->server && (ERR_GET_REASON(error) == SSL_R_CERTIFICATE_VERIFY_FAILED ||
	    ERR_GET_REASON(error) == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE))
		return FAULT_TLS_CERTIFICATE;
	if (layer->server)
		return FAULT_TLS_HANDSHAKE;
	return SSL_get_verify_result(layer->ssl) == X509_V_OK ? FAULT_DIAL_TLS :
								 FAULT_DIAL_CERTIFICATE;
}

static const char *tls_reason(const struct tls_layer *layer, enum fault f, unsigned long error)
{
	if (f == FAULT_DIAL_CERTIFICATE)
		return X509_verify_cert_error_string(SSL_get_verify_result(layer->ssl));
	if (error == 0)
		return "closed by the peer";
	const char *reason = ERR_reason_error_string(error);
	return reason ? reason : "no reason given";
}

/* Turns OpenSSL's error queue into a fault and a line on the log. */
static enum fault tls_fail(struct tls_layer *layer)
{
	unsigned long error = ERR_peek_error();
	enum fault f = tls_blame(layer, error);

	if (f == FAULT_NO_MEMORY)
		log_fault(f, "TLS with %s", layer->peer);
	else if (layer->server && f != FAULT_TLS_CERTIFICATE)
		log_line(LOG_LEVEL_DEBUG, "%s: %s: %s", layer->peer, fault_text(f),
		    tls_reason(layer, f, error));
	else
		log_fault(f, "%s: %s", layer->peer, tls_reason(layer, f, error));
	ERR_clear_error();
	layer->fault = f;
	return f;
}

/* After a call that did not succeed: does it only want more of the wire? */
static enum fault tls_wants(struct tls_layer *layer, int result)
{
	switch (SSL_get_error(layer->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return FAULT_NONE;
	case SSL_ERROR_ZERO_RETURN:
		if (!layer->up)
			return tls_fail(layer);
		layer->eof = true;
		return FAULT_NONE;
	default:
		return tls_fail(layer);
	}
}

/* Leaves a key of some type without any bits in it. */
static void tls_wipe_key(EVP_PKEY *key)
{
	if (EVP_PKEY_set_type(key, EVP_PKEY_RSA) != 1)
		ERR_clear_error();
	EVP_PKEY_free(key);
}

/*
 * Once the handshake is done nobody needs the ephemeral keys any more, but OpenSSL keeps them as
 * long as the connection: 450 bytes with X25519, and against the point of forward secrecy.
 */
static void tls_wipe_keys(SSL *ssl)
{
	EVP_PKEY *key;

	if (SSL_get_tmp_key(ssl, &key) == 1)
		tls_wipe_key(key);
	if (SSL_get_peer_tmp_key(ssl, &key) == 1)
		tls_wipe_key(key);
}

static enum fault tls_handshake(struct tls_layer *layer)
{
	int result = SSL_do_handshake(layer->ssl);

	if (result != 1)
		return tls_wants(layer, result);
	layer->up = true;
	tls_wipe_keys(layer->ssl);
	return FAULT_NONE;
}

/*
 * OpenSSL is not asked again once the wire is used up and it holds no rest of it: finding nothing
 * would make it allocate its read buffer only to free it again.
 */
static enum fault tls_read(struct tls_layer *layer, uint8_t *out, size_t size, size_t *out_n)
{
	while (layer->wire_n > 0 || SSL_has_pending(layer->ssl)) {
		size_t got = 0;
		int result = SSL_read_ex(layer->ssl, out + *out_n, size - *out_n, &got);
		if (result != 1)
			return tls_wants(layer, result);
		*out_n += got;
	}
	return FAULT_NONE;
}

enum fault tls_open(struct tls_layer *layer, const uint8_t *wire, size_t n, uint8_t *out,
    size_t *out_n, bool *up, bool *eof, tls_sink *sink, void *to)
{
	enum fault f = layer->fault;

	*out_n = 0;
	tls_begin(layer, sink, to);
	layer->wire = wire;
	layer->wire_n = n;
	if (f == FAULT_NONE && !layer->up)
		f = tls_handshake(layer);
	if (f == FAULT_NONE && layer->up)
		f = tls_read(layer, out, n + TLS_OPEN_EXTRA, out_n);
	layer->wire_n = 0;
	*up = layer->up;
	*eof = layer->eof;
	return f;
}

/* RFC 8446 section 5.5: an AES-GCM key is good for 2^24.5 full records. TLS 1.2 has no update. */
static void tls_rekey(struct tls_layer *layer, size_t n)
{
	layer->records += (uint32_t)(n / TLS_RECORD) + 1;
	if (layer->records < TLS_REKEY)
		return;
	layer->records = 0;
	if (SSL_key_update(layer->ssl, SSL_KEY_UPDATE_NOT_REQUESTED) != 1)
		ERR_clear_error();
}

static enum fault tls_write(struct tls_layer *layer, const uint8_t *p, size_t n)
{
	size_t put;

	if (n == 0)
		return FAULT_NONE;
	tls_rekey(layer, n);
	return SSL_write_ex(layer->ssl, p, n, &put) == 1 ? FAULT_NONE : tls_fail(layer);
}

/* Small pieces on their way into one record. */
struct tls_record {
	size_t	n;
	uint8_t	bytes[TLS_RECORD];
};

static enum fault tls_gather(struct tls_layer *layer, struct tls_record *r, const uint8_t *p,
    size_t n)
{
	enum fault f = FAULT_NONE;

	while (n > 0 && f == FAULT_NONE) {
		size_t take = n / TLS_RECORD * TLS_RECORD;
		if (r->n == 0 && take > 0) {
			f = tls_write(layer, p, take);	/* full records, no copy */
		} else {
			take = n < TLS_RECORD - r->n ? n : TLS_RECORD - r->n;
			memcpy(r->bytes + r->n, p, take);
			r->n += take;
		}
		if (r->n == TLS_RECORD) {
			f = tls_write(layer, r->bytes, r->n);
			r->n = 0;
		}
		p += take;
		n -= take;
	}
	return f;
}

enum fault tls_seal(struct tls_layer *layer, const struct iovec *iov, int n, tls_sink *sink,
    void *to)
{
	struct tls_record r;
	enum fault f = layer->fault;

	assert(layer->up || f != FAULT_NONE);
	r.n = 0;
	tls_begin(layer, sink, to);
	for (int i = 0; i < n - 1 && f == FAULT_NONE; i++)
		f = tls_gather(layer, &r, iov[i].iov_base, iov[i].iov_len);
	if (n > 0 && f == FAULT_NONE && r.n == 0)
		return tls_write(layer, iov[n - 1].iov_base, iov[n - 1].iov_len);
	if (n > 0 && f == FAULT_NONE)
		f = tls_gather(layer, &r, iov[n - 1].iov_base, iov[n - 1].iov_len);
	return f == FAULT_NONE ? tls_write(layer, r.bytes, r.n) : f;
}

enum fault tls_finish(struct tls_layer *layer, tls_sink *sink, void *to)
{
	if (!layer->up || layer->fault != FAULT_NONE ||
	    (SSL_get_shutdown(layer->ssl) & SSL_SENT_SHUTDOWN))
		return FAULT_NONE;
	tls_begin(layer, sink, to);
	/* 0: said, but not heard yet; 1: heard already. */
	return SSL_shutdown(layer->ssl) < 0 ? tls_fail(layer) : FAULT_NONE;
}

static const X509 *tls_layer_certificate(const struct tls_layer *layer)
{
	return layer->server && SSL_get_verify_result(layer->ssl) == X509_V_OK
	    ? SSL_get0_peer_certificate(layer->ssl) : NULL;
}

/* Names in odd encodings are none: nobody could write them down the same. */
static struct slice tls_layer_common_name(const X509 *certificate)
{
	const X509_NAME *subject = X509_get_subject_name(certificate);
	int at = subject ? X509_NAME_get_index_by_NID(subject, NID_commonName, -1) : -1;

	if (at < 0)
		return (struct slice){NULL, 0};
	const ASN1_STRING *cn = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
	int type = ASN1_STRING_type(cn);
	if (type != V_ASN1_UTF8STRING && type != V_ASN1_PRINTABLESTRING && type != V_ASN1_IA5STRING)
		return (struct slice){NULL, 0};
	return (struct slice){(const char *)ASN1_STRING_get0_data(cn),
	    (size_t)ASN1_STRING_length(cn)};
}

struct tls_facts tls_layer_facts(const struct tls_layer *layer)
{
	struct tls_facts facts = {.version = SSL_get_version(layer->ssl)};
	const unsigned char *alpn;
	unsigned alpn_n;

	facts.sni = slice_of(SSL_get_servername(layer->ssl, TLSEXT_NAMETYPE_host_name));
	SSL_get0_alpn_selected(layer->ssl, &alpn, &alpn_n);
	const X509 *certificate = tls_layer_certificate(layer);
	facts.resumed = SSL_session_reused(layer->ssl);
	facts.certificate = certificate != NULL;
	if (certificate)
		facts.client_cn = tls_layer_common_name(certificate);
	facts.alpn = (struct slice){(const char *)alpn, alpn_n};
	return facts;
}
