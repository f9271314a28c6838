/*
 * The opening handshake with a WebSocket backend (RFC 6455 section 4.1): the request, made of the
 * client's, and what the backend answers to it, which is either 101 or its refusal. No I/O: bytes
 * are handed in as they come.
 */
#ifndef BACK_WS_OPENING_H
#define BACK_WS_OPENING_H

#include "channel/channel.h"
#include "codec/ws_extension.h"

struct back_ws_opening;

/*
 * For the client's request, whose exchange outlives it. SUBPROTOCOL: the client's offer is
 * malformed; NO_MEMORY.
 */
enum fault	 back_ws_opening_new(struct exchange *, struct back_ws_opening **) MUST_USE;
void		 back_ws_opening_free(struct back_ws_opening *);	/* NULL is fine */
/* The request to this server, in the exchange's arena. NO_MEMORY. */
enum fault	 back_ws_opening_request(struct back_ws_opening *, const struct config_server *,
		    struct slice *head) MUST_USE;

enum back_ws_verdict {
	BACK_WS_WAIT,		/* more must come */
	BACK_WS_ACCEPTED,	/* what follows is frames */
	BACK_WS_REFUSED		/* back_ws_opening_refusal says how */
};

/* What was agreed on; slices lead into the bytes that were handed in. */
struct back_ws_agreed {
	struct slice		 subprotocol;	/* n 0: none */
	const struct header	*headers;	/* for the client; in the exchange's arena */
	unsigned		 n_headers;
	struct ws_extension	 deflate;
};

/*
 * Takes bytes off the front of p. BACK_HTTP, BACK_HEAD, NO_MEMORY; BACK_HANDSHAKE: *why (static)
 * says what is wrong.
 */
enum fault	 back_ws_opening_feed(struct back_ws_opening *, uint8_t *p, size_t n, size_t *used,
		    enum back_ws_verdict *, struct back_ws_agreed *, const char **why) MUST_USE;
/* No more will come: is that the end of a refusal? Else BACK_NO_ANSWER or BACK_TRUNCATED. */
enum fault	 back_ws_opening_end(struct back_ws_opening *, bool heard) MUST_USE;
/* Is it a refusal already, of which the body is missing? */
bool		 back_ws_opening_refuses(const struct back_ws_opening *);
/* For the client; without a body that is not complete. Lives as long as both. NO_MEMORY. */
enum fault	 back_ws_opening_refusal(struct back_ws_opening *, struct refusal *) MUST_USE;

#endif
