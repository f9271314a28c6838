#include "net/tls_names.h"

#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

enum { TLS_NAME_MAX = 255 };

struct tls_name {
	char	*text;		/* lower case */
	SSL_CTX	*ctx;
	size_t	 rank;		/* order of the configuration */
};

/* Lower case without the root's dot; false: longer than any name. */
static bool tls_names_fold(char out[TLS_NAME_MAX + 1], const char *name, size_t n)
{
	if (n > 0 && name[n - 1] == '.')
		n--;
	if (n > TLS_NAME_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		out[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 0x20 : name[i]);
	out[n] = '\0';
	return true;
}

static bool tls_names_put(struct tls_names *names, const ASN1_STRING *string, SSL_CTX *ctx)
{
	const char *p = (const char *)ASN1_STRING_get0_data(string);
	size_t n = (size_t)ASN1_STRING_length(string);
	char text[TLS_NAME_MAX + 1];

	if (memchr(p, '\0', n) != NULL || !tls_names_fold(text, p, n))
		return true;	/* no client can ask for it */
	struct tls_name *v = realloc(names->v, (names->n + 1) * sizeof(*v));
	if (v == NULL)
		return false;
	names->v = v;
	v[names->n] = (struct tls_name){strdup(text), ctx, names->n};
	if (v[names->n].text == NULL)
		return false;
	names->n++;
	return true;
}

bool tls_names_add(struct tls_names *names, SSL_CTX *ctx)
{
	X509 *cert = SSL_CTX_get0_certificate(ctx);
	GENERAL_NAMES *alts = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	X509_NAME *subject = X509_get_subject_name(cert);
	bool fits = true, found = false;

	for (int i = 0; fits && i < sk_GENERAL_NAME_num(alts); i++) {
		const GENERAL_NAME *alt = sk_GENERAL_NAME_value(alts, i);
		if (alt->type != GEN_DNS)
			continue;
		found = true;
		fits = tls_names_put(names, alt->d.dNSName, ctx);
	}
	GENERAL_NAMES_free(alts);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	if (!found && at >= 0)
		fits = tls_names_put(names,
		    X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)), ctx);
	return fits;
}

static int tls_names_order(const void *a, const void *b)
{
	const struct tls_name *x = a, *y = b;
	int order = strcmp(x->text, y->text);

	return order ? order : (x->rank > y->rank) - (x->rank < y->rank);
}

void tls_names_sort(struct tls_names *names)
{
	size_t kept = 0;

	if (names->n)
		qsort(names->v, names->n, sizeof(*names->v), tls_names_order);
	for (size_t i = 0; i < names->n; i++) {
		if (kept > 0 && strcmp(names->v[kept - 1].text, names->v[i].text) == 0)
			free(names->v[i].text);
		else
			names->v[kept++] = names->v[i];
	}
	names->n = kept;
}

static int tls_names_compare(const void *key, const void *element)
{
	return strcmp(key, ((const struct tls_name *)element)->text);
}

static SSL_CTX *tls_names_look(const struct tls_names *names, const char *text)
{
	const struct tls_name *found =
	    names->n ? bsearch(text, names->v, names->n, sizeof(*names->v), tls_names_compare)
		     : NULL;

	return found ? found->ctx : NULL;
}

SSL_CTX *tls_names_find(const struct tls_names *names, const char *name)
{
	char text[TLS_NAME_MAX + 1];

	if (!tls_names_fold(text, name, strlen(name)))
		return NULL;
	SSL_CTX *ctx = tls_names_look(names, text);
	char *dot = strchr(text, '.');
	if (ctx || dot == NULL || dot == text)
		return ctx;
	dot[-1] = '*';
	return tls_names_look(names, dot - 1);
}

void tls_names_fini(struct tls_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->v[i].text);
	free(names->v);
	*names = (struct tls_names){NULL, 0};
}
