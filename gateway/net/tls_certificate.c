#include "net/tls_certificate.h"

#include <openssl/x509v3.h>
#include <time.h>

static void tls_certificate_add_name(X509 *x, struct buffer *b)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		if (name->type != GEN_DNS)
			continue;
		buffer_add(b, (struct slice){(const char *)ASN1_STRING_get0_data(name->d.dNSName),
		    (size_t)ASN1_STRING_length(name->d.dNSName)});
		break;
	}
	GENERAL_NAMES_free(names);
}

void tls_certificate_subject(X509 *x, struct buffer *b)
{
	X509_NAME *name = X509_get_subject_name(x);
	BIO *out = BIO_new(BIO_s_mem());
	char *text = NULL;

	if (out && X509_NAME_entry_count(name) > 0 &&
	    X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
		long n = BIO_get_mem_data(out, &text);
		buffer_add(b, (struct slice){text, n > 0 ? (size_t)n : 0});
	} else {
		tls_certificate_add_name(x, b);
	}
	BIO_free(out);
}

int64_t tls_certificate_expires(X509 *x)
{
	struct tm tm;

	return ASN1_TIME_to_tm(X509_get0_notAfter(x), &tm) == 1 ? (int64_t)timegm(&tm) : 0;
}
