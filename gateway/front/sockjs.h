/*
 * SockJS 0.3: what its clients ask for below a route's path P.
 *
 *	GET P, P/info, P/iframe*.html		what there is
 *	P/SERVER/SESSION/TRANSPORT		a session: xhr, xhr_streaming, eventsource,
 *						htmlfile and jsonp receive, xhr_send and jsonp_send
 *						send, websocket does both
 *	P/websocket				a WebSocket as it is
 *
 * A session is one of session.h, except for WebSockets, which need none: they are a kind of
 * front_ws. Text travels as text, bytes as base64.
 */
#ifndef SOCKJS_H
#define SOCKJS_H

#include "codec/sockjs_frame.h"
#include "codec/sockjs_url.h"
#include "front/receiver.h"
#include "front/sender.h"

/* A transport: what is asked for at the end of a session's URL. */
struct sockjs_transport {
	struct slice		 name;
	struct slice		 method, allow;		/* its own; with OPTIONS */
	const struct handler	*handler;
	/* Of those that receive or send. */
	const struct carrier	*carrier;
	const struct sender_kind *sender;
	bool			 callback;		/* the query names one */
};

extern const struct handler sockjs_greeting_handler, sockjs_info_handler, sockjs_iframe_handler,
    sockjs_receive_handler, sockjs_send_handler, sockjs_ws_handler;
extern const struct carrier sockjs_xhr, sockjs_xhr_streaming, sockjs_eventsource, sockjs_htmlfile,
    sockjs_jsonp;
extern const struct sender_kind sockjs_xhr_send, sockjs_jsonp_send;

/* The handler of a request to a route that has SockJS; NULL: it is not for that. */
const struct handler	*sockjs_handler(const struct exchange *);
/* The transport of a request whose handler is a transport's, and its session. */
const struct sockjs_transport *sockjs_find(const struct exchange *, struct sockjs_url *);
/* An id is a secret: logs get the path without it, and backends that of the route. */
void			 sockjs_hide(struct exchange *);

/* Adds a message to a frame. */
static inline void sockjs_add(struct buffer *b, uint8_t kind, struct slice message)
{
	if (kind == MSG_TEXT)
		sockjs_frame_add_text(b, message);
	else
		sockjs_frame_add_bytes(b, message);
}

#endif
