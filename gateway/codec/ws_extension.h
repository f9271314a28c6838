/*
 * Agreeing on permessage-deflate (RFC 7692 section 7.1) in Sec-WebSocket-Extensions, on either
 * side. Other extensions are not spoken.
 */
#ifndef WS_EXTENSION_H
#define WS_EXTENSION_H

#include "codec/http1.h"

enum {
	WS_WINDOW_MIN = 9,	/* zlib cannot deflate with less: raw streams of 8 are not made */
	WS_WINDOW_MAX = 15,
	WS_EXTENSION_TEXT = 128	/* room for an answer */
};

/* What was agreed on, as one side sees it. */
struct ws_extension {
	bool	on;
	uint8_t	out_window;		/* bits of what we send, WS_WINDOW_MIN to _MAX */
	bool	window_asked;		/* the client wants to be told */
	/* Does a message refer to those before it? Then the state is kept between them. */
	bool	out_takeover, in_takeover;
};

/*
 * What a server agrees to of what the client offers: the first offer that can be met. takeover:
 * whether we are willing to keep states. FAULT_WS_HANDSHAKE: the field is malformed (RFC 6455
 * section 9.1).
 */
enum fault	ws_extension_choose(const struct header *, unsigned n, bool takeover,
		    struct ws_extension *) MUST_USE;
/* The field's value that says so; only of one that is on. */
struct slice	ws_extension_answer(const struct ws_extension *, char text[WS_EXTENSION_TEXT]);
/* What a client offers. */
struct slice	ws_extension_offer(bool takeover);
/*
 * The server's answer to that offer. FAULT_WS_HANDSHAKE: it is malformed, or not one that may be
 * given to it.
 */
enum fault	ws_extension_accept(const struct header *, unsigned n, bool takeover,
		    struct ws_extension *) MUST_USE;

#endif
