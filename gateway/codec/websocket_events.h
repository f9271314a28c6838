/*
 * application/websocket-events, what WebSocket-over-HTTP has for frames: a line "NAME" or
 * "NAME HEXLENGTH", where a length is said as many bytes of content, and a line's end behind
 * them. Pure.
 */
#ifndef WEBSOCKET_EVENTS_H
#define WEBSOCKET_EVENTS_H

#include "base/fault.h"
#include "base/slice.h"

enum websocket_event_kind {
	EVENT_OPEN, EVENT_TEXT, EVENT_BINARY, EVENT_PING, EVENT_PONG, EVENT_CLOSE, EVENT_DISCONNECT,
	EVENT_OTHER	/* of a later version of the protocol: to be ignored */
};

struct websocket_event {
	enum websocket_event_kind	kind;
	struct slice			content;	/* p NULL: none, and no length */
};

enum {
	WEBSOCKET_EVENTS_HEAD = 40,	/* bytes of a line that is written */
	WEBSOCKET_EVENTS_NAME = 64	/* of a name that is read */
};

/*
 * Takes the next event off the front of *rest, which holds whole events only and is not empty.
 * BACK_EVENTS: that is none.
 */
enum fault	websocket_events_read(struct slice *rest, struct websocket_event *) MUST_USE;
/*
 * The line in front of n bytes of content, behind which "\r\n" is to follow; for no content at all
 * use websocket_events_bare. Returns its length.
 */
size_t		websocket_events_head(char out[WEBSOCKET_EVENTS_HEAD], enum websocket_event_kind,
		    size_t n);
size_t		websocket_events_bare(char out[WEBSOCKET_EVENTS_HEAD], enum websocket_event_kind);

#endif
