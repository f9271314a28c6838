#include "tls_fixture.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#define MUST(x)                                                                                    \
	do {                                                                                       \
		if (!(x)) {                                                                        \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x);                    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

static void identity_extend(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	MUST(ext && X509_add_ext(cert, ext, -1));
	X509_EXTENSION_free(ext);
}

struct identity identity_new(const char *cn, const char *san, const struct identity *issuer)
{
	static long serial;
	struct identity id = {X509_new(), EVP_EC_gen("P-256")};
	X509_NAME *name;

	MUST(id.cert && id.key);
	MUST(X509_set_version(id.cert, X509_VERSION_3));
	MUST(ASN1_INTEGER_set(X509_get_serialNumber(id.cert), ++serial));
	MUST(X509_gmtime_adj(X509_getm_notBefore(id.cert), -3600));
	MUST(X509_gmtime_adj(X509_getm_notAfter(id.cert), 3600));
	MUST(X509_set_pubkey(id.cert, id.key));
	name = X509_get_subject_name(id.cert);
	MUST(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1,
	    -1, 0));
	MUST(X509_set_issuer_name(id.cert, X509_get_subject_name(issuer ? issuer->cert : id.cert)));
	if (issuer == NULL)
		identity_extend(id.cert, NID_basic_constraints, "critical,CA:TRUE");
	if (san)
		identity_extend(id.cert, NID_subject_alt_name, san);
	MUST(X509_sign(id.cert, issuer ? issuer->key : id.key, EVP_sha256()));
	return id;
}

void identity_free(struct identity *id)
{
	X509_free(id->cert);
	EVP_PKEY_free(id->key);
}

void identity_save(const struct identity *id, const char *path, bool cert, bool key)
{
	FILE *f = fopen(path, "w");

	MUST(f);
	MUST(!cert || PEM_write_X509(f, id->cert));
	MUST(!key || PEM_write_PrivateKey(f, id->key, NULL, NULL, 0, NULL, NULL));
	MUST(fclose(f) == 0);
}

void tls_peer_init(struct tls_peer *peer, bool server, int version, const struct identity *id)
{
	peer->ctx = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
	MUST(peer->ctx);
	MUST(SSL_CTX_set_min_proto_version(peer->ctx, version));
	MUST(SSL_CTX_set_max_proto_version(peer->ctx, version));
	if (id) {
		MUST(SSL_CTX_use_certificate(peer->ctx, id->cert));
		MUST(SSL_CTX_use_PrivateKey(peer->ctx, id->key));
	}
	MUST((peer->ssl = SSL_new(peer->ctx)) != NULL);
	MUST((peer->in = BIO_new(BIO_s_mem())) && (peer->out = BIO_new(BIO_s_mem())));
	BIO_set_mem_eof_return(peer->in, -1);
	BIO_set_mem_eof_return(peer->out, -1);
	SSL_set_bio(peer->ssl, peer->in, peer->out);
	if (server)
		SSL_set_accept_state(peer->ssl);
	else
		SSL_set_connect_state(peer->ssl);
}

void tls_peer_fini(struct tls_peer *peer)
{
	SSL_free(peer->ssl);
	SSL_CTX_free(peer->ctx);
}

bool tls_shake(SSL *server, SSL *client)
{
	BIO *ends[2];
	bool shaken = false, stuck = false;
	char byte;

	MUST(BIO_new_bio_pair(&ends[0], 65536, &ends[1], 65536));
	SSL_set_bio(server, ends[0], ends[0]);
	SSL_set_bio(client, ends[1], ends[1]);
	SSL_set_accept_state(server);
	SSL_set_connect_state(client);
	for (int i = 0; i < 20 && !shaken && !stuck; i++) {
		int c = SSL_do_handshake(client), s = SSL_do_handshake(server);
		shaken = c == 1 && s == 1;
		stuck = (c != 1 && SSL_get_error(client, c) == SSL_ERROR_SSL) ||
		    (s != 1 && SSL_get_error(server, s) == SSL_ERROR_SSL);
	}
	if (shaken)
		SSL_read(client, &byte, 1);	/* the tickets of TLS 1.3 */
	return shaken;
}
