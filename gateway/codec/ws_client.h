/*
 * The WebSocket opening handshake over HTTP/1.1 (RFC 6455 section 4.1), client's side. Pure.
 */
#ifndef WS_CLIENT_H
#define WS_CLIENT_H

#include "codec/http1_response.h"

enum { WS_NONCE_SIZE = 16, WS_KEY_SIZE = 24 };

/* Sec-WebSocket-Key: sixteen random bytes in base64. */
struct slice	ws_client_key(const uint8_t nonce[WS_NONCE_SIZE], char key[WS_KEY_SIZE]);
/*
 * Is this answer, a 101, the right one to that key, and to subprotocols that were offered? Of what
 * it chose: *subprotocol (n 0: none); extensions are ws_extension_accept's. FAULT_BACK_HANDSHAKE
 * with *why (static) saying what is wrong; NO_MEMORY.
 */
enum fault	ws_client_check(const struct http1_response *, struct slice key,
		    const struct slice *offer, size_t n, struct slice *subprotocol,
		    const char **why) MUST_USE;

#endif
