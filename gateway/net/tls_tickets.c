#include "net/tls_tickets.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { TICKET_NAME = 16, TICKET_LIFE = 7 * 24 * 3600 };	/* s; RFC 8446 allows no longer */

struct ticket_key {
	uint8_t	name[TICKET_NAME], secret[32], mac[32];
};

struct tls_tickets {
	pthread_mutex_t		 lock;		/* over all but the first two */
	uint64_t		 rotation;
	EVP_CIPHER		*cipher;
	uint64_t		 born;		/* the current key */
	struct ticket_key	 current, previous;
};

static bool tls_tickets_make(struct ticket_key *key)
{
	return RAND_bytes(key->name, sizeof(key->name)) == 1 &&
	    RAND_priv_bytes(key->secret, sizeof(key->secret)) == 1 &&
	    RAND_priv_bytes(key->mac, sizeof(key->mac)) == 1;
}

struct tls_tickets *tls_tickets_new(uint64_t rotation)
{
	struct tls_tickets *tickets = calloc(1, sizeof(*tickets));

	if (tickets == NULL)
		return NULL;
	pthread_mutex_init(&tickets->lock, NULL);
	tickets->rotation = rotation;
	tickets->born = clock_mono_ms();
	tickets->cipher = EVP_CIPHER_fetch(NULL, "AES-256-CBC", NULL);
	/* The previous key is nobody's, but must not be guessable. */
	if (tickets->cipher == NULL || !tls_tickets_make(&tickets->current) ||
	    !tls_tickets_make(&tickets->previous)) {
		tls_tickets_free(tickets);
		return NULL;
	}
	return tickets;
}

void tls_tickets_free(struct tls_tickets *tickets)
{
	if (tickets == NULL)
		return;
	EVP_CIPHER_free(tickets->cipher);
	pthread_mutex_destroy(&tickets->lock);
	OPENSSL_cleanse(tickets, sizeof(*tickets));
	free(tickets);
}

/* Without random numbers the old key stays until the next handshake tries again. */
static void tls_tickets_rotate(struct tls_tickets *tickets)
{
	uint64_t age = clock_mono_ms() - tickets->born;
	struct ticket_key fresh, between;

	if (tickets->rotation == 0 || age < tickets->rotation)
		return;
	if (!tls_tickets_make(&fresh) || !tls_tickets_make(&between))
		return;
	/* After a long rest the last key is too old even for the previous one's place. */
	tickets->previous = age < 2 * tickets->rotation ? tickets->current : between;
	tickets->current = fresh;
	tickets->born += age;
	OPENSSL_cleanse(&fresh, sizeof(fresh));
	OPENSSL_cleanse(&between, sizeof(between));
}

/* The key to encrypt with, or the one of this name; false when it is neither of ours. */
static bool tls_tickets_pick(struct tls_tickets *tickets, const uint8_t *name, bool encrypt,
    struct ticket_key *key, bool *old)
{
	pthread_mutex_lock(&tickets->lock);
	tls_tickets_rotate(tickets);
	*old = !encrypt && memcmp(name, tickets->current.name, TICKET_NAME) != 0;
	*key = *old ? tickets->previous : tickets->current;
	pthread_mutex_unlock(&tickets->lock);
	return encrypt || memcmp(name, key->name, TICKET_NAME) == 0;
}

static bool tls_tickets_arm(const struct tls_tickets *tickets, const struct ticket_key *key,
    uint8_t *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, bool encrypt)
{
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
	    OSSL_PARAM_construct_end(),
	};

	return EVP_MAC_init(mac, key->mac, sizeof(key->mac), params) == 1 &&
	    EVP_CipherInit_ex2(cipher, tickets->cipher, key->secret, iv, encrypt, NULL) == 1;
}

/* Returns -1: failed; 0: no such key; 1: done; 2: done, and the client is to get a new ticket. */
static int tls_tickets_on_key(SSL *ssl, unsigned char *name, unsigned char *iv,
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int encrypt)
{
	struct tls_tickets *tickets = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	struct ticket_key key;
	bool old;
	int result = 0;

	if (tls_tickets_pick(tickets, name, encrypt, &key, &old)) {
		if (encrypt)
			memcpy(name, key.name, TICKET_NAME);
		if (encrypt && RAND_bytes(iv, EVP_CIPHER_get_iv_length(tickets->cipher)) != 1)
			result = -1;
		else if (!tls_tickets_arm(tickets, &key, iv, cipher, mac, encrypt))
			result = -1;
		else
			result = old ? 2 : 1;
	}
	OPENSSL_cleanse(&key, sizeof(key));
	return result;
}

void tls_tickets_serve(struct tls_tickets *tickets, SSL_CTX *ctx)
{
	uint64_t life = tickets->rotation / 1000;

	SSL_CTX_set_app_data(ctx, tickets);
	SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, tls_tickets_on_key);
	SSL_CTX_set_timeout(ctx, life == 0 || life > TICKET_LIFE ? TICKET_LIFE : (long)life);
}
