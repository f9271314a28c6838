#include "bench_tls.h"

#include <err.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <string.h>

/* One connection is served at a time, so that all share what OpenSSL reads from and writes to. */
static struct {
	const uint8_t	*in;
	size_t		 in_n;
	size_t		 out_n;
	uint8_t		 out[BENCH_TLS_PIECE + BENCH_TLS_PIECE / 4];
} bench_tls_wire;

static int
bench_tls_bio_read(BIO *bio, char *p, int n)
{
	size_t run = bench_tls_wire.in_n < (size_t)n ? bench_tls_wire.in_n : (size_t)n;

	BIO_clear_retry_flags(bio);
	if (run == 0) {
		BIO_set_retry_read(bio);
		return -1;
	}
	memcpy(p, bench_tls_wire.in, run);
	bench_tls_wire.in += run;
	bench_tls_wire.in_n -= run;
	return (int)run;
}

static int
bench_tls_bio_write(BIO *bio, const char *p, int n)
{
	BIO_clear_retry_flags(bio);
	if ((size_t)n > sizeof(bench_tls_wire.out) - bench_tls_wire.out_n)
		errx(1, "more cipher text than was planned for");
	memcpy(bench_tls_wire.out + bench_tls_wire.out_n, p, (size_t)n);
	bench_tls_wire.out_n += (size_t)n;
	return n;
}

static long
bench_tls_bio_ctrl(BIO *bio, int cmd, long larg, void *parg)
{
	(void)bio;
	(void)larg;
	(void)parg;
	return cmd == BIO_CTRL_FLUSH;
}

static BIO *
bench_tls_bio(void)
{
	static BIO_METHOD *how;
	BIO *bio;

	if (how == NULL) {
		how = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "bench");
		BIO_meth_set_read(how, bench_tls_bio_read);
		BIO_meth_set_write(how, bench_tls_bio_write);
		BIO_meth_set_ctrl(how, bench_tls_bio_ctrl);
	}
	bio = BIO_new(how);
	BIO_set_init(bio, 1);
	return bio;
}

static SSL_CTX *
bench_tls_context(const SSL_METHOD *method)
{
	SSL_CTX *tls = SSL_CTX_new(method);

	if (tls == NULL)
		errx(1, "no TLS");
	SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
	SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
	return tls;
}

SSL_CTX *
bench_tls_server(const char *pem)
{
	SSL_CTX *tls = bench_tls_context(TLS_server_method());

	if (SSL_CTX_use_certificate_chain_file(tls, pem) != 1 ||
	    SSL_CTX_use_PrivateKey_file(tls, pem, SSL_FILETYPE_PEM) != 1)
		errx(1, "%s: no certificate with its key", pem);
	return tls;
}

SSL_CTX *
bench_tls_client(void)
{
	SSL_CTX *tls = bench_tls_context(TLS_client_method());

	/* Only these, so that no peer's preferences make its records cheaper than another's. */
	if (SSL_CTX_set_ciphersuites(tls, "TLS_AES_256_GCM_SHA384") != 1 ||
	    SSL_CTX_set1_groups_list(tls, "X25519") != 1 ||
	    SSL_CTX_set_min_proto_version(tls, TLS1_3_VERSION) != 1)
		errx(1, "this OpenSSL lacks TLS 1.3");
	return tls;
}

SSL *
bench_tls_new(SSL_CTX *tls)
{
	SSL *ssl = SSL_new(tls);
	BIO *bio = bench_tls_bio();

	if (ssl == NULL || bio == NULL)
		errx(1, "out of memory for TLS");
	SSL_set_bio(ssl, bio, bio);
	if (SSL_CTX_get_ssl_method(tls) == TLS_server_method())
		SSL_set_accept_state(ssl);
	else
		SSL_set_connect_state(ssl);
	return ssl;
}

enum bench_tls_state
bench_tls_open(SSL *ssl, const uint8_t *in, size_t n, uint8_t *plain, size_t *got)
{
	int r, why;

	bench_tls_wire.in = in;
	bench_tls_wire.in_n = n;
	*got = 0;
	do {
		r = SSL_read(ssl, plain + *got, (int)(BENCH_TLS_ROOM - *got));
		if (r > 0)
			*got += (size_t)r;
		/* Nothing left to open and no record half done: spare OpenSSL the look. */
	} while (r > 0 && (bench_tls_wire.in_n > 0 || SSL_has_pending(ssl)));
	if (r > 0)
		return BENCH_TLS_OK;
	why = SSL_get_error(ssl, r);
	ERR_clear_error();
	return why == SSL_ERROR_WANT_READ ? BENCH_TLS_OK :
	    why == SSL_ERROR_ZERO_RETURN  ? BENCH_TLS_END :
					    BENCH_TLS_FAILED;
}

bool
bench_tls_seal(SSL *ssl, const uint8_t *plain, size_t n)
{
	bool ok = SSL_write(ssl, plain, (int)n) == (int)n;

	ERR_clear_error();
	return ok;
}

void
bench_tls_bye(SSL *ssl)
{
	(void)SSL_shutdown(ssl);
	ERR_clear_error();
}

const uint8_t *
bench_tls_take(size_t *n)
{
	*n = bench_tls_wire.out_n;
	bench_tls_wire.out_n = 0;
	return bench_tls_wire.out;
}
