#include "codec/ws_client.h"

#include "base/base64.h"
#include "codec/ws_handshake.h"

struct slice ws_client_key(const uint8_t nonce[WS_NONCE_SIZE], char key[WS_KEY_SIZE])
{
	base64_encode(key, nonce, WS_NONCE_SIZE);
	return (struct slice){key, WS_KEY_SIZE};
}

/* The value of a field that may stand there at most once; p NULL: it does not. */
static bool ws_client_once(const struct http1_response *r, struct slice name, struct slice *value)
{
	const struct header *h = http1_find(r->headers, r->n_headers, name);

	*value = h ? h->value : (struct slice){NULL, 0};
	if (h == NULL)
		return true;
	unsigned next = (unsigned)(h - r->headers) + 1;
	return http1_find(r->headers + next, r->n_headers - next, name) == NULL;
}

static bool ws_client_offered(const struct slice *offer, size_t n, struct slice chosen)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq(offer[i], chosen))
			return true;
	return chosen.p == NULL;
}

enum fault ws_client_check(const struct http1_response *r, struct slice key,
    const struct slice *offer, size_t n, struct slice *subprotocol, const char **why)
{
	char right[WS_ACCEPT_SIZE];
	struct slice accept;
	enum fault f = ws_handshake_accept(key, right);

	*why = NULL;
	if (f != FAULT_NONE)
		return f;
	if (r->minor != 1)
		*why = "the version is not HTTP/1.1";
	else if (!r->upgrade || !slice_ieq(r->upgrade_to, SLICE("websocket")))
		*why = "Connection and Upgrade do not say that this is a WebSocket now";
	else if (!ws_client_once(r, SLICE("Sec-WebSocket-Accept"), &accept) ||
	    !slice_eq(accept, (struct slice){right, sizeof(right)}))
		*why = "Sec-WebSocket-Accept is not what the key asks for";
	else if (!ws_client_once(r, SLICE("Sec-WebSocket-Protocol"), subprotocol) ||
	    !ws_client_offered(offer, n, *subprotocol))
		*why = "Sec-WebSocket-Protocol is not one that was offered";
	return *why ? FAULT_BACK_HANDSHAKE : FAULT_NONE;
}
