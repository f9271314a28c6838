#include "net/tls_selfsigned.h"

#include <openssl/ec.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "base/clock.h"

enum { SELFSIGNED_DAY = 24 * 3600, SELFSIGNED_DAYS = 30 };

static const struct {
	int		 nid;
	const char	*value;
} selfsigned_extensions[] = {
    {NID_basic_constraints, "critical,CA:FALSE"},
    {NID_key_usage, "critical,digitalSignature"},
    {NID_ext_key_usage, "serverAuth"},
    {NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1"},
};

static bool tls_selfsigned_extend(X509 *cert)
{
	size_t n = sizeof(selfsigned_extensions) / sizeof(selfsigned_extensions[0]);
	bool added = true;

	for (size_t i = 0; added && i < n; i++) {
		X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, selfsigned_extensions[i].nid,
		    selfsigned_extensions[i].value);
		added = ext && X509_add_ext(cert, ext, -1) == 1;
		X509_EXTENSION_free(ext);
	}
	return added;
}

/* Browsers remember certificates by issuer and serial number: each start needs another. */
static bool tls_selfsigned_number(X509 *cert)
{
	uint64_t number;

	if (RAND_bytes((unsigned char *)&number, sizeof(number)) != 1)
		return false;
	return ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), number >> 1 | 1) == 1;
}

static bool tls_selfsigned_fill(X509 *cert, EVP_PKEY *key)
{
	X509_NAME *name = X509_get_subject_name(cert);
	time_t now = (time_t)(clock_wall_ms() / 1000);

	return X509_set_version(cert, X509_VERSION_3) == 1 && tls_selfsigned_number(cert) &&
	    ASN1_TIME_set(X509_getm_notBefore(cert), now - SELFSIGNED_DAY) &&
	    ASN1_TIME_set(X509_getm_notAfter(cert), now + SELFSIGNED_DAYS * SELFSIGNED_DAY) &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
		(const unsigned char *)"localhost", -1, -1, 0) == 1 &&
	    X509_set_issuer_name(cert, name) == 1 && X509_set_pubkey(cert, key) == 1 &&
	    tls_selfsigned_extend(cert) && X509_sign(cert, key, EVP_sha256()) > 0;
}

bool tls_selfsigned_use(SSL_CTX *ctx)
{
	X509 *cert = X509_new();
	EVP_PKEY *key = EVP_EC_gen("P-256");
	bool made = cert && key && tls_selfsigned_fill(cert, key) &&
	    SSL_CTX_use_certificate(ctx, cert) == 1 && SSL_CTX_use_PrivateKey(ctx, key) == 1;

	X509_free(cert);
	EVP_PKEY_free(key);
	return made;
}
