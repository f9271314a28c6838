#include "codec/ws_handshake.h"

#include <assert.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

#include "base/base64.h"
#include "codec/http_char.h"

enum { KEY_SIZE = 24, NONCE_SIZE = 16, SHA1_SIZE = 20 };

#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

bool ws_handshake_wanted(const struct http1_request *r)
{
	if (!r->upgrade)
		return false;
	for (unsigned i = 0; i < r->n_headers; i++)
		if (slice_ieq(r->headers[i].name, SLICE("Upgrade")) &&
		    slice_list_has(r->headers[i].value, SLICE("websocket")))
			return true;
	return false;
}

/* The value of a field that may stand there only once; false when it is missing or repeated. */
static bool ws_handshake_only(const struct header *headers, unsigned n, struct slice name,
    struct slice *value)
{
	const struct header *h = http1_find(headers, n, name);

	if (h == NULL)
		return false;
	*value = h->value;
	unsigned next = (unsigned)(h - headers) + 1;
	return http1_find(headers + next, n - next, name) == NULL;
}

enum fault ws_handshake_check_h2(const struct header *headers, unsigned n, const char **why)
{
	struct slice version = {NULL, 0};

	*why = NULL;
	if (ws_handshake_only(headers, n, SLICE("Sec-WebSocket-Version"), &version) &&
	    slice_eq(version, SLICE("13")))
		return FAULT_NONE;
	*why = "Sec-WebSocket-Version is not 13";
	return FAULT_WS_VERSION;
}

static bool ws_handshake_key(struct slice key)
{
	uint8_t nonce[KEY_SIZE / 4 * 3];
	size_t n;

	return key.n == KEY_SIZE && base64_decode(nonce, &n, key.p, key.n) && n == NONCE_SIZE;
}

enum fault ws_handshake_check(const struct http1_request *r, const char **why)
{
	struct slice key;

	*why = NULL;
	if (!slice_eq(r->method, SLICE("GET")))
		*why = "the method is not GET";
	else if (r->minor != 1)
		*why = "the version is not HTTP/1.1";
	if (*why)
		return FAULT_WS_HANDSHAKE;
	/* Before the key: another version may well have another one (RFC 6455 section 4.4). */
	enum fault f = ws_handshake_check_h2(r->headers, r->n_headers, why);
	if (f != FAULT_NONE)
		return f;
	if (!ws_handshake_only(r->headers, r->n_headers, SLICE("Sec-WebSocket-Key"), &key))
		*why = "there is not exactly one Sec-WebSocket-Key";
	else if (!ws_handshake_key(key))
		*why = "Sec-WebSocket-Key is not 16 bytes in base64";
	return *why ? FAULT_WS_HANDSHAKE : FAULT_NONE;
}

static EVP_MD *ws_handshake_sha1;

static void ws_handshake_fetch(void)
{
	ws_handshake_sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
}

enum fault ws_handshake_accept(struct slice key, char out[WS_ACCEPT_SIZE])
{
	/* Looking a digest up costs more than the digest: once for all threads. */
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	uint8_t text[KEY_SIZE + sizeof(GUID) - 1], digest[SHA1_SIZE];

	assert(key.n == KEY_SIZE);
	pthread_once(&once, ws_handshake_fetch);
	memcpy(text, key.p, KEY_SIZE);
	memcpy(text + KEY_SIZE, GUID, sizeof(GUID) - 1);
	if (ws_handshake_sha1 == NULL ||
	    !EVP_Digest(text, sizeof(text), digest, NULL, ws_handshake_sha1, NULL))
		return FAULT_NO_MEMORY;
	base64_encode(out, digest, sizeof(digest));
	return FAULT_NONE;
}

/*
 * Empty list elements do not count (RFC 9110 section 5.6.1.2); the others must be tokens (RFC 6455
 * section 4.1).
 */
enum fault ws_handshake_offer(const struct header *h, unsigned n_headers,
    struct slice offer[WS_OFFER_MAX], size_t *n)
{
	struct slice list, part;

	*n = 0;
	for (unsigned i = 0; i < n_headers; i++) {
		if (!slice_ieq(h[i].name, SLICE("Sec-WebSocket-Protocol")) &&
		    !slice_ieq(h[i].name, SLICE("Framegate-Protocol")))
			continue;
		for (list = h[i].value; slice_cut(&list, ',', &part);) {
			part = slice_trim(part);
			if (part.n == 0)
				continue;
			if (*n == WS_OFFER_MAX ||
			    http_char_span(part, HTTP_CHAR_TOKEN) != part.n)
				return FAULT_SUBPROTOCOL;
			if (part.n <= WS_SUBPROTOCOL_MAX)
				offer[(*n)++] = part;
		}
	}
	return FAULT_NONE;
}

enum fault ws_handshake_subprotocol(const struct header *h, unsigned n_headers,
    const char *const *ours, size_t n, struct slice *chosen)
{
	struct slice offer[WS_OFFER_MAX];
	bool none_is_fine = false;
	size_t offered;

	*chosen = (struct slice){NULL, 0};
	if (n == 0)
		return FAULT_NONE;
	enum fault f = ws_handshake_offer(h, n_headers, offer, &offered);
	if (f != FAULT_NONE)
		return f;
	for (size_t i = 0; i < n; i++) {
		struct slice name = slice_of(ours[i]);
		none_is_fine |= name.n == 0;
		for (size_t j = 0; j < offered; j++)
			if (slice_eq(offer[j], name)) {
				*chosen = name;
				return FAULT_NONE;
			}
	}
	return none_is_fine ? FAULT_NONE : FAULT_SUBPROTOCOL;
}

struct slice ws_handshake_first_offer(const struct header *h, unsigned n_headers)
{
	struct slice offer[WS_OFFER_MAX];
	size_t n;

	if (ws_handshake_offer(h, n_headers, offer, &n) != FAULT_NONE || n == 0)
		return (struct slice){NULL, 0};
	return offer[0];
}
