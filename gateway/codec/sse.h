/*
 * Events as a server sends them: text/event-stream, of the HTML standard, section 9.2.
 */
#ifndef SSE_H
#define SSE_H

#include "base/buffer.h"

/*
 * Adds one event. id 0: without one; name n 0: "message", else one word. data: one "data:" line
 * per line of it. The standard takes CR for an end of line, as LF: text that holds one cannot be
 * told from text with LF, so the caller sends it in another way (sse_can_hold).
 */
void	sse_add(struct buffer *, uint64_t id, struct slice name, struct slice data);
bool	sse_can_hold(struct slice data);
/* Adds an event whose data is base64 of the bytes. */
void	sse_add_base64(struct buffer *, uint64_t id, struct slice name, struct slice bytes);
/* A comment, which no client sees: what keeps proxies from closing an idle answer. */
void	sse_add_comment(struct buffer *, struct slice text);

#endif
