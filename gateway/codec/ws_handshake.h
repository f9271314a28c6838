/*
 * The WebSocket opening handshake, server's side: over HTTP/1.1 (RFC 6455 section 4.2) and over
 * HTTP/2 (RFC 8441).
 */
#ifndef WS_HANDSHAKE_H
#define WS_HANDSHAKE_H

#include "codec/http1.h"

enum {
	WS_ACCEPT_SIZE = 28,	/* base64 of a SHA-1 */
	WS_OFFER_MAX = 64,	/* subprotocols; more is nobody's honest offer */
	WS_SUBPROTOCOL_MAX = 256	/* bytes of one that is passed on */
};

/*
 * Does this request ask for a WebSocket at all? (Upgrade holds "websocket",
 * Connection "upgrade")
 */
bool		ws_handshake_wanted(const struct http1_request *);
/*
 * FAULT_WS_HANDSHAKE with *why (static) saying what is wrong, or WS_VERSION. The request is one
 * for which ws_handshake_wanted said yes.
 */
enum fault	ws_handshake_check(const struct http1_request *, const char **why) MUST_USE;
/* Over HTTP/2 (RFC 8441 section 5), where there is no key; the same faults. */
enum fault	ws_handshake_check_h2(const struct header *, unsigned n, const char **why) MUST_USE;
/* Sec-WebSocket-Accept for a key that passed the check; NO_MEMORY. */
enum fault	ws_handshake_accept(struct slice key, char out[WS_ACCEPT_SIZE]) MUST_USE;
/*
 * All subprotocols that are offered, in order; SUBPROTOCOL: the offer is malformed. Those longer
 * than WS_SUBPROTOCOL_MAX are left out. The fields are Sec-WebSocket-Protocol and
 * Framegate-Protocol, its twin for scripts of pages, which must not say the first.
 */
enum fault	ws_handshake_offer(const struct header *, unsigned n_headers,
		    struct slice offer[WS_OFFER_MAX], size_t *n) MUST_USE;
/*
 * The first of ours that the client offers, or an empty slice. ours: n NUL-terminated names; may
 * hold "", which means that having none in common is fine. The offer is gathered from all
 * of its fields. FAULT_SUBPROTOCOL: nothing in common, or a malformed offer.
 * n = 0: none is echoed, any offer is tolerated.
 */
enum fault	ws_handshake_subprotocol(const struct header *, unsigned n_headers,
		    const char *const *ours, size_t n, struct slice *chosen) MUST_USE;
/*
 * The first of the client's offer, of at most WS_SUBPROTOCOL_MAX bytes; empty: there is none. For
 * refusals within the WebSocket: a browser that offered some takes no answer that has none.
 */
struct slice	ws_handshake_first_offer(const struct header *, unsigned n_headers);

#endif
