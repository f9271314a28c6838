#include "net/tls_set.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/list.h"

static int tls_set_index;
static pthread_once_t tls_set_once = PTHREAD_ONCE_INIT;

static void tls_set_on_free(void *ssl, void *set, CRYPTO_EX_DATA *data, int index, long number,
    void *arg)
{
	(void)ssl;
	(void)data;
	(void)index;
	(void)number;
	(void)arg;
	tls_set_put(set);
}

static void tls_set_begin(void)
{
	tls_set_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, tls_set_on_free);
}

static void tls_set_free(struct held *h)
{
	struct tls_set *set = LIST_OWNER(h, struct tls_set, held);

	tls_names_fini(&set->names);
	for (size_t i = 0; i < set->n; i++)
		SSL_CTX_free(set->v[i]);
	free(set->v);
	free(set);
}

struct tls_set *tls_set_new(size_t n)
{
	struct tls_set *set = calloc(1, sizeof(*set));

	pthread_once(&tls_set_once, tls_set_begin);
	if (set)
		set->v = calloc(n, sizeof(SSL_CTX *));
	if (set == NULL || set->v == NULL || tls_set_index < 0) {
		free(set ? set->v : NULL);
		free(set);
		return NULL;
	}
	held_init(&set->held, tls_set_free);
	set->n = n;
	return set;
}

void tls_set_put(struct tls_set *set)
{
	if (set)
		held_put(&set->held);
}

SSL *tls_set_connection(struct tls_set *set)
{
	SSL *ssl = SSL_new(set->v[0]);

	if (ssl && SSL_set_ex_data(ssl, tls_set_index, set) == 1) {
		held_get(&set->held);
		return ssl;
	}
	SSL_free(ssl);
	return NULL;
}

struct tls_set *tls_set_of(const SSL *ssl)
{
	return SSL_get_ex_data(ssl, tls_set_index);
}
